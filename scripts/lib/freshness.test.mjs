// When a build counts as stale.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { isStale } from './freshness.mjs';

/**
 * A source folder and a built file with times in seconds, so that nothing depends on the clock.
 * @param {import('node:test').TestContext} t
 * @param {Readonly<Record<string, number>>} times of files in the source folder
 */
function project(t, times) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-freshness-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const source = join(folder, 'src');
  mkdirSync(join(source, 'fixtures'), { recursive: true });
  for (const [name, time] of Object.entries(times)) {
    writeFileSync(join(source, name), '');
    utimesSync(join(source, name), time, time);
  }
  const built = join(folder, 'built');
  writeFileSync(built, '');
  utimesSync(built, 100, 100);
  for (const path of [source, join(source, 'fixtures')]) utimesSync(path, 50, 50);
  return { source, built };
}

test('a build newer than its sources is fresh', (t) => {
  const { source, built } = project(t, { 'a.ts': 99 });
  assert.equal(isStale(built, [source]), false);
});

test('a build is stale when a source is newer, or when there is no build', (t) => {
  const { source, built } = project(t, { 'a.ts': 101 });
  assert.equal(isStale(built, [source]), true);
  assert.equal(isStale(`${built}-missing`, []), true);
});

test('a deleted source makes a build stale', (t) => {
  const { source, built } = project(t, { 'a.ts': 99, 'b.ts': 99 });
  rmSync(join(source, 'b.ts'));
  assert.equal(isStale(built, [source]), true);
});

test('newer tests and recorded data do not matter', (t) => {
  const { source, built } = project(t, { 'a.ts': 99, 'a.test.ts': 200, 'fixtures/x.jsonl': 200 });
  assert.equal(isStale(built, [source]), false);
});

test('sources that do not exist do not matter', (t) => {
  const { source, built } = project(t, { 'a.ts': 99 });
  assert.equal(isStale(built, [source, `${source}-missing`]), false);
});
