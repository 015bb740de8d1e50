import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { detectGemini } from './detect.ts';

async function home(context: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-gemini-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode: 0o755 });
  }
  return folder;
}

test('the version of an npm installation is read beside the program, which is not run', async (context) => {
  const folder = await home(context, {
    'lib/gemini-cli/package.json': '{"name":"@google/gemini-cli","version":"0.61.0"}',
    'lib/gemini-cli/bundle/gemini.js': '#!/bin/false\n',
  });
  await mkdir(join(folder, 'bin'));
  await symlink('../lib/gemini-cli/bundle/gemini.js', join(folder, 'bin', 'gemini'));
  const found = await detectGemini({ searchPath: [join(folder, 'bin')], env: { HOME: folder } });
  assert.equal(found.version, '0.61.0');
  assert.match(found.path ?? '', /bundle\/gemini\.js$/);
  assert.equal(found.login, undefined);
});

test('another program of that name is asked', async (context) => {
  const folder = await home(context, { 'bin/gemini': '#!/bin/sh\necho 0.60.1\n' });
  const found = await detectGemini({ searchPath: [join(folder, 'bin')], env: { HOME: folder, PATH: '/bin:/usr/bin' } });
  assert.deepEqual([found.installed, found.version], [true, '0.60.1']);
});

test('nothing there, and a command that is nothing, are told apart', async (context) => {
  const folder = await home(context, {});
  const env = { HOME: folder };
  assert.deepEqual(await detectGemini({ searchPath: [folder], env }), { installed: false });
  const wrong = await detectGemini({ searchPath: [folder], env, command: '/nowhere/gemini' });
  assert.match(wrong.problem ?? '', /\/nowhere\/gemini/);
});

const settings = (selectedType: string): string => JSON.stringify({ security: { auth: { selectedType } } });

test('the login that gemini would use is told, for people', async (context) => {
  const cases: readonly (readonly [files: Readonly<Record<string, string>>, login: string | undefined])[] = [
    [{}, undefined],
    [
      { '.gemini/settings.json': settings('oauth-personal'), '.gemini/oauth_creds.json': '{"refresh_token":"x"}' },
      'a Google account',
    ],
    [{ '.gemini/settings.json': settings('oauth-personal') }, undefined],
    [
      { '.gemini/settings.json': settings('gemini-api-key'), '.gemini/.env': 'GEMINI_API_KEY=x\n' },
      'the key in ~/.gemini/.env',
    ],
    [{ '.gemini/settings.json': settings('gemini-api-key') }, undefined],
    [{ '.gemini/settings.json': settings('vertex-ai') }, 'Google Vertex AI'],
    [{ '.gemini/settings.json': 'no json' }, undefined],
  ];
  for (const [files, login] of cases) {
    const folder = await home(context, files);
    const found = await detectGemini({ searchPath: [], env: { HOME: folder } });
    assert.equal(found.login, login, JSON.stringify(files));
    assert.ok(!JSON.stringify(found).includes('refresh'), 'no secret');
  }
});
