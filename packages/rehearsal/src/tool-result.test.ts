import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readToolResult } from './tool-result.ts';

test("codex's wrapping is taken off and the exit code read", () => {
  const text =
    'Chunk ID: 15c75e\nWall time: 0.0000 seconds\nProcess exited with code 3\nOriginal token count: 0\nOutput:\n  a\nb\n';
  assert.deepEqual(readToolResult(text, false), { ok: false, declined: false, output: '  a\nb', exitCode: 3 });
});

test('a patch that was given as a command is unwrapped twice', () => {
  const text = 'Chunk ID: 1\nWall time: 0 seconds\nOutput:\nExit code: 0\nWall time: 0 seconds\nOutput:\nSuccess.\n';
  assert.deepEqual(readToolResult(text, false), { ok: true, declined: false, output: 'Success.', exitCode: 0 });
});

test('a command that goes on names its session', () => {
  const result = readToolResult(
    'Chunk ID: 1\nWall time: 30 seconds\nProcess running with session ID 42\nOutput:\nhalf',
    false,
  );
  assert.deepEqual(result, { ok: true, declined: false, output: 'half', running: 42 });
});

test('output that only looks like wrapping stays', () => {
  const printed = 'hello\nOutput:\nExit code: 5';
  assert.deepEqual(readToolResult(printed, false), { ok: true, declined: false, output: printed });
});

for (const [text, failed] of [
  ['exec_command failed: CreateProcess { message: "Rejected(\\"rejected by user\\")" }', false],
  ["The user doesn't want to proceed with this tool use. The tool use was rejected.", true],
  ["Claude requested permissions to write to /w/a, but you haven't granted it yet.", true],
] as const) {
  test(`a refusal is a failure that was declined: ${text.slice(0, 40)}`, () => {
    const { ok, declined } = readToolResult(text, failed);
    assert.deepEqual({ ok, declined }, { ok: false, declined: true });
  });
}

test("claude's failure marks are heeded", () => {
  assert.deepEqual(readToolResult('Exit code 2\nno', true), {
    ok: false,
    declined: false,
    output: 'Exit code 2\nno',
    exitCode: 2,
  });
  const missing = readToolResult('<tool_use_error>File does not exist.</tool_use_error>', true);
  assert.deepEqual(missing, { ok: false, declined: false, output: 'File does not exist.' });
});

test("claude's words for no output count as none, and its reminders are dropped", () => {
  assert.equal(readToolResult('(Bash completed with no output)', false).output, '');
  assert.equal(readToolResult('1\tHi\n\n<system-reminder>beware</system-reminder>\n', false).output, '1\tHi');
});
