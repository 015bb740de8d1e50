import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import type { RunRequest } from '@parley/schema';
import { processTable } from './process-table.ts';
import { environment, linesOf, node, request, shell, temporaryFolder, temporaryRuntime } from './testing.ts';

test('an agent gets its arguments, folder and environment as they were given', async (t) => {
  const { runtime, options } = temporaryRuntime(t);
  const cwd = fs.realpathSync(temporaryFolder(t));
  const odd = ['--flag', '', 'two words', '$HOME `id` "quoted" \'single\'', '-n', 'line\nbreak', 'ä€😀'];
  const env = { ...environment, directory: 'kept', status: 'kept', IFS: 'x' };
  const script =
    'process.stdout.write(JSON.stringify({ argv: process.argv.slice(1), cwd: process.cwd(), env: process.env }))';
  const asked = request([process.execPath, '-e', script, '--', ...odd], { cwd, env });
  const run = await runtime.launch(asked);
  const seen = JSON.parse(await linesOf(run).next());
  assert.deepEqual(seen.argv, odd);
  assert.equal(seen.cwd, cwd);
  assert.equal(seen.env.directory, 'kept');
  assert.equal(seen.env.status, 'kept');
  assert.equal(seen.env.PARLEY_RUN, `${options.instance}/${asked.runId}`);
  assert.deepEqual(
    Object.keys(seen.env).filter((name) => name.startsWith('_parley')),
    [],
  );
  await run.end();
});

test('the record proves the process before anything is sent', async (t) => {
  const { runtime, options } = temporaryRuntime(t);
  const asked = request(['cat']);
  const { record, written, end } = await runtime
    .launch(asked)
    .then((run) => ({ record: run.record, written: run.written, end: () => run.end() }));
  assert.equal(record.runId, asked.runId);
  assert.equal(record.startTime, processTable.startTime(record.pid));
  assert.equal(record.marker, processTable.marker(record.pid));
  assert.equal(record.directory, path.join(options.directory, asked.runId));
  assert.equal(written, 0);
  await end();
});

test('the spool is for its owner alone, and the umask of the agent is not changed by that', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const run = await runtime.launch(request(shell('umask; cat')));
  const [mask] = [await linesOf(run).next()];
  assert.equal(Number.parseInt(mask, 8), process.umask());
  const mode = (file: string): number => fs.statSync(path.join(run.record.directory, file)).mode & 0o777;
  assert.equal(mode('.'), 0o700);
  assert.equal(fs.statSync(path.dirname(run.record.directory)).mode & 0o777, 0o700);
  run.closeInput();
  await run.exited;
  for (const file of fs.readdirSync(run.record.directory)) assert.equal(mode(file), 0o600, file);
});

test('signals have their default effect in the agent', async (t) => {
  const { runtime } = temporaryRuntime(t);
  for (const name of ['HUP', 'INT', 'TERM']) {
    const run = await runtime.launch(request(shell(`kill -${name} $$; echo survived`)));
    assert.deepEqual(await run.exited, { code: null, signal: `SIG${name}`, source: 'recorded' });
  }
});

const refused: readonly (readonly [
  string,
  (folder: string) => Partial<RunRequest> & Pick<RunRequest, 'argv'>,
  string,
])[] = [
  ['a program that is not on the path', () => ({ argv: ['no-such-agent-here'] }), 'agent_not_installed'],
  ['a path without a program', (folder) => ({ argv: [`${folder}/agent`] }), 'agent_not_installed'],
  ['a file that is not executable', (folder) => ({ argv: [write(`${folder}/agent`, 0o644)] }), 'agent_start_failed'],
  ['a folder', (folder) => ({ argv: [folder] }), 'agent_start_failed'],
  ['a working folder that is missing', (folder) => ({ argv: ['cat'], cwd: `${folder}/none` }), 'folder_missing'],
  [
    'a working folder that is a file',
    (folder) => ({ argv: ['cat'], cwd: write(`${folder}/file`, 0o644) }),
    'folder_missing',
  ],
  [
    'arguments that the system does not take',
    () => ({ argv: ['cat', 'x'.repeat(8 * 1024 * 1024)] }),
    'agent_start_failed',
  ],
  ['an argument with a zero byte', () => ({ argv: ['cat', 'a\0b'] }), 'agent_start_failed'],
];

function write(file: string, mode: number): string {
  fs.writeFileSync(file, '#!/bin/sh\n', { mode });
  return file;
}

for (const [name, make, code] of refused) {
  test(`${name} is refused with ${code}, and nothing is left behind`, async (t) => {
    const { runtime, options } = temporaryRuntime(t);
    const { argv, ...change } = make(temporaryFolder(t));
    await assert.rejects(
      runtime.launch(request(argv, change)),
      (error) => ParleyError.is(error) && error.code === code,
    );
    assert.deepEqual(fs.existsSync(options.directory) ? fs.readdirSync(options.directory) : [], []);
  });
}

test('a program is found by the path of its own environment', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const folder = temporaryFolder(t);
  fs.writeFileSync(path.join(folder, 'my-agent'), '#!/bin/sh\necho found\n', { mode: 0o755 });
  const run = await runtime.launch(request(['my-agent'], { env: { PATH: folder } }));
  assert.equal(await linesOf(run).next(), 'found');
});

test('an agent without any PATH in its environment can still be fed', async (t) => {
  const { runtime } = temporaryRuntime(t);
  const run = await runtime.launch(request(node('process.stdin.pipe(process.stdout)'), { env: {} }));
  run.write(Buffer.from('hello\n'));
  run.closeInput();
  assert.deepEqual(await linesOf(run).rest(), ['hello']);
});

test('files of a run are private, readable by its agent, and gone with it (G 11)', async (t) => {
  const { runtime, options } = temporaryRuntime(t);
  const asked = request(['cat', path.join(options.directory, 'run_files', 'files', 'schema.json')]);
  const files = [{ name: 'schema.json', text: '{"type":"object"}\n' }];
  const run = await runtime.launch({ ...asked, runId: 'run_files' as RunRequest['runId'], files });
  const file = path.join(run.record.directory, 'files', 'schema.json');
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  assert.equal(fs.statSync(path.dirname(file)).mode & 0o777, 0o700);
  assert.equal(await linesOf(run).next(), '{"type":"object"}');
  await run.end();
  await run.discard();
  assert.equal(fs.existsSync(file), false);
});

test('files of a run that could not be started are gone (G 11)', async (t) => {
  const { runtime, options } = temporaryRuntime(t);
  const files = [
    { name: 'one', text: '' },
    { name: 'one', text: '' },
  ];
  await assert.rejects(runtime.launch({ ...request(['cat']), files }));
  assert.deepEqual(fs.readdirSync(options.directory), []);
});
