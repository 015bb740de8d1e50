import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { newId } from '@parley/schema';
import { isAlive, linesOf, node, request, shell, temporaryRuntime } from './testing.ts';

test('an agent that ends with its input is given no signal', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const run = await runtime.launch(request(shell('trap "echo signal" TERM; cat; echo bye')));
  const lines = linesOf(run);
  run.write(Buffer.from('hello\n'));
  assert.equal(await lines.next(), 'hello');
  assert.equal((await run.end()).code, 0);
  assert.deepEqual(await lines.rest(), ['bye']);
});

test('an agent that stays after the end of its input gets TERM', async (t) => {
  const { runtime } = temporaryRuntime(t, { endStepMs: 1000 });
  const run = await runtime.launch(request(['sleep', '600']));
  assert.deepEqual(await run.end(), { code: null, signal: 'SIGTERM', source: 'recorded' });
});

test('an agent that ignores TERM gets KILL, and that is recorded too', async (t) => {
  const { runtime } = temporaryRuntime(t, { endStepMs: 50 });
  const run = await runtime.launch(request(shell('trap "" TERM; echo up; while :; do sleep 600; done')));
  assert.equal(await linesOf(run).next(), 'up');
  assert.deepEqual(await run.end(), { code: null, signal: 'SIGKILL', source: 'recorded' });
  assert.equal(isAlive(run.record.pid), false);
});

test('ending twice is ending once', async (t) => {
  const { runtime } = temporaryRuntime(t, { endStepMs: 50 });
  const run = await runtime.launch(request(['sleep', '600']));
  const [first, second] = [run.end(), run.end()];
  assert.equal(first, second);
  await first;
  assert.deepEqual(await run.end(), await run.exited);
});

const grandchildren = {
  'in its group': `spawn('sleep', ['600'], { stdio: 'ignore' })`,
  'in a session of its own': `spawn('sleep', ['600'], { stdio: 'ignore', detached: true })`,
  'that ignores TERM, in a session of its own': `spawn('sh', ['-c', 'trap "" TERM; while :; do sleep 600; done'], { stdio: 'ignore', detached: true })`,
};

for (const [name, start] of Object.entries(grandchildren)) {
  const script = (after: string): string =>
    `const child = require('node:child_process').${start}; child.unref(); console.log(child.pid); ${after}`;

  test(`ending an agent ends a process ${name}`, async (t) => {
    const { runtime } = temporaryRuntime(t, { endStepMs: 50 });
    const run = await runtime.launch(request(node(script('setInterval(() => {}, 1000)'))));
    const pid = Number(await linesOf(run).next());
    assert.ok(isAlive(pid));
    await run.end();
    assert.equal(isAlive(pid), false);
  });

  test(`an agent that ends by itself leaves no process ${name}`, async (t) => {
    const { runtime } = temporaryRuntime(t, { endStepMs: 50 });
    const run = await runtime.launch(request(node(script('process.exitCode = 5'))));
    const pid = Number(await linesOf(run).next());
    assert.deepEqual(await run.exited, { code: 5, signal: null, source: 'recorded' });
    assert.equal(isAlive(pid), false);
  });
}

test('a process that hides its environment is ended with the group that it stayed in', async (t) => {
  const { runtime } = temporaryRuntime(t, { endStepMs: 50 });
  const run = await runtime.launch(
    request(shell(`env -i sh -c 'trap "" TERM; echo $$; while :; do sleep 600; done' & wait`)),
  );
  const pid = Number(await linesOf(run).next());
  await run.end();
  assert.equal(isAlive(pid), false);
});

test('a sweep ends what belongs to no claimed run, removes its spool, and leaves the rest alone', async (t) => {
  const { runtime, options } = temporaryRuntime(t, { endStepMs: 100 });
  const other = temporaryRuntime(t);
  const claimed = await runtime.launch(request(['cat']));
  const lost = await runtime.launch(request(['sleep', '600']));
  const foreign = await other.runtime.launch(request(['cat']));
  const bystander = spawn('sleep', ['600'], {
    stdio: 'ignore',
    env: { PARLEY_RUN: `${options.instance}x/${newId('run')}` },
  });
  t.after(() => bystander.kill('SIGKILL'));
  lost.detach();

  assert.ok((await runtime.sweep(new Set([claimed.record.runId]))) >= 2);

  assert.equal(isAlive(lost.record.pid), false);
  assert.ok(isAlive(claimed.record.pid) && isAlive(foreign.record.pid) && isAlive(bystander.pid ?? 0));
  await assert.rejects(lost.stderrTail().then((tail) => assert.notEqual(tail, '')));
  claimed.write(Buffer.from('still here\n'));
  assert.equal(await linesOf(claimed).next(), 'still here');
  await Promise.all([claimed.end(), foreign.end()]);
  assert.equal(await runtime.sweep(new Set()), 0);
});
