import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../testing.ts';
import { runAfterExitAdapter } from './after-exit.ts';
import { runAdapterHere } from './testing.ts';

/** Writes `meta.json` files as a session log would, then echoes its input. */
const agent = (folder: string, metas: readonly object[]): readonly string[] => [
  process.execPath,
  '-e',
  `const fs = require('node:fs');
   process.stdin.on('data', (chunk) => process.stdout.write(chunk)).on('end', () => {
     ${JSON.stringify(metas)}.forEach((meta, n) => {
       fs.mkdirSync(${JSON.stringify(folder)} + '/session-' + n, { recursive: true });
       fs.writeFileSync(${JSON.stringify(folder)} + '/session-' + n + '/meta.json', JSON.stringify(meta));
       const at = Date.now() / 1000 + n;
       fs.utimesSync(${JSON.stringify(folder)} + '/session-' + n + '/meta.json', at, at);
     });
     console.error('bye');
     process.exit(5);
   });`,
];

test('streams pass through byte by byte, and the newest file that was written follows', async (t) => {
  const folder = temporaryFolder(t);
  const old = path.join(folder, 'old');
  fs.mkdirSync(old);
  fs.writeFileSync(path.join(old, 'meta.json'), '{"old":true}');
  fs.utimesSync(path.join(old, 'meta.json'), 1000, 1000);
  const flags = ['--newest', folder, '--file', 'meta.json', '--'];
  const adapter = runAdapterHere(runAfterExitAdapter, [...flags, ...agent(folder, [{ n: 0 }, { n: 1 }])]);
  adapter.write('{"three":"三"}');
  adapter.endInput();
  assert.equal(await adapter.code, 5);
  const file = { adapter: 'file', path: path.join(folder, 'session-1', 'meta.json'), text: '{"n":1}' };
  assert.equal(await adapter.output(), `{"three":"三"}\n${JSON.stringify(file)}\n`);
  assert.equal(adapter.stderr(), 'bye\n');
});

test('of several sessions that of this folder is taken, and the line is one of its own', async (t) => {
  const folder = temporaryFolder(t);
  const cwd = fs.realpathSync(temporaryFolder(t));
  const metas = [{ environment: { working_directory: cwd } }, { environment: { working_directory: '/elsewhere' } }];
  const flags = ['--newest', '~/logs', '--file', 'meta.json', '--cwd-field', 'environment.working_directory', '--'];
  const argv = [...flags, ...agent(path.join(folder, 'logs'), metas)];
  const adapter = runAdapterHere(runAfterExitAdapter, argv, { cwd, env: { ...process.env, HOME: folder } });
  // The agent's last words have no newline.
  adapter.write('x');
  adapter.endInput();
  await adapter.code;
  assert.match(await adapter.output(), /^x\n\{"adapter":"file","path":".*session-0/);
});

test('a home that the environment names is looked into instead of the usual one', async (t) => {
  const [usual, named] = [temporaryFolder(t), temporaryFolder(t)];
  const flags = ['--home', usual, '--home-env', 'AGENT_HOME', '--newest', 'logs', '--file', 'meta.json', '--'];
  for (const [home, env] of [
    [usual, {}],
    [named, { AGENT_HOME: named }],
  ] as const) {
    const argv = [...flags, ...agent(path.join(home, 'logs'), [{}])];
    const adapter = runAdapterHere(runAfterExitAdapter, argv, { env: { ...process.env, ...env } });
    adapter.endInput();
    await adapter.code;
    assert.equal(JSON.parse((await adapter.output()).trim()).path, path.join(home, 'logs', 'session-0', 'meta.json'));
  }
});

test('without such a file there is no line', async (t) => {
  const flags = ['--newest', path.join(temporaryFolder(t), 'none'), '--file', 'meta.json', '--'];
  const adapter = runAdapterHere(runAfterExitAdapter, [...flags, process.execPath, '-e', 'process.stdout.write("hi")']);
  assert.equal(await adapter.code, 0);
  assert.equal(await adapter.output(), 'hi\n');
});

test('a folder that the program has removed does not change how it ended', async (t) => {
  const logs = temporaryFolder(t);
  const cwd = path.join(temporaryFolder(t), 'work');
  fs.mkdirSync(cwd);
  const flags = ['--newest', logs, '--file', 'meta.json', '--cwd-field', 'folder', '--'];
  const script = `const fs = require('node:fs');
    fs.mkdirSync(${JSON.stringify(`${logs}/s`)});
    fs.writeFileSync(${JSON.stringify(`${logs}/s/meta.json`)}, JSON.stringify({ folder: process.cwd() }));
    fs.rmdirSync(process.cwd());`;
  const adapter = runAdapterHere(runAfterExitAdapter, [...flags, process.execPath, '-e', script], { cwd });
  assert.equal(await adapter.code, 0);
  assert.match(await adapter.output(), /^\{"adapter":"file"/);
});

test('a signal reaches the program, and how it ended is told by the exit code', async () => {
  const script = 'setInterval(() => {}, 1000); console.log("{}")';
  const adapter = runAdapterHere(runAfterExitAdapter, ['--', process.execPath, '-e', script]);
  await adapter.line(() => true);
  adapter.signal('SIGTERM');
  assert.equal(await adapter.code, 143);
});

test('a program that does not read its input is no trouble', async () => {
  const adapter = runAdapterHere(runAfterExitAdapter, ['--', process.execPath, '-e', '']);
  adapter.write('x'.repeat(1024 * 1024));
  assert.equal(await adapter.code, 0);
});
