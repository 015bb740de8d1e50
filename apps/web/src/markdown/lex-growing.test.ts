// Reading a growing text block by block must give what reading the whole text gives.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lexer } from 'marked';
import { lexGrowing, nothingLexed } from './lex-growing.ts';

const piece = fc.constantFrom(
  'Some words. ',
  '**bold** and `code` ',
  '\n',
  '\n\n',
  '- one\n',
  '- two\n',
  '  - inner\n',
  '1. first\n',
  '  continued\n',
  '# Title\n',
  '===\n',
  '---\n',
  '```ts\n',
  'const a = 1;\n',
  '```\n',
  '    indented\n',
  '> quote\n',
  '| a | b |\n',
  '|---|---|\n',
  '| 1 | 2 |\n',
  '<div>\n',
  '</div>\n',
  '[link](https://example.org) ',
  '~~gone~~',
  '\t',
  '\r\n',
  '* * *\n',
  '- [ ] task\n',
  'ü — ',
);

const shape = (blocks: readonly { readonly type: string; readonly raw: string }[]) =>
  blocks.filter(({ type }) => type !== 'space').map(({ type, raw }) => [type, raw.trimEnd()]);

test('a text that grows in any steps has the blocks of the whole text', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 25 }),
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }),
      (pieces, steps) => {
        const text = pieces.join('');
        let lexed = nothingLexed;
        for (let at = 0, n = 0; at < text.length; n++) {
          at += steps[n % steps.length] ?? 1;
          lexed = lexGrowing(lexed, text.slice(0, at));
        }
        assert.deepEqual(shape(lexed.blocks), shape(lexer(text)));
      },
    ),
    { numRuns: 2000 },
  );
});

test('blocks before the last two keep their identity', () => {
  const before = lexGrowing(nothingLexed, 'One.\n\nTwo.\n\nThree.\n\nFo');
  const after = lexGrowing(before, 'One.\n\nTwo.\n\nThree.\n\nFour.');
  assert.equal(after.blocks[0], before.blocks[0]);
  assert.equal(after.blocks[2], before.blocks[2]);
  assert.equal(after.blocks.at(-1)?.raw, 'Four.');
});

test('a text that was replaced is read anew', () => {
  const lexed = lexGrowing(lexGrowing(nothingLexed, 'One.'), 'Other.');
  assert.deepEqual(
    lexed.blocks.map(({ raw }) => raw),
    ['Other.'],
  );
});
