// The lock between processes: real processes, real files.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { withLock } from './lock.mjs';
import { inRoot } from './root.mjs';

test('two processes take turns', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const log = join(folder, 'log');
  const name = `test-${process.pid}-turns`;
  const program = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(inRoot('scripts', 'lib', 'lock.mjs'))};
    await withLock(${JSON.stringify(name)}, async () => {
      appendFileSync(${JSON.stringify(log)}, 'in ');
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      appendFileSync(${JSON.stringify(log)}, 'out ');
    });`;
  const children = [0, 1, 2].map(() =>
    spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' }),
  );
  await Promise.all(children.map((child) => once(child, 'exit')));
  assert.equal(readFileSync(log, 'utf8'), 'in out in out in out ');
});

test('the lock of a process that is gone is taken over', async () => {
  const name = `test-${process.pid}-gone`;
  const path = inRoot('.parley', `${name}.lock`);
  await withLock(name, () => {});
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await once(child, 'exit');
  writeFileSync(path, `${child.pid} 1`);
  assert.equal(await withLock(name, () => 'done'), 'done');
  assert.equal(existsSync(path), false);
});

test('the lock is released when the work fails', async () => {
  const name = `test-${process.pid}-fails`;
  const work = async () => {
    throw new Error('boom');
  };
  await assert.rejects(withLock(name, work), /boom/);
  assert.equal(await withLock(name, () => 'again'), 'again');
});
