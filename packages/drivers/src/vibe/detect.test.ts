import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { standIn, temporaryFolder } from '../grok/test/stand-in.ts';
import { detectVibe, detectVibeAcp } from './detect.ts';

const env = (home: string) => ({ PATH: process.env['PATH'], HOME: home });

test('Vibe is found with its version, and its own key without showing it', async (t) => {
  const home = temporaryFolder(t);
  const path = standIn(home, 'vibe', 'vibe-print.ts');
  assert.deepEqual(await detectVibe({ searchPath: [home], env: env(home) }), {
    installed: true,
    path,
    version: '2.18.4',
  });
  mkdirSync(join(home, '.vibe'));
  writeFileSync(join(home, '.vibe', '.env'), "MISTRAL_API_KEY='secret'\n");
  const found = await detectVibe({ searchPath: [], command: path, env: env(home) });
  assert.equal(found.login, "API key in Vibe's own .env");
  assert.doesNotMatch(JSON.stringify(found), /secret/);
});

test('no Vibe is no problem, a named one that is missing is', async (t) => {
  const home = temporaryFolder(t);
  assert.deepEqual(await detectVibe({ searchPath: [home], env: env(home) }), { installed: false });
  assert.match(
    (await detectVibe({ searchPath: [], command: '/nowhere/vibe', env: env(home) })).problem ?? '',
    /nowhere/,
  );
});

test('the ACP server is the neighbour of the configured program', async (t) => {
  const home = temporaryFolder(t);
  const path = standIn(home, 'vibe-acp', 'vibe-print.ts');
  const found = await detectVibeAcp({ searchPath: [], command: join(home, 'vibe'), env: env(home) });
  assert.deepEqual(found, { installed: true, path, version: '2.18.4' });
});
