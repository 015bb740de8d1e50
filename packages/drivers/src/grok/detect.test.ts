import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { detectGrok, dialectOf } from './detect.ts';
import { standIn, temporaryFolder } from './test/stand-in.ts';

const env = (home: string) => ({ PATH: process.env['PATH'], HOME: home });

test("xAI's program tells itself by its flags, with its login", async (t) => {
  const home = temporaryFolder(t);
  const path = standIn(home, 'grok', 'grok-headless.ts');
  const found = { installed: true, path, version: '1.0.41', dialect: 'xai' };
  assert.deepEqual(await detectGrok({ searchPath: [home], env: env(home) }), found);
  mkdirSync(join(home, '.grok'));
  writeFileSync(join(home, '.grok', 'auth.json'), '{"token":"secret"}');
  assert.deepEqual(await detectGrok({ searchPath: [], command: path, env: env(home) }), {
    ...found,
    login: 'xAI login',
  });
});

test('the npm package is known by its manifest, with its real version and the file behind the link', async (t) => {
  const home = temporaryFolder(t);
  const folder = join(home, 'node_modules', '@vibe-kit', 'grok-cli');
  mkdirSync(join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"@vibe-kit/grok-cli","version":"0.0.34"}');
  const script = join(folder, 'dist', 'index.js');
  writeFileSync(script, '#!/usr/bin/env node\nconsole.log("1.0.1")\n');
  chmodSync(script, 0o755);
  symlinkSync(script, join(home, 'grok'));
  assert.deepEqual(await detectGrok({ searchPath: [home], env: env(home) }), {
    installed: true,
    path: script,
    version: '0.0.34',
    dialect: 'vibe-kit',
  });
});

test('another program of that name is named as a problem, a missing one is not', async (t) => {
  const home = temporaryFolder(t);
  assert.deepEqual(await detectGrok({ searchPath: [home], env: env(home) }), { installed: false });
  const path = join(home, 'grok');
  writeFileSync(path, '#!/bin/sh\necho "grok pattern engine 2.0"\n');
  chmodSync(path, 0o755);
  const found = await detectGrok({ searchPath: [home], env: env(home) });
  assert.equal(found.dialect, undefined);
  assert.match(found.problem ?? '', /neither/);
  assert.match(
    (await detectGrok({ searchPath: [], command: '/nowhere/grok', env: env(home) })).problem ?? '',
    /nowhere/,
  );
});

test('the help texts of the two are told apart', () => {
  assert.equal(dialectOf('-p, --prompt <prompt>\n--max-tool-rounds <rounds>'), 'vibe-kit');
  assert.equal(dialectOf('-p, --single <PROMPT>\n--output-format <FMT>'), 'xai');
  assert.equal(dialectOf('grok: parse logs'), undefined);
});
