// The pages are true: generated parts are up to date, links lead somewhere, examples are what Parley takes.

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { ClientFrameSchema, ErrorAnswerSchema } from '@parley/schema';
import { compare, pages } from '../generate-docs.ts';
import { inRoot } from '../lib/root.mjs';
import { walk } from '../lib/walk.mjs';
import { brokenLinks } from './links.ts';

const written = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
const markdown = [...written, ...walk('docs', 'packages', 'apps', 'e2e', 'bench', 'scripts')].filter((file) =>
  file.endsWith('.md'),
);
const read = (file: string): string => readFileSync(inRoot(file), 'utf8');

for (const page of pages) {
  test(`${page.path} is up to date`, async () => {
    const { now, wanted } = await compare(page);
    assert.equal(now, wanted, 'write it anew with: node scripts/docs.mjs');
  });
}

test('every relative link leads to a file, and every anchor to a heading', () => {
  const isThere = (path: string): boolean => statSync(inRoot(path), { throwIfNoEntry: false }) !== undefined;
  const broken = markdown.flatMap((file) =>
    brokenLinks(read(file), dirname(file), { isThere, read }).map((link) => `${file}: ${link}`),
  );
  assert.deepEqual(broken, []);
});

test('every page in docs can be reached from the README', () => {
  const reached = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, target = ''] of read(file).matchAll(/\]\(([^)#\s:]+\.md)(?:#[^)]*)?\)/g)) {
      const path = new URL(target, `file:///${file}`).pathname.slice(1);
      if (markdown.includes(path)) follow(path);
    }
  };
  follow('README.md');
  assert.deepEqual(
    markdown.filter((file) => file.startsWith('docs/') && !reached.has(file)),
    [],
  );
});

test('the frames and errors that the pages show as examples are such', () => {
  const frames = [...read('docs/api.md').matchAll(/`(\{"type":[^`]+\})`/g)].map(([, json = '']) => json);
  assert.ok(frames.length >= 4);
  for (const frame of frames) assert.ok(ClientFrameSchema.safeParse(JSON.parse(frame)).success, frame);
  const [, error = ''] = /```json\n([\s\S]*?)```/.exec(read('docs/errors.md')) ?? [];
  assert.ok(ErrorAnswerSchema.safeParse(JSON.parse(error)).success);
});
