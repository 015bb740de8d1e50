import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { placesOf } from './places.ts';
import { ensurePrivateFolder, isPrivateFolder } from './private-folder.ts';

test('without settings everything is where XDG has it by default', () => {
  const places = placesOf({ HOME: '/home/ada' });
  assert.equal(places.stateDir, '/home/ada/.local/state/parley');
  assert.equal(places.dataDir, '/home/ada/.local/share/parley');
  assert.equal(places.configFile, '/home/ada/.config/parley/config.toml');
  assert.equal(places.socket, '/home/ada/.local/state/parley/parley.sock');
  assert.equal(places.agentsDir, '/home/ada/.local/share/parley/agents');
});

test('XDG folders count when they are absolute', () => {
  const places = placesOf({
    HOME: '/home/ada',
    XDG_STATE_HOME: '/s',
    XDG_DATA_HOME: 'relative',
    XDG_CONFIG_HOME: '/c',
  });
  assert.equal(places.stateDir, '/s/parley');
  assert.equal(places.dataDir, '/home/ada/.local/share/parley');
  assert.equal(places.configFile, '/c/parley/config.toml');
});

test('PARLEY_* goes before XDG, and may be relative', () => {
  const env = {
    HOME: '/home/ada',
    XDG_STATE_HOME: '/s',
    PARLEY_STATE_DIR: 'state',
    PARLEY_DATA_DIR: '/d',
    PARLEY_CONFIG: '/c.toml',
  };
  const places = placesOf(env);
  assert.equal(places.stateDir, resolve('state'));
  assert.equal(places.dataDir, '/d');
  assert.equal(places.configFile, '/c.toml');
});

test('a state directory that is too deep for a socket has it in a short place of its own', () => {
  const deep = (name: string) => placesOf({ HOME: '/home/ada', PARLEY_STATE_DIR: `/${'deep/'.repeat(20)}${name}` });
  const { socket, socketDir, stateDir } = deep('one');
  assert.ok(Buffer.byteLength(socket) <= 100, socket);
  assert.ok(socket.startsWith(tmpdir()) && socketDir !== stateDir);
  assert.equal(deep('one').socket, socket);
  assert.notEqual(deep('two').socket, socket);
});

test('a private folder is made closed, and closed when it is open', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'parley-test-'));
  t.after(() => rmSync(root, { recursive: true }));
  const path = join(root, 'a', 'b');
  assert.equal(isPrivateFolder(path), false);
  await ensurePrivateFolder(path);
  assert.equal(isPrivateFolder(path), true);
  chmodSync(path, 0o755);
  assert.equal(isPrivateFolder(path), false);
  await ensurePrivateFolder(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
});

test('a link in the place of a private folder is refused', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'parley-test-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'elsewhere'), { mode: 0o700 });
  symlinkSync(join(root, 'elsewhere'), join(root, 'link'));
  assert.equal(isPrivateFolder(join(root, 'link')), false);
  await assert.rejects(ensurePrivateFolder(join(root, 'link')), /not a folder of ours/);
});
