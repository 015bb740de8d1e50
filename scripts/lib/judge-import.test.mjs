// The import rule, on a small made-up workspace with the real table of rooms.
import assert from 'node:assert/strict';
import test from 'node:test';
import { findImports } from './find-imports.mjs';
import { judgeImport } from './judge-import.mjs';

const schema = { name: '@parley/schema', exports: { '.': {} }, dependencies: { zod: '1.0.0' } };
const engine = { name: '@parley/engine', exports: { '.': {} }, dependencies: { '@parley/schema': 'workspace:*' } };
const store = { name: '@parley/store', exports: { '.': {}, './sqlite': {} } };
const workspace = {
  repository: { name: 'repository', devDependencies: { 'fast-check': '1.0.0', '@parley/store': 'workspace:*' } },
  byName: new Map([
    ['@parley/schema', { room: 'packages/schema', manifest: schema }],
    ['@parley/engine', { room: 'packages/engine', manifest: engine }],
    ['@parley/store', { room: 'packages/store', manifest: store }],
  ]),
};

/** @param {string} file @param {string} specifier */
function judge(file, specifier) {
  const room = /^(packages|apps)\/[^/]+/.exec(file)?.[0] ?? '';
  const owner = [...workspace.byName.values()].find((entry) => entry.room === room);
  return judgeImport({ file, room, manifest: owner?.manifest ?? workspace.repository }, specifier, workspace);
}

test('a package may import downward what it lists, and its own files', () => {
  assert.equal(judge('packages/engine/src/a.ts', '@parley/schema'), undefined);
  assert.equal(judge('packages/engine/src/decide/a.ts', '../b.ts'), undefined);
  assert.equal(judge('packages/schema/src/a.ts', 'zod'), undefined);
});

test('an import upward is refused', () => {
  assert.match(
    judge('packages/schema/src/a.ts', '@parley/engine') ?? '',
    /packages\/schema may not import packages\/engine/,
  );
});

test('a package between that nobody listed in the table is refused', () => {
  assert.match(judge('packages/engine/src/a.ts', '@parley/store') ?? '', /may not import packages\/store/);
});

test('a relative path into another package is refused, from end-to-end tests too', () => {
  assert.match(judge('packages/engine/src/a.ts', '../../store/src/b.ts') ?? '', /reaches into packages\/store/);
  assert.match(judge('e2e/a.test.ts', '../packages/store/src/b.ts') ?? '', /reaches into packages\/store/);
});

test('an import past the exports of a package is refused', () => {
  assert.match(judge('e2e/a.test.ts', '@parley/store/src/b.ts') ?? '', /does not export/);
  assert.equal(judge('e2e/a.test.ts', '@parley/store/sqlite'), undefined);
});

test('a dependency that is not listed is refused; development dependencies are for tests', () => {
  assert.match(judge('packages/engine/src/a.ts', 'zod') ?? '', /not in the dependencies/);
  assert.match(judge('packages/engine/src/a.ts', 'fast-check') ?? '', /not in the dependencies/);
  assert.equal(judge('packages/engine/src/a.test.ts', 'fast-check'), undefined);
});

test('a driver stays free of effects, but for its detection', () => {
  assert.match(judge('packages/drivers/src/x/protocol.ts', 'node:fs') ?? '', /free of effects/);
  assert.equal(judge('packages/drivers/src/x/detect.ts', 'node:fs'), undefined);
  assert.equal(judge('packages/drivers/src/x/protocol.ts', 'node:path'), undefined);
});

test('every form of import is found with its line, and comments are not', () => {
  const text = [
    "import 'a';",
    'import {',
    '  x,',
    "} from 'b';",
    "export * from 'c';",
    "const d = await import('./d.ts');",
    "type E = import('./e.ts').E;",
    "// import 'f';",
    "const from = 'g';",
  ].join('\n');
  assert.deepEqual(
    findImports(text).map(({ specifier, line }) => `${specifier}:${line}`),
    ['a:1', 'b:4', 'c:5', './d.ts:6', './e.ts:7'],
  );
});
