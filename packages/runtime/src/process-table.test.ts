import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { membersOf } from './members.ts';
import { processTable, signal } from './process-table.ts';
import type { LivingProcess } from './process-table.ts';
import { linuxProcessTable } from './process-table-linux.ts';
import { psProcessTable } from './process-table-ps.ts';

function sleeper(t: TestContext, env: Record<string, string> = {}): { child: ChildProcess; pid: number } {
  const child = spawn('sleep', ['600'], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'ignore',
    detached: true,
  });
  t.after(() => child.kill('SIGKILL'));
  assert.ok(child.pid !== undefined);
  return { child, pid: child.pid };
}

const tables =
  process.platform === 'linux' ? { '/proc': linuxProcessTable, ps: psProcessTable } : { ps: psProcessTable };

for (const [name, table] of Object.entries(tables)) {
  test(`${name}: a process is told by its start time and marker, alone and in the list`, async (t) => {
    const { pid } = sleeper(t, { PARLEY_RUN: 'some/run_1', OTHER_PARLEY_RUN: 'other/run_2' });
    const startTime = table.startTime(pid);
    assert.ok(startTime !== undefined);
    assert.equal(table.marker(pid), 'some/run_1');
    const listed = (await table.living(startTime)).find((one) => one.pid === pid);
    assert.deepEqual(listed, { pid, startTime, leader: pid, marker: 'some/run_1' });
  });

  test(`${name}: a process that has ended has no start time`, async (t) => {
    const { child, pid } = sleeper(t);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(table.startTime(pid), undefined);
  });
}

test('a signal goes only to the process that was meant', (t) => {
  const { child, pid } = sleeper(t);
  assert.equal(signal(processTable, { pid, startTime: '1@an-earlier-life' }, 'SIGKILL'), false);
  assert.equal(signal(processTable, { pid, startTime: '1@an-earlier-life' }, 'SIGKILL', true), false);
  assert.equal(child.signalCode, null);
  assert.ok(processTable.startTime(pid) !== undefined);
});

test('members of a run are those with its marker, and those in its session that show no environment', () => {
  const one = (pid: number, leader: number, marker?: string): LivingProcess => ({
    pid,
    startTime: '1',
    leader,
    ...(marker !== undefined && { marker }),
  });
  const record = { runId: 'run_1' as never, pid: 10, startTime: '1', marker: 'a/run_1', directory: '/none' };
  const pids = (living: readonly LivingProcess[]): number[] => membersOf(record, living).map(({ pid }) => pid);
  assert.deepEqual(pids([one(10, 10, 'a/run_1'), one(11, 10), one(12, 12, 'a/run_1'), one(13, 13)]), [10, 11, 12]);
  assert.deepEqual(pids([one(11, 10), one(12, 12, 'a/run_1')]), [12], 'the session may be a stranger by now');
  assert.deepEqual(pids([one(10, 10, 'a/run_1'), one(11, 10, 'b/run_9')]), [10]);
  assert.deepEqual(pids([one(process.pid, 10, 'a/run_1')]), [], 'never this process');
});
