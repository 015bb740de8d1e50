import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillBlocks } from './blocks.ts';

const page = 'before\n<!-- generated: one -->\nold\n<!-- end of one -->\nafter\n';

test('a generated part takes the place of the old one, and nothing else changes', () => {
  assert.equal(
    fillBlocks(page, { one: 'new\n' }),
    'before\n<!-- generated: one -->\n\nnew\n\n<!-- end of one -->\nafter\n',
  );
});

test('a part without a place and a place without a part are errors', () => {
  assert.throws(() => fillBlocks(page, { one: '', two: '' }), /no place for: two/);
  assert.throws(() => fillBlocks(page, {}), /nothing generates "one"/);
});
