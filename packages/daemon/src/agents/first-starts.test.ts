import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LaunchPlan } from '@parley/schema';
import { FirstStarts } from './first-starts.ts';

const plan = (script: string): LaunchPlan => ({
  argv: ['agent'],
  env: {},
  cwd: '/',
  limits: [],
  firstStart: { argv: ['/bin/sh', '-c', script], unless: 'agent/made' },
});

test('of several first starts at once one runs, and the others wait for it', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'parley-first-'));
  t.after(() => rm(data, { recursive: true }));
  const env = { XDG_DATA_HOME: data, PATH: '/usr/bin:/bin' };
  const starts = new FirstStarts();
  const script = plan(
    `echo start >> "$XDG_DATA_HOME/starts"; mkdir "$XDG_DATA_HOME/agent"; : > "$XDG_DATA_HOME/agent/made"`,
  );
  await Promise.all([1, 2, 3].map(() => starts.wait(script, env)));
  await starts.wait(script, env);
  assert.equal(await readFile(join(data, 'starts'), 'utf8'), 'start\n');
});

test('a first start that fails is told, and the next session tries again', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'parley-first-'));
  t.after(() => rm(data, { recursive: true }));
  const env = { XDG_DATA_HOME: data, PATH: '/usr/bin:/bin' };
  const starts = new FirstStarts();
  for (let n = 0; n < 2; n++) await assert.rejects(starts.wait(plan('exit 3'), env), { code: 'agent_start_failed' });
});

test('an agent without one is not kept waiting', async () => {
  await new FirstStarts().wait({ argv: ['agent'], env: {}, cwd: '/', limits: [] }, {});
});
