import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { piecesOf } from './pieces.ts';

test('pieces joined are the text again, of any size and with any letters', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      (text, size) => {
        const pieces = piecesOf(text, size);
        assert.equal(pieces.join(''), text);
        assert.ok(pieces.every((piece) => piece !== ''));
      },
    ),
  );
});

test('words keep their white space', () => {
  assert.deepEqual(piecesOf('one two\n\nthree'), ['one ', 'two\n\n', 'three']);
});
