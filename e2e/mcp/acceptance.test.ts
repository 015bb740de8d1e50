// docs/acceptance-mcp.md says which tests hold which behaviour of the MCP door; this keeps it true: every row has a test, and every test that
// it names is there. `node --conditions=source e2e/mcp/acceptance-list.ts` writes the page anew.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inRoot } from '../../scripts/lib/root.mjs';
import { acceptancePage, rows, testsOfRows } from './acceptance-list.ts';

test('each of the 60 acceptance rows has at least one test that names it', () => {
  const found = testsOfRows();
  const missing = rows.map((_, index) => index + 1).filter((row) => !found.has(row));
  assert.deepEqual(missing, []);
});

test('docs/acceptance-mcp.md is what the tests say', () => {
  const page = readFileSync(inRoot('docs', 'acceptance-mcp.md'), 'utf8');
  assert.equal(page, acceptancePage(), 'run `npm run ts -- e2e/mcp/acceptance-list.ts`');
});
