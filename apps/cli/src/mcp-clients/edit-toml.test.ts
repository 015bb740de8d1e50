import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryInToml, removeFromToml, setInToml } from './edit-toml.ts';

const entry = { command: '/bin/parley', args: ['mcp'] };
const set = (text: string, value: Record<string, unknown> = entry) => setInToml(text, 'mcp_servers', 'parley', value);
const remove = (text: string) => removeFromToml(text, 'mcp_servers', 'parley');

const before = `# mine
model = "m" # a remark

[mcp_servers.other]
command = "x"
`;

test('a table is added at the end, and taken out again without a trace', () => {
  const after = set(before);
  assert.equal(after, `${before}\n[mcp_servers.parley]\ncommand = "/bin/parley"\nargs = [ "mcp" ]\n`);
  assert.deepEqual({ ...Object(entryInToml(after, 'mcp_servers', 'parley')) }, entry);
  assert.equal(remove(after), before);
  assert.equal(set(after), after);
});

test('a table in the middle is replaced with the tables below it, and what stands around it stays', () => {
  const text = `${before}
[mcp_servers.parley]
command = "old"
[mcp_servers."parley".env]
A = "1"

# of the next one
[tui]
x = 1
`;
  const after = set(text);
  assert.match(
    after,
    /command = "x"\n\n\[mcp_servers\.parley\]\ncommand = "\/bin\/parley"\nargs = .*\n\n# of the next one\n\[tui\]/,
  );
  assert.equal(remove(text), `${before}\n# of the next one\n[tui]\nx = 1\n`);
});

test('line breaks are those of the file, and a file without its last one gets it', () => {
  assert.doesNotMatch(set('a = 1\r\n'), /[^\r]\n/);
  assert.match(set('a = 1'), /^a = 1\n\n\[mcp_servers\.parley\]\n/);
  assert.match(set(''), /^\[mcp_servers\.parley\]\n/);
});

test('what is no TOML is refused', () => {
  assert.throws(() => entryInToml('[a', 'mcp_servers', 'parley'), /Invalid TOML/);
  assert.throws(() => entryInToml('mcp_servers = 1', 'mcp_servers', 'parley'), /something else than a table/);
});
