import assert from 'node:assert/strict';
import test from 'node:test';
import type { TurnEnd, TurnId } from '@parley/schema';
import { Machine, recorded, turnId } from './recording.ts';
import { printProtocol } from './protocol.ts';

function started(text = 'please'): Machine<unknown> {
  const machine = new Machine(printProtocol);
  machine.give({ type: 'opened' });
  machine.give({ type: 'start', turnId, text });
  return machine;
}

function played(name: string, exitCode: number, stderr = ''): Machine<unknown> {
  const machine = started();
  machine.lines(recorded(name));
  machine.exit(exitCode, stderr);
  return machine;
}

function codeOf(end: TurnEnd | undefined): string | undefined {
  return end?.state === 'failed' ? end.error.code : end?.state;
}

test('the words of the turn are all of stdin, as they are', () => {
  const machine = started('-p "über"\nsecond line');
  assert.deepEqual(machine.all, [
    { type: 'ready' },
    { type: 'write', line: '-p "über"\nsecond line' },
    { type: 'close-stdin' },
  ]);
});

test('a turn with a command ends completed at its result line, and the run with it', () => {
  const machine = played('command', 0);
  assert.deepEqual(machine.end(), { state: 'completed' });
  assert.equal(machine.of('turn-started').length, 1);
  assert.equal(machine.of('end-run').length, 1);
  assert.deepEqual(machine.of('thread')[0], {
    type: 'thread',
    threadId: '68f998d8-9779-4ba8-8715-077cfbf421d2',
    model: 'gemini-2.5-flash',
  });
  assert.deepEqual(machine.items()[1], { type: 'command', status: 'completed', command: 'echo hi > hello.txt' });
  assert.match(machine.said(), /^I will run a command\.done \(user turns seen: 1; tool said: /);
  assert.deepEqual(machine.of('usage')[0]?.usage, { inputUncached: 200, cacheRead: 0, output: 40, reasoning: 0 });
});

test('two commands at once each end with their own output', () => {
  const machine = played('two-commands', 0);
  const commands = machine.items().filter((item) => 'command' in item);
  assert.equal(commands.length, 2);
  assert.deepEqual(machine.end(), { state: 'completed' });
});

test('a new file is a file change with its lines counted', () => {
  const [change] = played('write', 0).items();
  assert.deepEqual(change, {
    type: 'file_change',
    status: 'completed',
    changes: [{ path: 'new.txt', kind: 'add', added: 1, removed: 0 }],
  });
});

test('tools of every kind become items that say what was done, and how it ended', () => {
  const machine = played('tools', 0);
  assert.deepEqual(machine.items(), [
    {
      type: 'command',
      status: 'completed',
      command: 'echo out; echo err >&2; exit 3',
      output: 'out\nerr',
    },
    {
      type: 'tool_call',
      status: 'failed',
      name: 'read_file',
      title: 'read_file nope.txt',
      input: '{"file_path":"nope.txt"}',
      output: 'File not found.',
    },
    {
      type: 'file_change',
      status: 'completed',
      changes: [{ path: 'b.txt', kind: 'add', added: 2, removed: 0 }],
    },
    {
      type: 'file_change',
      status: 'failed',
      changes: [
        {
          path: 'b.txt',
          kind: 'update',
          added: 1,
          removed: 1,
          diff: '--- a/b.txt\n+++ b/b.txt\n@@ -1,1 +1,1 @@\n-zzz\n+y\n',
        },
      ],
    },
    {
      type: 'tool_call',
      status: 'completed',
      name: 'list_directory',
      title: 'list_directory .',
      input: '{"dir_path":"."}',
    },
    {
      type: 'tool_call',
      status: 'completed',
      name: 'update_topic',
      title: 'update_topic T',
      input: '{"title":"T","summary":"s","strategic_intent":"x"}',
      output: '## 📂 Topic: **T**\n\n**Summary:**\ns\n\n> [!STRATEGY]\n> **Intent:** x',
    },
    { type: 'assistant_message', text: '' },
  ]);
  assert.deepEqual(machine.of('usage')[0]?.usage, { inputUncached: 490, cacheRead: 210, output: 175, reasoning: 35 });
});

test('a command or an edit that the policy took away is declined, another missing tool failed', () => {
  const tool = (name: string, id: string): readonly string[] => [
    JSON.stringify({ type: 'tool_use', tool_name: name, tool_id: id, parameters: { command: 'ls', file_path: 'x' } }),
    JSON.stringify({
      type: 'tool_result',
      tool_id: id,
      status: 'error',
      output: 'Tool not found',
      error: { type: 'tool_not_registered', message: 'Tool not found' },
    }),
  ];
  const machine = started();
  machine.lines([...tool('run_shell_command', 'a'), ...tool('write_file', 'b'), ...tool('nonsense', 'c')]);
  assert.deepEqual(
    machine.of('item-completed').map(({ item }) => ('status' in item ? item.status : undefined)),
    ['declined', 'declined', 'failed'],
  );
});

test('how a failed request ended is told by the exit code, and it is worth another try where it says so', () => {
  assert.equal(codeOf(played('model-401', 145).end()), 'agent_auth');
  assert.equal(codeOf(played('model-429', 173).end()), 'rate_limited');
  assert.equal(codeOf(played('cut', 1).end()), 'model_overloaded');
  assert.equal(codeOf(played('html', 1).end()), 'model_overloaded');
  const end = played('model-401', 145).end();
  assert.ok(end?.state === 'failed');
  assert.equal(end.error.message, 'Gemini ended with exit code 145: mock: Incorrect API key provided.');
  assert.equal(end.error.details?.['httpStatus'], 401);
});

const exits: readonly (readonly [code: number, stderr: string, expected: string])[] = [
  [41, 'When using Gemini API, you must specify the GEMINI_API_KEY environment variable.', 'agent_auth'],
  [42, 'Error resuming session: Invalid session identifier "x".', 'thread_missing'],
  [42, 'Exiting due to an error processing the @ command.', 'agent_refused'],
  [44, 'no sandbox', 'agent_start_failed'],
  [52, 'bad settings', 'agent_start_failed'],
  [53, 'Reached max session turns', 'step_limit'],
  [54, 'no space left', 'agent_refused'],
  [55, '\u001b[31mGemini CLI is not running in a trusted directory.\u001b[0m', 'folder_untrusted'],
  [130, '', 'agent_crashed'],
  [144, 'API key not valid. Please pass a valid API key.', 'agent_auth'],
  [144, 'something else', 'model_request_rejected'],
  [147, '', 'agent_auth'],
  [173, 'You exceeded your current quota', 'quota_exceeded'],
  [244, '', 'model_overloaded'],
  [247, '', 'model_overloaded'],
  [1, '{\n  code: 404\n}', 'model_unknown'],
  [1, 'models/x is not found for API version v1beta', 'model_unknown'],
  [1, 'TypeError: x is not a function', 'agent_crashed'],
  [0, '', 'agent_crashed'],
];
for (const [code, stderr, expected] of exits) {
  test(`without a result line, exit ${code}${stderr === '' ? '' : ` with "${stderr.slice(0, 40)}"`} is ${expected}`, () => {
    const machine = started();
    machine.exit(code, stderr);
    assert.equal(codeOf(machine.end()), expected);
  });
}

test('a killed gemini never counts as completed, whatever its exit code', () => {
  assert.equal(codeOf(played('killed', 0).end()), 'agent_crashed');
  const machine = started();
  machine.lines(recorded('killed'));
  machine.exit(null, '', 'SIGKILL');
  assert.equal(codeOf(machine.end()), 'agent_crashed');
});

test('an interrupt ends the run, and the turn with it', () => {
  const machine = started();
  machine.lines(recorded('killed'));
  assert.deepEqual(machine.give({ type: 'interrupt', turnId }), [
    { type: 'deadline', name: 'interrupt', action: 'set' },
    { type: 'end-run', reason: 'The turn was interrupted.' },
  ]);
  machine.exit(0);
  assert.deepEqual(machine.end(), { state: 'interrupted' });
  assert.equal(machine.of('deadline').at(-1)?.action, 'clear');
});

test('an answer without a word is a failure, with what gemini said about it', () => {
  const machine = started();
  machine.lines([
    '{"type":"error","severity":"error","message":"The model returned an empty response."}',
    '{"type":"result","status":"error","stats":{"total_tokens":0}}',
  ]);
  machine.exit(0);
  const end = machine.end();
  assert.ok(end?.state === 'failed');
  assert.equal(end.error.code, 'no_answer');
  assert.match(end.error.message, /empty response/);
  assert.equal(machine.of('usage').length, 0, 'unknown is not zero');
});

test('a success without a word is no answer', () => {
  const machine = started();
  machine.lines(['{"type":"result","status":"success","stats":{}}']);
  assert.equal(codeOf(machine.end()), 'no_answer');
});

test('words for a running turn come back', () => {
  const machine = started();
  const next = 'trn_2' as TurnId;
  const [output] = machine.give({ type: 'steer', into: turnId, turnId: next, text: 'also' });
  assert.equal(output?.type, 'steer-returned');
});

test('what gemini would cut off is refused before it is sent', () => {
  const machine = started('x'.repeat(8 * 1024 * 1024));
  assert.equal(codeOf(machine.end()), 'prompt_too_large');
  assert.equal(machine.of('write').length, 0);
});

test('a process has one turn', () => {
  const machine = played('command', 0);
  machine.give({ type: 'start', turnId: 'trn_2' as TurnId, text: 'more' });
  assert.equal(machine.of('turn-ended').at(-1)?.turnId, 'trn_2');
  assert.equal(machine.of('write').length, 1);
});

test('lines that are not its protocol are notices', () => {
  const machine = started();
  machine.lines(['Loaded cached credentials.', '{"type":"novelty"}']);
  assert.deepEqual(
    machine.of('notice').map(({ code }) => code),
    ['unreadable_line', 'unknown_event'],
  );
});
