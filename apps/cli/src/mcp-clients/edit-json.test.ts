import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryInJson, removeFromJson, setInJson } from './edit-json.ts';
import { JsonSyntaxError, readPlaces, valueAt } from './json-places.ts';

const entry = { command: '/bin/parley', args: ['mcp'] };
const set = (text: string, value: unknown = entry) => setInJson(text, 'mcpServers', 'parley', value);
const remove = (text: string) => removeFromJson(text, 'mcpServers', 'parley');

test('an entry is added behind the others, in the indentation of the file, and every other byte stays', () => {
  const before = `// mine
{
    "theme": "dark", // a remark
    "mcpServers": {
        "other": { "command": "x" } // theirs
    },
    "last": [1, 2,],
}
`;
  const after = set(before);
  assert.equal(
    after,
    `// mine
{
    "theme": "dark", // a remark
    "mcpServers": {
        "other": { "command": "x" }, // theirs
        "parley": {
            "command": "/bin/parley",
            "args": [
                "mcp"
            ]
        }
    },
    "last": [1, 2,],
}
`,
  );
  assert.deepEqual(entryInJson(after, 'mcpServers', 'parley'), entry);
  assert.equal(remove(after), before);
});

test('what is added can be taken out again without a trace', () => {
  for (const before of [
    '{\n  "mcpServers": {\n    "a": {},\n    "b": {}\n  }\n}\n',
    '{\n\t"a": 1,\n\t"mcpServers": {\n\t\t"a": {}\n\t}\n}',
    '{\r\n  "mcpServers": {\r\n    "a": {}\r\n  }\r\n}\r\n',
    '{"mcpServers":{"a":{}},"b":1}',
    '{\n  "b": 1\n}\n',
    '{\n  "b": 1, // last\n}\n',
    '{\n  "mcpServers": {\n    "a": {},\n  },\n}\n',
    '{"b":1}',
    '{}\n',
  ]) {
    const after = set(before);
    assert.deepEqual(entryInJson(after, 'mcpServers', 'parley'), entry, before);
    assert.equal(remove(after), before);
    assert.equal(set(after), after);
  }
});

test('the line breaks of the file are used', () => {
  assert.doesNotMatch(set('{\r\n  "a": 1\r\n}\r\n'), /[^\r]\n/);
});

test('an old entry is replaced where it stands, and one in the middle is removed with its comma', () => {
  const before = '{\n  "mcpServers": {\n    "parley": {"command": "old"}, // why\n    "z": {}\n  }\n}\n';
  const after = set(before);
  assert.match(after, /"parley": \{\n {6}"command": "\/bin\/parley",[^]*\n {4}\}, \/\/ why\n {4}"z": \{\}/);
  assert.deepEqual(valueAt(readPlaces(remove(before))), { mcpServers: { z: {} } });
});

test('an empty file and an empty object get the first entry', () => {
  for (const before of ['', '  \n', '{}', '{ }', '{\n  // nothing yet\n}']) {
    const after = set(before);
    assert.deepEqual(valueAt(readPlaces(after)), { mcpServers: { parley: entry } }, before);
    assert.equal(after.includes('// nothing yet'), before.includes('// nothing yet'));
  }
});

test('what is no JSON is refused with its place, and what is no object by its name', () => {
  for (const [text, what] of [
    ['{"a": oops}', /is not valid at line 1, column 7/],
    ['{"a": 1', /ends too early at line 1, column 8/],
    ['{\n"a" 1}', /is not valid at line 2, column 5/],
    ['{"a": 01}', /is not valid/],
    ['{"a": "x\ny"}', /is not valid/],
    ['{} {}', /is not valid/],
  ] as const)
    assert.throws(
      () => readPlaces(text),
      (error) => error instanceof JsonSyntaxError && what.test(error.message),
      text,
    );
  assert.throws(() => set('{"mcpServers": []}'), /something else than an object at "mcpServers"/);
  assert.throws(() => set('[]'), /holds no JSON object/);
});

test('everything that JSON has is read', () => {
  const value = { a: [1, -2.5e3, true, false, null, 'ü\n"\\', { b: {} }], __proto__x: 1 };
  assert.deepEqual(valueAt(readPlaces(JSON.stringify(value))), value);
  assert.deepEqual(valueAt(readPlaces('\uFEFF/* x */{"a"/**/:/**/1,}')), { a: 1 });
});
