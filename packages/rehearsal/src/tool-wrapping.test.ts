// Texts as the agents sent them to a model server: gemini 0.61.0, opencode 1.18.33, kimi-code 2.1.0, qwen 0.24.4.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readToolResult, type ToolResult } from './tool-result.ts';

const ok = (output: string): ToolResult => ({ ok: true, declined: false, output });
const failed = (output: string, exitCode?: number): ToolResult => ({
  ok: false,
  declined: false,
  output,
  ...(exitCode !== undefined && { exitCode }),
});
const gemini = (inner: string): string =>
  `<untrusted_context>\n${inner}\nProcess Group PGID: 30885\n</untrusted_context>`;
const KIMI = 'Wall time: 0.018 seconds\n';
const KIMI_ERROR = '<system>ERROR: Tool execution failed.</system>\n';

const TEXTS: readonly (readonly [name: string, text: string, expected: ToolResult])[] = [
  ['gemini: a command', gemini('Output: hello\nerr'), ok('hello\nerr')],
  ['gemini: a command without output', gemini('Output: (empty)'), ok('')],
  ['gemini: an exit code', gemini('Output: (empty)\nExit Code: 4'), failed('', 4)],
  ['gemini: a signal', gemini('Output: Output:\nExit code: 5\nSignal: 9'), failed('Output:\nExit code: 5')],
  [
    'qwen: an exit code',
    'Command: echo hello; exit 3\nDirectory: (root)\nOutput: hello\nError: (none)\nExit Code: 3\nSignal: (none)\nProcess Group PGID: 3645',
    failed('hello', 3),
  ],
  [
    'qwen: a command without output',
    'Command: true\nDirectory: (root)\nOutput: (empty)\nError: (none)\nExit Code: 0\nSignal: (none)\nProcess Group PGID: 3756',
    { ...ok(''), exitCode: 0 },
  ],
  [
    'qwen: an edit that fits nowhere',
    'Failed to edit, 0 occurrences found for old_string in /w/notes.txt. No edits made.',
    failed('Failed to edit, 0 occurrences found for old_string in /w/notes.txt. No edits made.'),
  ],
  ['kimi: a command', `${KIMI}hello\nerr\n`, ok('hello\nerr')],
  ['kimi: a command that prints what codex would', `${KIMI}x\nOutput:\ny\n`, ok('x\nOutput:\ny')],
  ['kimi: a command without output', `${KIMI}Command executed successfully.`, ok('')],
  ['kimi: an exit code', `${KIMI}${KIMI_ERROR}hello\nCommand failed with exit code: 3.`, failed('hello', 3)],
  [
    'kimi: an exit code without output',
    `${KIMI}${KIMI_ERROR}Process exited with code 4\nCommand failed with exit code: 4.`,
    failed('', 4),
  ],
  ['kimi: a killed command', `${KIMI}${KIMI_ERROR}Output:\nCommand failed with exit code: -1.`, failed('Output:', -1)],
  ['kimi: no such file', `${KIMI_ERROR}"/w/missing.txt" does not exist.`, failed('"/w/missing.txt" does not exist.')],
  [
    'kimi: a file',
    '1\tHi you\n2\tsecond\n<system>2 lines read from file starting from line 1. End of file reached.</system>',
    ok('1\tHi you\n2\tsecond'),
  ],
  [
    'opencode: a file',
    '<path>/w/notes.txt</path>\n<type>file</type>\n<content>\n1: Hi you\n2: second\n\n(End of file - total 2 lines)\n</content>',
    ok('1: Hi you\n2: second'),
  ],
  ['opencode: a command without output', '(no output)', ok('')],
  ['opencode: no such file', 'File not found: /w/missing.txt', failed('File not found: /w/missing.txt')],
];

for (const [name, text, expected] of TEXTS) {
  test(`a tool's words are taken out of the wrapping of ${name}`, () => {
    assert.deepEqual(readToolResult(text, false), expected);
  });
}

for (const [text, marked] of [
  ['Tool "run_shell_command" was canceled by the user.', true],
  ['Tool execution for "Shell" requires user confirmation, which is not supported in non-interactive mode.', true],
  [`${KIMI}${KIMI_ERROR}Tool "Bash" was not run because the user rejected the approval request.`, false],
  ['The user rejected permission to use this specific tool call.', false],
  ['The user has specified a rule which prevents you from using this specific tool call.', false],
] as const) {
  test(`a refusal is a failure that was declined: ${text.slice(-60)}`, () => {
    const result = readToolResult(text, marked);
    assert.deepEqual([result.ok, result.declined], [false, true]);
  });
}
