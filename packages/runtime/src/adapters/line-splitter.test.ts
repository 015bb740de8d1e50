import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineSplitter } from './line-splitter.ts';

function split(bytes: Buffer, sizes: readonly number[], maxBytes = 1 << 20): readonly (string | undefined)[] {
  const splitter = new LineSplitter(maxBytes);
  const lines: (string | undefined)[] = [];
  let at = 0;
  for (let n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    lines.push(...splitter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...lines, ...splitter.end()];
}

test('lines come whole, wherever the bytes are cut, also inside of a character', () => {
  const words = fc.array(fc.string({ unit: 'grapheme' }).map((word) => word.replaceAll(/[\r\n]/g, '')));
  fc.assert(
    fc.property(words, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (lines, sizes) => {
      const text = lines.map((line) => `${line}\n`).join('');
      assert.deepEqual(split(Buffer.from(text), sizes), lines);
    }),
  );
});

test('a last line without its end is a line, a carriage return belongs to the end', () => {
  assert.deepEqual(split(Buffer.from('a\r\nb'), [1]), ['a', 'b']);
});

test('a line that is too long is dropped whole, and the next one is read again', () => {
  const text = `ok\n${'x'.repeat(100)}\nfine\n`;
  for (const size of [1, 7, 1000]) assert.deepEqual(split(Buffer.from(text), [size], 10), ['ok', undefined, 'fine']);
});
