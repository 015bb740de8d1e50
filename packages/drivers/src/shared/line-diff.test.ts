import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { diffHunks } from './line-diff.ts';

/** What a patch makes of a text; the reference that the property below is checked against. */
function apply(before: string, hunks: string): string {
  const old = before === '' ? [] : before.split(/(?<=\n)/);
  const made: string[] = [];
  let at = 0;
  const lines = hunks.split('\n').slice(0, -1);
  lines.forEach((line, index) => {
    const head = /^@@ -(\d+),(\d+) /.exec(line);
    if (head !== null) {
      const start = Number(head[1]) - (Number(head[2]) === 0 ? 0 : 1);
      while (at < start) made.push(old[at++] ?? '');
      return;
    }
    const text = lines[index + 1]?.startsWith('\\') === true ? line.slice(1) : `${line.slice(1)}\n`;
    if (line.startsWith('+')) made.push(text);
    if (line.startsWith(' ')) made.push(old[at] ?? '');
    if (line.startsWith(' ') || line.startsWith('-')) assert.equal(old[at++], text);
  });
  return made.join('') + old.slice(at).join('');
}

test('distant changes are hunks of their own, near ones share their context', () => {
  const before = Array.from({ length: 20 }, (_, n) => `${n}\n`).join('');
  const after = before.replace('2\n', 'two\n').replace('18\n', 'eighteen\n');
  assert.equal(diffHunks(before, after).match(/^@@/gm)?.length, 2);
  assert.equal(diffHunks(before, before.replace('2\n', 'x\n').replace('6\n', 'y\n')).match(/^@@/gm)?.length, 1);
  assert.equal(diffHunks(before, before), '');
});

test('applied to the old text, the hunks give the new one', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', '', 'd\n', 'a\n'), { maxLength: 30 })
    .map((all) => all.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const hunks = diffHunks(before, after);
      assert.equal(before === after ? after : apply(before, hunks), after);
    }),
    { numRuns: 500 },
  );
});

test('texts that have too little in common are shown as replaced, without much work', () => {
  const lines = (word: string) => Array.from({ length: 3000 }, (_, n) => `${word} ${n}\n`).join('');
  const hunks = diffHunks(`same\n${lines('a')}`, `same\n${lines('b')}`);
  assert.match(hunks, /^@@ -1,3001 \+1,3001 @@\n same\n-a 0\n/);
});
