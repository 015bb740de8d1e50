import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ParleyError } from '@parley/schema';
import fc from 'fast-check';
import { Notification } from './notification.ts';
import { readLines } from './read-lines.ts';
import type { LineSource } from './read-lines.ts';
import { temporaryFolder } from './testing.ts';

function spool(t: TestContext, maxLineBytes = 64 * 1024 * 1024) {
  const name = path.join(temporaryFolder(t), 'stdout');
  const file = fs.openSync(name, 'a+');
  t.after(() => fs.closeSync(file));
  const changed = new Notification();
  let state: 'open' | 'final' | 'stopped' = 'open';
  const source: LineSource = {
    file,
    maxLineBytes,
    state: () => state,
    get changed() {
      return changed.next;
    },
  };
  return {
    source,
    append: (bytes: string | Uint8Array): void => {
      fs.appendFileSync(file, bytes);
      changed.raise();
    },
    become: (next: 'final' | 'stopped'): void => {
      state = next;
      changed.raise();
    },
  };
}

async function collect(source: LineSource, offset = 0): Promise<{ lines: string[]; endOffset: number }> {
  const lines: string[] = [];
  let endOffset = offset;
  for await (const batch of readLines(source, offset)) {
    lines.push(...batch.lines);
    endOffset = batch.endOffset;
  }
  return { lines, endOffset };
}

test('lines come out as they went in, wherever the writes were cut', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.string({ unit: 'grapheme', maxLength: 30 }).map((line) => line.replaceAll('\n', ' ')),
        { maxLength: 40 },
      ),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
      async (lines, cuts) => {
        const { source, append, become } = spool(t);
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const reading = collect(source);
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const next = at + (cuts[i % cuts.length] ?? 1);
          append(bytes.subarray(at, next));
          at = next;
          await new Promise(setImmediate);
        }
        become('final');
        const expected = lines.map((line) => Buffer.from(line).toString()).filter((line) => line !== '');
        assert.deepEqual((await reading).lines, expected);
      },
    ),
    { numRuns: 60 },
  );
});

test('a line of 32 MiB arrives whole, and so do its neighbours', async (t) => {
  const { source, append, become } = spool(t);
  const long = 'ä'.repeat(16 * 1024 * 1024);
  append(`before\n${long}\nafter\n`);
  become('final');
  const { lines, endOffset } = await collect(source);
  assert.deepEqual(
    lines.map((line) => line.length),
    [6, long.length, 5],
  );
  assert.ok(lines[1] === long);
  assert.equal(endOffset, 7 + 32 * 1024 * 1024 + 1 + 6);
});

test('a long line that comes in small pieces is not searched again and again', async (t) => {
  const { source, append, become } = spool(t);
  const reading = collect(source);
  const piece = 'x'.repeat(16 * 1024);
  for (let i = 0; i < 512; i++) {
    append(piece);
    await new Promise(setImmediate);
  }
  append('\n');
  become('final');
  assert.equal((await reading).lines[0]?.length, 512 * piece.length);
});

test('a batch holds all whole lines of one read and tells where they end', async (t) => {
  const { source, append, become } = spool(t);
  append('one\n\ntwo\nthr');
  const batches = readLines(source, 0);
  assert.deepEqual((await batches.next()).value, { lines: ['one', 'two'], endOffset: 9 });
  append('ee\n');
  assert.deepEqual((await batches.next()).value, { lines: ['three'], endOffset: 15 });
  become('final');
  assert.equal((await batches.next()).done, true);
});

test('reading goes on from an offset', async (t) => {
  const { source, append, become } = spool(t);
  append('one\ntwo\nthree\n');
  become('final');
  assert.deepEqual(await collect(source, 4), { lines: ['two', 'three'], endOffset: 14 });
});

test('reading stops exactly where it was told to, also while more is there', async (t) => {
  const { source, append } = spool(t);
  append(`one\ntwo\nthree\n${'x'.repeat(1024 * 1024)}\nlast`);
  const read = async (offset: number, until: number): Promise<unknown> => {
    const batches = [];
    for await (const batch of readLines(source, offset, until))
      batches.push(...batch.lines.map((line) => line.length), batch.endOffset);
    return batches;
  };
  assert.deepEqual(await read(0, 8), [3, 3, 8]);
  assert.deepEqual(await read(8, 8), []);
  assert.deepEqual(await read(8, 14), [5, 14]);
  assert.deepEqual(await read(14, 15 + 1024 * 1024), [1024 * 1024, 15 + 1024 * 1024]);
  assert.deepEqual(await read(15 + 1024 * 1024, 19 + 1024 * 1024), [4, 19 + 1024 * 1024], 'an unfinished last line');
});

test('a last line without a newline is given once the run has ended, and not before', async (t) => {
  const { source, append, become } = spool(t);
  append('one\nlast');
  const batches = readLines(source, 0);
  assert.deepEqual((await batches.next()).value, { lines: ['one'], endOffset: 4 });
  const last = batches.next();
  become('final');
  assert.deepEqual((await last).value, { lines: ['last'], endOffset: 8 });
  assert.equal((await batches.next()).done, true);
});

test('nothing is read ahead of the consumer', async (t) => {
  const { source, append } = spool(t);
  const line = `${'x'.repeat(99)}\n`;
  append(line.repeat(10_000));
  const batches = readLines(source, 0);
  const first = await batches.next();
  assert.ok(first.done !== true && first.value.endOffset <= 256 * 1024);
  await batches.return();
});

test('a stopped source ends the reading without a word', async (t) => {
  const { source, append, become } = spool(t);
  append('one\nhalf');
  const batches = readLines(source, 0);
  await batches.next();
  const next = batches.next();
  become('stopped');
  assert.equal((await next).done, true);
});

for (const [name, text] of [
  ['among short ones', `a\n${'x'.repeat(101)}\nb\n`],
  ['in bytes, not characters', `${'ä'.repeat(51)}\n`],
  ['that has no end yet', 'x'.repeat(101)],
] as const) {
  test(`a line above the limit is refused: ${name}`, async (t) => {
    const { source, append } = spool(t, 100);
    append(text);
    await assert.rejects(collect(source), (error) => ParleyError.is(error) && error.code === 'output_limit');
  });
}

test('a line of exactly the limit is fine', async (t) => {
  const { source, append, become } = spool(t, 100);
  append(`${'x'.repeat(100)}\n`);
  become('final');
  assert.equal((await collect(source)).lines[0]?.length, 100);
});

test('others get their turn while a long spool is read', async (t) => {
  const { source, append, become } = spool(t);
  append(`${'x'.repeat(99)}\n`.repeat(1_000_000));
  become('final');
  let turns = 0;
  const count = (): void => {
    turns++;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  const { lines } = await collect(source);
  clearImmediate(timer);
  assert.equal(lines.length, 1_000_000);
  assert.ok(turns > 0);
});
