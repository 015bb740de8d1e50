import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenLinks } from './links.ts';

const pages: Readonly<Record<string, string>> = {
  'docs/there.md': '# A title: with a colon\n\n## Two words\n\n```sh\n# no heading\n```\n',
  'src/code.ts': '',
};
const files = { isThere: (path: string) => path in pages, read: (path: string) => pages[path] ?? '' };
const broken = (page: string): readonly string[] => brokenLinks(page, 'docs', files);

test('links to files and headings that are there are fine', () => {
  assert.deepEqual(
    broken('[a](there.md) [b](../src/code.ts) [c](there.md#two-words) [d](#own)\n\n## Own\n[e](https://example.com/x)'),
    [],
  );
  assert.deepEqual(broken('[a](there.md#a-title-with-a-colon)'), []);
});

test('links to what is not there are found, with their anchors', () => {
  assert.deepEqual(broken('[a](gone.md), [b](there.md#no-heading), [c](#nowhere), [d](../../outside.md)'), [
    'gone.md',
    'there.md#no-heading',
    '#nowhere',
    '../../outside.md',
  ]);
});

test('what looks like a link in code is none', () => {
  assert.deepEqual(broken('`[a](gone.md)`\n\n```md\n[b](gone.md)\n```\n'), []);
});
