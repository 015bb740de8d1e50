import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ParleyError } from '@parley/schema';
import { lockStateDirectory } from './lock.ts';
import { temporaryFolder } from './testing.ts';

/** Tries to take the lock in another process, which then lives on; resolves to `locked` or to the error's code and pid. */
async function starter(t: TestContext, directory: string): Promise<{ child: ChildProcess; said: string }> {
  const program = `
    import { lockStateDirectory } from ${JSON.stringify(import.meta.resolve('./lock.ts'))};
    let lock;
    try {
      lock = await lockStateDirectory(${JSON.stringify(directory)});
      console.log('locked');
    } catch (error) {
      console.log(error.code + ' ' + error.body?.details?.pid);
    }
    setInterval(() => lock, 1000);`;
  const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [said] = await once(createInterface(child.stdout), 'line');
  return { child, said };
}

const lockedBy = (pid: number | undefined) => (error: unknown) =>
  ParleyError.is(error) &&
  error.code === 'state_locked' &&
  error.body.details?.['pid'] === pid &&
  error.message.includes(String(pid));

test('a state directory has one owner until it is released', async (t) => {
  const directory = path.join(temporaryFolder(t), 'state');
  const lock = await lockStateDirectory(directory);
  await assert.rejects(lockStateDirectory(directory), lockedBy(process.pid));
  assert.equal(
    (await starter(t, directory)).said,
    `state_locked ${process.pid}`,
    'and the second try did not give up the first',
  );
  lock.release();
  lock.release();
  const next = await lockStateDirectory(directory);
  next.release();
});

test('of twenty that start at once exactly one wins, and the others name it', async (t) => {
  const directory = temporaryFolder(t);
  const starters = await Promise.all(Array.from({ length: 20 }, () => starter(t, directory)));
  const winners = starters.filter(({ said }) => said === 'locked');
  assert.equal(winners.length, 1);
  for (const { said } of starters)
    assert.ok(said === 'locked' || said === `state_locked ${winners[0]?.child.pid}`, said);
});

test('the lock of a killed owner is free at once', async (t) => {
  const directory = temporaryFolder(t);
  const { child, said } = await starter(t, directory);
  assert.equal(said, 'locked');
  await assert.rejects(lockStateDirectory(directory), lockedBy(child.pid));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await lockStateDirectory(directory);
  lock.release();
});

test('an owner that is written down but does not hold the lock is nobody', async (t) => {
  const directory = temporaryFolder(t);
  for (const owner of [JSON.stringify({ pid: process.pid, startTime: '1' }), '{"pid":', '']) {
    fs.writeFileSync(path.join(directory, 'lock-owner.json'), owner);
    const lock = await lockStateDirectory(directory);
    lock.release();
  }
});

test('the files of the lock are for their owner alone', async (t) => {
  const directory = path.join(temporaryFolder(t), 'state');
  const lock = await lockStateDirectory(directory);
  assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
  assert.deepEqual(fs.readdirSync(directory).toSorted(), ['lock', 'lock-owner.json']);
  for (const name of fs.readdirSync(directory))
    assert.equal(fs.statSync(path.join(directory, name)).mode & 0o777, 0o600, name);
  lock.release();
});
