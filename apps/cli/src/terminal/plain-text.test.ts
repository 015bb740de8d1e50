import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plainLine, PlainStream, plainText } from './plain-text.ts';

test('colours, cursor movements, titles, clipboard writes and resets are gone', () => {
  assert.equal(plainText('\u001b[1;31mred\u001b[0m \u001b[2J\u001b[Hhome'), 'red home');
  assert.equal(plainText('a\u001b]0;title\u0007b\u001b]52;c;ZXZpbA==\u001b\\c'), 'abc');
  assert.equal(plainText('a\u001bPq#0;2\u001b\\b\u001bcc\u001b(Bd'), 'abcd');
  assert.equal(plainText('a\u009b31mb\u009d0;title\u009cc'), 'abc');
  assert.equal(plainText('bell\u0007 back\b\u0000 del\u007f'), 'bell back del');
});

test('words, newlines, tabs and other scripts stay', () => {
  const text = 'Grüße\n\t– 世界 👋 שלום [31m ]0; a\\b';
  assert.equal(plainText(text), text);
  assert.equal(plainText('one\r\ntwo\rthree'), 'one\ntwo\nthree');
});

test('marks that reorder what is read are gone', () => {
  assert.equal(plainText('rm \u202etxt.exe\u202c \u2066x\u2069'), 'rm txt.exe x');
});

test('a line is one line of so many characters', () => {
  assert.equal(plainLine('  one\n two\t\u001b[31mthree '), 'one two three');
  assert.equal(plainLine('abcdefgh', 5), 'abcd…');
  assert.equal(plainLine('abcde', 5), 'abcde');
});

test('text in pieces comes out as if it had come whole, wherever it is cut', () => {
  const piece = fc.constantFrom(
    'word ',
    '\u001b[31m',
    '\u001b]0;t\u0007',
    '\u001b]8;;u\u001b\\',
    '\u001bP1$r\u001b\\',
    '\u009b2K',
    '\r\n',
    '\n',
    '\u001b(B',
    'é',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(80), { maxLength: 10 }), (pieces, cuts) => {
      const text = pieces.join('');
      const stream = new PlainStream();
      const places = [...cuts.filter((cut) => cut < text.length), 0, text.length].sort((a, b) => a - b);
      let out = '';
      for (const [index, place] of places.entries()) out += stream.push(text.slice(place, places[index + 1] ?? place));
      assert.equal(out + stream.end(), plainText(text));
    }),
    { numRuns: 500 },
  );
});

test('no escape character survives, whatever comes', () => {
  const unit = fc.constantFrom(
    '\u001b',
    '[',
    ']',
    'P',
    '\\',
    '\u0007',
    '\u009b',
    '\u009d',
    '\u009c',
    '0',
    ';',
    'm',
    'x',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 30 }), (units) => {
      const stream = new PlainStream();
      let out = '';
      for (const each of units) out += stream.push(each);
      for (const text of [out + stream.end(), plainText(units.join(''))]) {
        for (let at = 0; at < text.length; at++) {
          const code = text.charCodeAt(at);
          assert.ok(code >= 0x20 && (code < 0x7f || code > 0x9f), JSON.stringify(text));
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test('what never ends is not held back for ever', () => {
  const stream = new PlainStream();
  assert.equal(stream.push('\u001b]0;'), '');
  assert.match(stream.push('x'.repeat(5000)), /xxx$/);
});
