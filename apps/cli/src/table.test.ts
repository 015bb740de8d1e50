import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showTable } from './table.ts';

test('columns stand under each other', () => {
  assert.equal(
    showTable(
      ['ID', 'TITLE'],
      [
        ['a', 'one'],
        ['long', ''],
      ],
    ),
    'ID    TITLE\na     one\nlong\n',
  );
});

test('the last column is cut to the width, and no cell is more than a line', () => {
  assert.equal(
    showTable(['ID', 'TITLE'], [['a', `two\nlines ${'x'.repeat(50)}`]], 20),
    'ID  TITLE\na   two lines xxxxx…\n',
  );
});
