import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import { isAlive, linesOf, node, request, shell, temporaryRuntime } from './testing.ts';

const limit = (error: unknown): boolean => ParleyError.is(error) && error.code === 'output_limit';

test('what is written comes to the agent, and what it prints comes back', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const run = await runtime.launch(request(['cat']));
  const lines = linesOf(run);
  for (const word of ['one', 'zwei €', '三']) {
    run.write(Buffer.from(`${word}\n`));
    assert.equal(await lines.next(), word);
  }
  assert.equal(run.written, 4 + 9 + 4);
  run.closeInput();
  assert.deepEqual(await lines.rest(), []);
  assert.deepEqual(await run.exited, { code: 0, signal: null, source: 'recorded' });
});

test('all of a large write arrives before the end of file, even when the input is closed at once', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const run = await runtime.launch(request(['wc', '-c']));
  run.write(Buffer.alloc(2 * 1024 * 1024, 'x'));
  run.write(Buffer.from('\n'));
  run.closeInput();
  run.closeInput();
  assert.equal((await linesOf(run).next()).trim(), String(2 * 1024 * 1024 + 1));
  assert.equal((await run.exited).code, 0);
});

test('an input that is closed takes no more', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const run = await runtime.launch(request(['cat']));
  run.closeInput();
  assert.throws(() => run.write(Buffer.from('late\n')), ParleyError);
  await run.exited;
});

test('an agent that reads nothing and ends early is no trouble for who writes to it', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const run = await runtime.launch(request(shell('exit 3')));
  run.write(Buffer.alloc(1024 * 1024, 'x'));
  assert.equal((await run.exited).code, 3);
  run.write(Buffer.from('late\n'));
  await run.discard();
});

test('an agent that ignores its input for a while gets all of it later', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const script = `
    setInterval(() => {}, 1000);
    process.once('SIGUSR1', () => {
      let n = 0;
      process.stdin.on('data', (d) => (n += d.length)).on('end', () => { console.log(n); process.exit(); });
    });
    console.log(process.pid);`;
  const run = await runtime.launch(request(node(script)));
  const lines = linesOf(run);
  const pid = Number(await lines.next());
  for (let i = 0; i < 20; i++) run.write(Buffer.alloc(100_000, 'x'));
  process.kill(pid, 'SIGUSR1');
  run.closeInput();
  assert.equal(await lines.next(), '2000000');
});

test('stdout and stderr are kept apart, stderr by its tail', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const run = await runtime.launch(request(shell('echo out; echo err >&2; exit 7')));
  assert.deepEqual(await linesOf(run).rest(), ['out']);
  assert.equal(await run.stderrTail(), 'err\n');
  assert.deepEqual(await run.exited, { code: 7, signal: null, source: 'recorded' });
});

test('a killed agent is recorded as killed, and its shell adds no words of its own to stderr', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const run = await runtime.launch(request(shell('echo $$; exec sleep 600')));
  process.kill(Number(await linesOf(run).next()), 'SIGKILL');
  assert.deepEqual(await run.exited, { code: null, signal: 'SIGKILL', source: 'recorded' });
  assert.equal(await run.stderrTail(), '');
});

test('a killed wrapper means an unknown exit, and nothing of the run is left', async (t) => {
  const { runtime } = temporaryRuntime(t, { endStepMs: 200 });
  const run = await runtime.launch(request(shell('sleep 600 & echo $$ $!; wait')));
  const pids = (await linesOf(run).next()).split(' ').map(Number);
  process.kill(run.record.pid, 'SIGKILL');
  assert.deepEqual(await run.exited, { code: null, signal: null, source: 'unknown' });
  assert.deepEqual(pids.map(isAlive), [false, false]);
});

test('the lines of a dead run can be read again, from anywhere', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const run = await runtime.launch(request(shell('echo one; echo two; printf three')));
  await run.exited;
  assert.deepEqual(await linesOf(run).rest(), ['one', 'two', 'three']);
  assert.deepEqual(await linesOf(run, 4).rest(), ['two', 'three']);
});

test('a run that prints too much is ended, whether anybody reads it or not', async (t) => {
  const { runtime } = temporaryRuntime(t, { maxOutputBytes: 1024 * 1024, endStepMs: 60_000 });
  const run = await runtime.launch(request(['yes', 'x'.repeat(1000)]));
  assert.deepEqual(await run.exited, { code: null, signal: 'SIGKILL', source: 'recorded' });
  await assert.rejects(linesOf(run).rest(), limit);
  for await (const batch of run.read(0, 1001 * 3))
    assert.equal(batch.lines.length, 3, 'what came before can be replayed');
});

test('stderr counts as output', async (t) => {
  const { runtime } = temporaryRuntime(t, { maxOutputBytes: 1024 * 1024 });
  const run = await runtime.launch(request(shell('yes >&2')));
  await assert.rejects(linesOf(run).rest(), limit);
  await run.exited;
});

test('a line that is too long is told to the reader', async (t) => {
  const { runtime } = temporaryRuntime(t, { maxLineBytes: 1000 });
  const run = await runtime.launch(request(shell('head -c 2000 /dev/zero; cat')));
  await assert.rejects(linesOf(run).rest(), limit);
  await run.end();
});

test('discarding removes the spool, but not while the run lives', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const run = await runtime.launch(request(['cat']));
  await assert.rejects(run.discard(), ParleyError);
  await run.end();
  await run.discard();
  assert.equal(fs.existsSync(run.record.directory), false);
});

test('detaching ends the reading and leaves the process alone', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const run = await runtime.launch(request(['cat']));
  const lines = linesOf(run);
  run.write(Buffer.from('hello\n'));
  assert.equal(await lines.next(), 'hello');
  const rest = lines.rest();
  run.detach();
  assert.deepEqual(await rest, []);
  assert.ok(isAlive(run.record.pid));
});
