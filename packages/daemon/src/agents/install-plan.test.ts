import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AgentView } from '@parley/schema';
import { codexLike as driver } from '../test/driver.ts';
import { planInstallation } from './install-plan.ts';

const { agent: name, title, provenVersion, capabilities, loginHint } = driver;
const missing: AgentView = {
  name,
  title,
  installed: false,
  provenVersion,
  backend: { kind: 'rehearsal', detail: '' },
  modes: [driver.mode],
  capabilities,
  loginHint,
};

test('a plan says what comes where, what is there now, and what goes', async (t) => {
  const agentsDir = await mkdtemp(join(tmpdir(), 'parley-plan-'));
  t.after(() => rm(agentsDir, { recursive: true }));
  const first = await planInstallation({ agentsDir: join(agentsDir, 'not', 'yet'), driver, view: missing, env: {} });
  const { freeBytes, ...rest } = first;
  assert.ok(freeBytes > 0);
  assert.deepEqual(rest, {
    agent: 'codex',
    title: 'Codex',
    package: 'codex-like',
    version: '1.0.0',
    provenVersion: '1.0.0',
    folder: join(agentsDir, 'not', 'yet', 'codex', '1.0.0'),
    removes: [],
  });

  for (const version of ['0.8.0', '0.9.0']) await mkdir(join(agentsDir, 'codex', version), { recursive: true });
  await writeFile(join(agentsDir, 'codex', '0.9.0', 'program'), 'x'.repeat(5000));
  await writeFile(join(agentsDir, 'codex', 'current'), '0.9.0\n');
  const view = { ...missing, installed: true, path: '/bin/codex', version: '0.9.0' };
  const plan = await planInstallation({ agentsDir, driver, view, command: '/bin/codex', env: {} });
  assert.deepEqual(
    [plan.current, plan.found, plan.removes, plan.command],
    ['0.9.0', { path: '/bin/codex', version: '0.9.0' }, ['0.8.0'], '/bin/codex'],
  );
  assert.ok((plan.currentBytes ?? 0) >= 5000);
});
