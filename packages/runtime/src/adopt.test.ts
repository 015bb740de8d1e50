import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { newId } from '@parley/schema';
import type { RunRecord, RunRequest } from '@parley/schema';
import { processTable } from './process-table.ts';
import type { RuntimeOptions } from './options.ts';
import { isAlive, linesOf, node, request, shell, temporaryFolder, temporaryRuntime, untilGone } from './testing.ts';

/** Launch in another process, do something with the run there, and kill that process with SIGKILL. */
async function launchedByADeadDaemon(
  t: TestContext,
  options: RuntimeOptions,
  asked: RunRequest,
  deeds = '',
): Promise<RunRecord> {
  const script = `
    import { createRuntime } from ${JSON.stringify(import.meta.resolve('./index.ts'))};
    const run = await createRuntime(${JSON.stringify(options)}).launch(${JSON.stringify(asked)});
    ${deeds}
    console.log(JSON.stringify(run.record));
    setInterval(() => {}, 1000);`;
  const daemon = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => daemon.kill('SIGKILL'));
  const [line] = await once(createInterface(daemon.stdout), 'line');
  daemon.kill('SIGKILL');
  await once(daemon, 'exit');
  return JSON.parse(line);
}

test('a run outlives the SIGKILL of its daemon: the next one reads all of it, writes on and learns its exit', async (t) => {
  const { runtime, options } = temporaryRuntime(t);
  const agent = `console.log('up'); process.stdin.on('data', (d) => process.stdout.write('got ' + d)).on('end', () => process.exit(9));`;
  const record = await launchedByADeadDaemon(t, options, request(node(agent)), `run.write(Buffer.from('one\\n'));`);
  assert.ok(isAlive(record.pid));

  const run = await runtime.adopt(record);
  assert.deepEqual(run.record, record);
  assert.equal(run.written, 4);
  const lines = linesOf(run);
  assert.equal(await lines.next(), 'up');
  assert.equal(await lines.next(), 'got one');
  run.write(Buffer.from('two\n'));
  assert.equal(await lines.next(), 'got two');
  run.closeInput();
  assert.deepEqual(await lines.rest(), []);
  assert.deepEqual(await run.exited, { code: 9, signal: null, source: 'recorded' });
  assert.equal(isAlive(record.pid), false);
});

test('bytes that a daemon wrote but could not announce any more are delivered after the adoption', async (t) => {
  const { runtime, options } = temporaryRuntime(t);
  const record = await launchedByADeadDaemon(t, options, request(shell('echo up; exec cat')));
  const first = await runtime.adopt(record);
  assert.equal(await linesOf(first).next(), 'up');
  first.detach();
  fs.appendFileSync(path.join(record.directory, 'stdin'), 'unannounced\n');

  const run = await runtime.adopt(record);
  assert.equal(run.written, 12);
  assert.equal(await linesOf(run, 3).next(), 'unannounced');
  await run.end();
});

test('an input that a daemon closed stays closed for the next', async (t) => {
  const { runtime, options } = temporaryRuntime(t);
  const agent = shell('wc -c; echo "end of input"; exec sleep 600');
  const record = await launchedByADeadDaemon(
    t,
    options,
    request(agent),
    `run.write(Buffer.alloc(300_000, 'x\\n')); run.closeInput();`,
  );
  const run = await runtime.adopt(record);
  const lines = linesOf(run);
  assert.equal((await lines.next()).trim(), '300000');
  assert.equal(await lines.next(), 'end of input');
  assert.throws(() => run.write(Buffer.from('late\n')));
  process.kill(-record.pid, 'SIGTERM');
  assert.equal((await run.exited).signal, 'SIGTERM');
});

test('a run that ended while no daemon was there is finished from its spool', async (t) => {
  const { runtime, options } = temporaryRuntime(t);
  const record = await launchedByADeadDaemon(t, options, request(shell('echo one; read word; echo "$word"; exit 4')));
  fs.appendFileSync(path.join(record.directory, 'stdin'), 'two\n');
  const ringer = await runtime.adopt(record);
  ringer.detach();
  await untilGone(record.pid);

  const run = await runtime.adopt(record);
  assert.deepEqual(await linesOf(run).rest(), ['one', 'two']);
  assert.deepEqual(await run.exited, { code: 4, signal: null, source: 'recorded' });
});

test('an adopted run can be ended, with what it left in other sessions', async (t) => {
  const { runtime, options } = temporaryRuntime(t, { endStepMs: 1000 });
  const agent = `const c = require('node:child_process').spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }); console.log(c.pid); setInterval(() => {}, 1000)`;
  const record = await launchedByADeadDaemon(t, options, request(node(agent)));
  const run = await runtime.adopt(record);
  const pid = Number(await linesOf(run).next());
  assert.equal((await run.end()).signal, 'SIGTERM');
  assert.deepEqual([record.pid, pid].map(isAlive), [false, false]);
});

test('the death of an adopted wrapper is noticed, and ends what it left alone', async (t) => {
  const { runtime, options } = temporaryRuntime(t, { lookMs: 20, endStepMs: 200 });
  const record = await launchedByADeadDaemon(t, options, request(shell('echo $$; exec sleep 600')));
  const run = await runtime.adopt(record);
  const agent = Number(await linesOf(run).next());
  process.kill(record.pid, 'SIGKILL');
  assert.deepEqual(await run.exited, { code: null, signal: null, source: 'unknown' });
  assert.equal(isAlive(agent), false);
});

test('a wrapper that was killed while no daemon was there means an unknown exit', async (t) => {
  const { runtime, options } = temporaryRuntime(t, { endStepMs: 200 });
  const record = await launchedByADeadDaemon(t, options, request(shell('echo $$; exec sleep 600')));
  process.kill(record.pid, 'SIGKILL');
  await untilGone(record.pid);
  const run = await runtime.adopt(record);
  const [agent] = await linesOf(run).rest();
  assert.deepEqual(await run.exited, { code: null, signal: null, source: 'unknown' });
  assert.equal(isAlive(Number(agent)), false);
});

const forgeries: Readonly<Record<string, (pid: number, marker: string) => Partial<RunRecord>>> = {
  'its pid is used again': (pid) => ({ pid, startTime: '1@an-earlier-boot' }),
  'the process does not carry its marker': (pid) => ({ pid, startTime: processTable.startTime(pid) ?? '' }),
};

for (const [name, forge] of Object.entries(forgeries)) {
  test(`a run is over when ${name}, and that process is never touched`, async (t) => {
    const { runtime, options } = temporaryRuntime(t, { endStepMs: 50 });
    const stranger = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
    t.after(() => stranger.kill('SIGKILL'));
    const { pid = 0 } = stranger;
    const runId = newId('run');
    const directory = path.join(options.directory, runId);
    fs.mkdirSync(directory, { recursive: true });
    const marker = `${options.instance}/${runId}`;
    const run = await runtime.adopt({ runId, pid, startTime: '', marker, directory, ...forge(pid, marker) });
    assert.deepEqual(await run.end(), { code: null, signal: null, source: 'unknown' });
    assert.ok(isAlive(pid));
    assert.equal(stranger.signalCode, null);
  });
}

test('a run whose spool is gone is over and has nothing to say', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const record = {
    runId: newId('run'),
    pid: 1,
    startTime: '1@none',
    marker: 'x/run_1',
    directory: path.join(temporaryFolder(t), 'gone'),
  };
  const run = await runtime.adopt(record);
  assert.equal(run.written, 0);
  assert.deepEqual(await linesOf(run).rest(), []);
  assert.equal((await run.end()).source, 'unknown');
  await run.discard();
});
