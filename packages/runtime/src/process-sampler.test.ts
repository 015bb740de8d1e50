import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { RunRecord } from '@parley/schema';
import { newId } from '@parley/schema';
import { ProcessSampler } from './process-sampler.ts';
import { createRuntime } from './runtime.ts';

interface Fake {
  readonly pid: number;
  readonly state?: string;
  readonly session: number;
  readonly ticks: number;
  readonly started?: number;
  readonly rss?: number;
  readonly name?: string;
}

/** A /proc of its own. */
function procOf(t: TestContext): { readonly proc: string; readonly put: (fake: Fake) => void } {
  const proc = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-proc-'));
  t.after(() => fs.rmSync(proc, { recursive: true, force: true }));
  fs.writeFileSync(path.join(proc, 'uptime'), '110.00 50.00\n');
  fs.mkdirSync(path.join(proc, 'sys'));
  return {
    proc,
    put({ pid, state = 'S', session, ticks, started = 1000, rss = 100, name = 'sh' }) {
      const folder = path.join(proc, String(pid));
      fs.mkdirSync(folder, { recursive: true });
      const rest = [state, 1, session, session, 0, -1, 0, 0, 0, 0, 0, ticks, 0, 0, 0, 20, 0, 1, 0, started, 0, 0];
      fs.writeFileSync(path.join(folder, 'stat'), `${pid} (${name}) ${rest.join(' ')}\n`);
      fs.writeFileSync(path.join(folder, 'status'), `Name:\t${name}\nVmRSS:\t   ${rss} kB\n`);
    },
  };
}

function recordOf(pid: number, startTime = '1000@boot'): RunRecord {
  const runId = newId('run');
  return { runId, pid, startTime, marker: 'm', directory: '/nowhere' };
}

test('a run is told as the sum of its processes, since its start and then since the last look (G 60)', (t) => {
  const { proc, put } = procOf(t);
  let now = 1_000_000;
  const sampler = new ProcessSampler({ proc, now: () => now });
  put({ pid: 10, session: 10, ticks: 100, rss: 1000 });
  put({ pid: 11, session: 10, ticks: 900, rss: 2000, name: 'a) b (c', state: 'R' });
  put({ pid: 12, session: 99, ticks: 5000, rss: 9000, state: 'R' });
  const run = recordOf(10);
  const health = () => sampler.sample([run]).get(run.runId);
  // 10 s of processor time within the 100 s since it started.
  assert.deepEqual(health(), {
    pid: 10,
    alive: true,
    state: 'R',
    cpuPercent: 10,
    memoryRssKb: 3000,
    processes: 2,
    sampledAt: now,
  });
  now += 100;
  put({ pid: 11, session: 10, ticks: 905 });
  assert.equal(health()?.cpuPercent, 10, 'too soon to tell anything new');
  now += 900;
  put({ pid: 11, session: 10, ticks: 1050 });
  assert.deepEqual([health()?.cpuPercent, health()?.state], [150, 'S']);
});

test('one that is dead, unburied, or another by the same number is told as such', (t) => {
  const { proc, put } = procOf(t);
  const sampler = new ProcessSampler({ proc });
  put({ pid: 20, session: 20, ticks: 1, state: 'Z' });
  put({ pid: 30, session: 30, ticks: 1, started: 4000 });
  const [zombie, other, gone] = [recordOf(20), recordOf(30), recordOf(40)];
  const health = sampler.sample([zombie, other, gone]);
  const facts = [zombie, other, gone].map(({ runId }) => {
    const { alive, state, memoryRssKb, cpuPercent } = health.get(runId) ?? {};
    return [alive, state, memoryRssKb, cpuPercent];
  });
  assert.deepEqual(facts, [
    [false, 'Z', null, null],
    [false, null, null, null],
    [false, null, null, null],
  ]);
});

test('where the system has no /proc, only whether it lives is told (G 60)', () => {
  const sampler = new ProcessSampler({ proc: null, now: () => 5 });
  const [own, none] = [recordOf(process.pid), recordOf(2 ** 22 + 1)];
  const health = sampler.sample([own, none]);
  const unknown = { state: null, cpuPercent: null, memoryRssKb: null, processes: null, sampledAt: 5 };
  assert.deepEqual(health.get(own.runId), { pid: own.pid, alive: true, ...unknown });
  assert.deepEqual(health.get(none.runId), { pid: none.pid, alive: false, ...unknown });
});

test('a real run has a state, memory and the time that it used', { skip: process.platform !== 'linux' }, async (t) => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-runs-'));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  const runtime = createRuntime({ directory, instance: 'sampler-test' });
  const run = await runtime.launch({
    runId: newId('run'),
    argv: [process.execPath, '-e', 'console.log("up"); process.stdin.resume()'],
    env: { PATH: process.env['PATH'] ?? '' },
    cwd: directory,
  });
  const sampler = new ProcessSampler();
  for await (const { lines } of run.read(0)) {
    assert.deepEqual(lines, ['up']);
    break;
  }
  const health = sampler.sample([run.record]).get(run.record.runId);
  assert.ok(health?.alive);
  assert.match(health.state ?? '', /^[RSD]$/);
  assert.ok((health.memoryRssKb ?? 0) > 10_000, 'Node alone takes more than 10 MB');
  assert.ok((health.processes ?? 0) >= 2, 'the wrapper and the agent');
  assert.ok((health.cpuPercent ?? -1) >= 0);
  await run.end({ hurry: true });
  assert.equal(sampler.sample([run.record]).get(run.record.runId)?.alive, false);
  await run.discard();
});
