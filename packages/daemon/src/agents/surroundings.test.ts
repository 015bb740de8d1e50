import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashOfSurroundings } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

const profile = { added_folders: [], args: [], env: {}, unset: [], allow_env: [] };
const usual: Surroundings = {
  detected: { path: '/bin/vibe', version: '1.0.0' },
  endpoint: { endpoint: { kind: 'own' }, key: 'secret' },
  config: undefined,
  profile,
  env: { PATH: '/bin', VIBE_ACTIVE_MODEL: 'small', TERM: 'xterm', SSH_TTY: '/dev/pts/1' },
  settings: [{ path: '/home/me/.vibe/config.toml', text: 'model = "a"' }],
  session: {},
};

const hash = (change: Partial<Surroundings> = {}) => hashOfSurroundings({ ...usual, ...change });

test('a model in a variable, another version, key, argument or settings file are other surroundings (G 36)', async () => {
  const changes: readonly Partial<Surroundings>[] = [
    { env: { ...usual.env, VIBE_ACTIVE_MODEL: 'large' } },
    { detected: { path: '/bin/vibe', version: '1.0.1' } },
    { detected: { path: '/opt/vibe', version: '1.0.0' } },
    { endpoint: { endpoint: { kind: 'own' }, key: 'other' } },
    { profile: { ...profile, args: ['--fast'] } },
    { settings: [{ path: '/home/me/.vibe/config.toml', text: 'model = "b"' }] },
  ];
  const hashes = await Promise.all([hash(), ...changes.map((change) => hash(change))]);
  assert.equal(new Set(hashes).size, hashes.length);
});

test('the terminal or npm script that the daemon was started in, and the order of variables, do not count', async () => {
  const env = { TERM: 'vt100', SHLVL: '3', VIBE_ACTIVE_MODEL: 'small', PATH: '/bin', TMUX: '/tmp/tmux' };
  assert.equal(await hash({ env }), await hash());
  const npm = { npm_lifecycle_event: 'start', INIT_CWD: '/clone', NODE: '/usr/bin/node' };
  const PATH = '/clone/node_modules/.bin:/npm/lib/node-gyp-bin:/bin';
  assert.equal(await hash({ env: { ...env, ...npm, PATH } }), await hash());
  assert.notEqual(await hash({ env: { ...env, PATH: '/other:/bin' } }), await hash());
});

test('a file that an option names counts with what is in it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-surroundings-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const image = join(folder, 'a.png');
  const session = { options: { images: [image] } };
  const missing = await hash({ session });
  await writeFile(image, 'one');
  const first = await hash({ session });
  await writeFile(image, 'two!');
  assert.equal(new Set([missing, first, await hash({ session }), await hash()]).size, 4);
});
