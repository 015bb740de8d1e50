import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '@parley/schema';
import type { OwnedProcess, ProcessHealth } from '@parley/schema';
import { processHealth } from './process-health.ts';
import { connect } from './test/connect.ts';

const alive: ProcessHealth = {
  pid: 100,
  alive: true,
  state: 'S',
  cpuPercent: 12.5,
  memoryRssKb: 2048,
  processes: 2,
  sampledAt: 1_800_000_000_000,
};

function working(health?: ProcessHealth): OwnedProcess {
  const ids = { sessionId: newId('session'), turnId: newId('turn'), runId: newId('run') };
  return { ...ids, agent: 'codex', runningForMs: 1500, ...(health === undefined ? {} : { health }) };
}

test('running jobs are told with pid, state, memory and run time; dead and unburied ones as such (G 60)', async (t) => {
  const { call, daemon } = await connect(t);
  const { turnId: _idle, ...warm } = working(alive);
  const one = working(alive);
  const unknown = { state: null, cpuPercent: null, memoryRssKb: null, processes: null };
  daemon.owned = [
    one,
    working({ ...alive, ...unknown, alive: false }),
    working({ ...alive, ...unknown, alive: false, state: 'Z' }),
    working({ ...alive, ...unknown }),
    working(),
    warm,
  ];
  const health = (await call('llm_process_health')).structuredContent ?? {};
  assert.deepEqual([health['runningJobs'], health['deadJobs'], health['zombieJobs']], [5, 1, 1]);
  const jobs = health['jobs'] as readonly Readonly<Record<string, unknown>>[];
  assert.deepEqual(jobs[0], {
    jobId: one.turnId,
    cli: 'codex',
    sessionId: one.sessionId,
    status: 'running',
    processHealth: { ...alive, sampledAt: '2027-01-15T08:00:00.000Z' },
    isDead: false,
    isZombie: false,
    runningForMs: 1500,
  });
  assert.deepEqual(
    jobs.map(({ isDead, isZombie, processHealth: process }) => [isDead, isZombie, process !== null]),
    [
      [false, false, true],
      [true, false, true],
      [false, true, true],
      [false, false, true],
      [false, false, false],
    ],
  );
});

test('without a running job there is none', async (t) => {
  const { daemon } = await connect(t);
  const { runningJobs, jobs } = await processHealth(daemon);
  assert.deepEqual([runningJobs, jobs], [0, []]);
});
