import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import type { TestContext } from 'node:test';
import type { LaunchRequest, Policy, RunId, TurnId } from '@parley/schema';
import { checkOneShot } from '../grok/test/property.ts';
import { runProcess } from '../grok/test/run-process.ts';
import type { RunOptions, RunResult } from '../grok/test/run-process.ts';
import { standIn, temporaryFolder } from '../grok/test/stand-in.ts';
import { vibePrint } from './driver.ts';
import { protocol } from './protocol.ts';

const adapter = fileURLToPath(new URL('../../../runtime/src/adapters/test-entry.ts', import.meta.url));

interface Place {
  readonly cwd: string;
  readonly logs: string;
  run(
    options: RunOptions & { readonly policy?: Policy; readonly extraArgs?: readonly string[]; readonly model?: string },
  ): Promise<RunResult>;
}

/** The stand-in behind the real adapter, in real processes, with a home and a workspace of its own. */
function place(t: TestContext): Place {
  const cwd = temporaryFolder(t);
  const agentHome = temporaryFolder(t);
  const executable = standIn(temporaryFolder(t), 'vibe', 'vibe-print.ts');
  let runs = 0;
  return {
    cwd,
    logs: join(agentHome, 'logs', 'session'),
    run: ({ policy = 'full', extraArgs = [], model, ...options }) => {
      const runId = `run_${++runs}`;
      const request: LaunchRequest = {
        runId: runId as RunId,
        prompt: options.text,
        executable,
        cwd,
        policy,
        endpoint: { kind: 'own' },
        root: false,
        agentHome,
        extraArgs,
        adapter: [process.execPath, '--conditions=source', adapter],
        node: process.execPath,
        filesFolder: '/state/run_1/files',
        ...(options.threadId === undefined ? {} : { threadId: options.threadId }),
        ...(model === undefined ? {} : { model }),
      };
      const plan = vibePrint.launch(request);
      return runProcess(vibePrint, plan, cwd, { env: { MISTRAL_API_KEY: 'x' }, runId, ...options });
    },
  };
}

const answerOf = ({ items }: RunResult): string => {
  const last = items.findLast((item) => item.type === 'assistant_message');
  return last?.type === 'assistant_message' ? last.text : '';
};
const codeOf = ({ end }: RunResult) => end?.state === 'failed' && end.error.code;
const goOn = ({ threadId }: RunResult) => (threadId === undefined ? {} : { threadId });

test('a turn does its work and shows it; the system prompt is not part of it', async (t) => {
  const { cwd, run } = place(t);
  const result = await run({
    text: 'think about files then create hello.txt with the text "Hi" then run `echo two > two.txt` then read hello.txt',
  });
  assert.deepEqual(result.end, { state: 'completed' });
  assert.equal(readFileSync(join(cwd, 'hello.txt'), 'utf8'), 'Hi');
  assert.deepEqual(
    result.items.filter(({ type }) => type !== 'assistant_message').map(({ type }) => type),
    ['file_change', 'command', 'tool_call', 'reasoning'],
  );
  assert.partialDeepStrictEqual(
    result.items.find(({ type }) => type === 'command'),
    { status: 'completed', exitCode: 0 },
  );
  assert.ok(!JSON.stringify(result.items).includes('You are a coding agent'));
  assert.match(answerOf(result), /Done: write `hello\.txt`/);
});

test('conversation, usage and cost come from the session log, before the turn ends', async (t) => {
  const { logs, run } = place(t);
  const result = await run({ text: 'say "one"' });
  const [folder = ''] = readdirSync(logs);
  const meta = JSON.parse(readFileSync(join(logs, folder, 'meta.json'), 'utf8'));
  assert.equal(result.threadId, `${meta.session_id}.2`);
  const types = result.outputs.map(({ type }) => type);
  assert.ok(
    types.indexOf('thread') < types.indexOf('turn-ended') && types.indexOf('usage') < types.indexOf('turn-ended'),
  );
  assert.deepEqual(result.outputs.find((output) => output.type === 'usage')?.usage, {
    inputUncached: meta.stats.session_prompt_tokens,
    output: meta.stats.session_completion_tokens,
    costUsd: meta.stats.session_cost,
  });
});

test('a resumed turn is a new session, and nothing of its history is reported again', async (t) => {
  const { logs, run } = place(t);
  const first = await run({ text: 'say "one"' });
  const second = await run({ text: 'say "two"', ...goOn(first) });
  assert.deepEqual(second.end, { state: 'completed' });
  assert.deepEqual(
    second.items.map((item) => item.type === 'assistant_message' && item.text),
    ['two'],
  );
  assert.notEqual(second.threadId, first.threadId);
  const third = await run({ text: 'say "three"', ...goOn(second) });
  assert.deepEqual(
    third.items.map((item) => item.type === 'assistant_message' && item.text),
    ['three'],
  );
  assert.equal(readdirSync(logs).length, 3);
});

test('words that were said before are taken for the new ones only where they are new', async (t) => {
  const { run } = place(t);
  const first = await run({ text: 'say "again"' });
  const second = await run({ text: 'run `echo different`', ...goOn(first) });
  const third = await run({ text: 'say "again"', ...goOn(second) });
  assert.deepEqual(
    third.items.map(({ type }) => type),
    ['assistant_message'],
  );
  // Also for a conversation that was begun elsewhere: then what is new is known when the run has ended.
  const id = third.threadId?.replace(/\.\d+$/, '') ?? '';
  const fourth = await run({ text: 'say "again"', threadId: id });
  assert.deepEqual(fourth.end, { state: 'completed' });
  assert.deepEqual(
    fourth.items.map(({ type }) => type),
    ['assistant_message'],
  );
  assert.ok(fourth.threadId?.endsWith('.10'));
});

test('what is new is shown while the run goes on, also in a resumed conversation', async (t) => {
  const { run } = place(t);
  const first = await run({ text: 'say "one"' });
  const second = await run({
    text: 'run `sleep 60`',
    ...goOn(first),
    react: (output) =>
      output.type === 'item-started' && output.item.type === 'command'
        ? { type: 'interrupt', turnId: output.turnId }
        : undefined,
  });
  assert.deepEqual(second.end, { state: 'interrupted' });
});

test('a limit is a failure that says which, with the words until then', async (t) => {
  const { run } = place(t);
  const turns = await run({ text: 'run `echo a` then run `echo b`', extraArgs: ['--max-turns', '1'] });
  assert.equal(turns.end?.state, 'failed');
  assert.partialDeepStrictEqual(turns.end, {
    error: { code: 'step_limit', details: { limit: 'turns', partialReply: 'I will use bash.' } },
  });
  assert.ok(turns.threadId, 'the conversation can be gone on with');
  const price = await run({ text: 'run `echo a` then run `echo b`', extraArgs: ['--max-price', '0.00001'] });
  assert.partialDeepStrictEqual(price.end, { error: { details: { limit: 'price' } } });
  const spent = await run({ text: 'run `echo a` then run `echo b`', extraArgs: ['--max-tokens', '5'] });
  assert.partialDeepStrictEqual(spent.end, { error: { details: { limit: 'tokens' } } });
});

test('errors are typed by their words, on stderr or on stdout', async (t) => {
  const { run } = place(t);
  assert.equal(codeOf(await run({ text: 'hello', env: {} })), 'agent_auth');
  assert.equal(
    codeOf(await run({ text: 'hello', threadId: '12345678-0000-4000-8000-000000000000.4' })),
    'thread_missing',
  );
  assert.equal(codeOf(await run({ text: 'hello', model: 'nobody' })), 'model_unknown');
  assert.equal(codeOf(await run({ text: 'fail: Rate limit exceeded' })), 'rate_limited');
  assert.equal(codeOf(await run({ text: 'fail: something else' })), 'agent_refused');
});

test('a run that leaves no session log of its own never takes up the conversation of another', async (t) => {
  const { run } = place(t);
  await run({ text: 'say "one"' });
  const failed = await run({ text: 'hello', env: {} });
  assert.equal(failed.threadId, undefined);
});

test('a prompt arrives as it is, whatever it begins with', async (t) => {
  const { run } = place(t);
  const result = await run({ text: '--max-turns 0 is what I "say"' });
  assert.deepEqual(result.end, { state: 'completed' });
  assert.match(answerOf(result), /--max-turns 0 is what I/);
});

test('what the policy does not allow is skipped and declined', async (t) => {
  const { cwd, run } = place(t);
  for (const [policy, text] of [
    ['read-only', 'create a.txt with the text "x"'],
    ['ask', 'create a.txt with the text "x"'],
    ['edit', 'run `touch a.txt`'],
  ] as const) {
    const result = await run({ text, policy });
    assert.deepEqual(result.end, { state: 'completed' });
    assert.match(JSON.stringify(result.items), /"status":"declined"/, policy);
    assert.ok(!existsSync(join(cwd, 'a.txt')), policy);
  }
});

test('a killed agent, and one that was stopped from elsewhere, never count as completed', async (t) => {
  const { run } = place(t);
  assert.equal(codeOf(await run({ text: 'run `kill -9 $PPID`' })), 'agent_crashed');
  // Vibe says "Bye" and ends with exit code 0.
  assert.equal(codeOf(await run({ text: 'run `kill -INT $PPID; sleep 5`' })), 'agent_protocol');
});

const entry = (more: object) => ({
  id: 'e1',
  sessionId: 'session-2',
  turnId: 'turn-1',
  generationStatus: 'completed',
  ...more,
});
const entries = [
  entry({ turnId: null, type: 'message', role: 'user', content: [{ type: 'text', text: 'before' }] }),
  entry({ turnId: null, type: 'message', role: 'assistant', content: [{ type: 'text', text: 'old' }] }),
  entry({
    type: 'message',
    role: 'user',
    source: 'turn_start',
    content: [{ type: 'text', text: 'please make the file' }],
  }),
  entry({ type: 'reasoning', text: 'hm', summary: [] }),
  entry({
    type: 'effect',
    title: 'x',
    detail: { kind: 'shell', toolName: 'bash', input: { command: 'ls' } },
    state: { status: 'completed', outputText: 'a' },
  }),
  entry({
    type: 'effect',
    title: 'x',
    detail: { kind: 'file_write', toolName: 'write_file', input: { filePath: '/code/a', content: 'b' } },
    state: { status: 'skipped', reason: 'no' },
  }),
  entry({ type: 'message', role: 'assistant', content: [{ type: 'text', text: 'done' }] }),
];

test('newer versions print entries, of which those without a turn are history', () => {
  let state = protocol.begin({
    runId: 'run_1' as RunId,
    cwd: '/code',
    policy: 'full',
    endpoint: 'own',
    threadId: 'session-1',
  });
  const outputs = [
    { type: 'opened' } as const,
    { type: 'start', turnId: 'trn_1' as TurnId, text: 'please make the file' } as const,
    ...entries.map((each) => ({ type: 'line', line: JSON.stringify(each) }) as const),
    { type: 'exited', code: 0, signal: null, stderrTail: '' } as const,
  ].flatMap((input) => {
    const next = protocol.step(state, input);
    state = next.state;
    return next.outputs;
  });
  const items = outputs.flatMap((output) => (output.type === 'item-completed' ? [output.item] : []));
  assert.deepEqual(
    items.map(({ type }) => type),
    ['reasoning', 'command', 'file_change', 'assistant_message'],
  );
  assert.partialDeepStrictEqual(items, [
    {},
    { command: 'ls', output: 'a' },
    { status: 'declined', changes: [{ path: 'a' }] },
    { text: 'done' },
  ]);
  assert.deepEqual(outputs.find((output) => output.type === 'turn-ended')?.end, { state: 'completed' });
  assert.equal(outputs.find((output) => output.type === 'thread')?.threadId, 'session-2');
});

test('whatever it prints and whenever it ends, each turn ends once', () => {
  const meta = {
    session_id: 's',
    total_messages: 2,
    stats: { session_prompt_tokens: 5, session_cost: 1, input_price_per_million: 1 },
  };
  const lines = [
    { role: 'system', content: 's' },
    { role: 'user', content: 'please make the file', injected: false },
    { role: 'user', content: 'x', injected: true },
    { role: 'assistant', content: 'a', reasoning_content: 'r', tool_calls: null },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c', function: { name: 'bash', arguments: '{"command":"ls"}' } }],
    },
    {
      role: 'assistant',
      content: '',
      tool_calls: [
        { id: 'd', function: { name: 'todo', arguments: '{"todos":[{"content":"t","status":"pending"}]}' } },
      ],
    },
    { role: 'assistant', content: '<vibe_stop_event>Token limit exceeded: 2 > 1</vibe_stop_event>' },
    { role: 'tool', content: '<tool_error>no</tool_error>', tool_call_id: 'c' },
    { role: 'tool', content: 7, tool_call_id: 'd' },
    { adapter: 'file', path: '/x', text: JSON.stringify(meta) },
    { adapter: 'file', path: '/x', text: 'no' },
    { type: 'other' },
    ...entries,
  ].map((line) => JSON.stringify(line));
  checkOneShot(protocol, [...lines, 'Bye'], [{}, { threadId: 'old.2' }, { threadId: 'old' }]);
});
