import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { ParleyError, policies } from '@parley/schema';
import type { LaunchRequest, Policy, RunId } from '@parley/schema';
import { grokHeadless } from './driver.ts';
import { checkOneShot } from './test/property.ts';
import { runProcess } from './test/run-process.ts';
import type { RunOptions, RunResult } from './test/run-process.ts';
import { standIn, temporaryFolder } from './test/stand-in.ts';
import { launchXai } from './xai-launch.ts';
import { xaiProtocol } from './xai-protocol.ts';

const request: LaunchRequest = {
  runId: 'run_1' as RunId,
  executable: '/opt/grok',
  cwd: '/home/dev/project',
  policy: 'ask',
  endpoint: { kind: 'own' },
  root: false,
  extraArgs: [],
  adapter: ['parley', 'adapter'],
  node: '/opt/node',
  filesFolder: '/state/run_1/files',
};

interface Place {
  readonly cwd: string;
  run(
    options: RunOptions & { readonly policy?: Policy; readonly extraArgs?: readonly string[]; readonly model?: string },
  ): Promise<RunResult>;
}

/** The stand-in through a real process, its home and its workspace. */
function place(t: TestContext): Place {
  const cwd = temporaryFolder(t);
  const agentHome = temporaryFolder(t);
  const executable = standIn(temporaryFolder(t), 'grok', 'grok-headless.ts');
  return {
    cwd,
    run: ({ policy = 'full', extraArgs = [], model, ...options }) => {
      const runId = (options.runId ?? 'run_1') as RunId;
      const thread = options.threadId === undefined ? {} : { threadId: options.threadId };
      const named = model === undefined ? {} : { model };
      const plan = launchXai({ ...request, ...thread, ...named, runId, executable, cwd, policy, agentHome, extraArgs });
      return runProcess(grokHeadless, plan, cwd, { env: { XAI_API_KEY: 'x' }, ...options });
    },
  };
}

test('a turn streams its words, does its work, and tells conversation, usage and cost', async (t) => {
  const { cwd, run } = place(t);
  const result = await run({
    text: 'think about files then create hello.txt with the text "Hi" then run `echo two > two.txt`',
  });
  assert.deepEqual(result.end, { state: 'completed' });
  assert.equal(readFileSync(join(cwd, 'hello.txt'), 'utf8'), 'Hi');
  assert.equal(readFileSync(join(cwd, 'two.txt'), 'utf8'), 'two\n');
  assert.deepEqual(
    result.items.map(({ type }) => type),
    ['reasoning', 'assistant_message', 'file_change', 'assistant_message', 'command', 'assistant_message'],
  );
  assert.partialDeepStrictEqual(result.items[2], { changes: [{ path: 'hello.txt', kind: 'add', added: 1 }] });
  assert.partialDeepStrictEqual(result.items[4], { status: 'completed', exitCode: 0 });
  const usage = result.outputs.find((output) => output.type === 'usage')?.usage;
  assert.ok((usage?.inputUncached ?? 0) > 0 && (usage?.output ?? 0) > 0 && (usage?.costUsd ?? 0) > 0);
  assert.match(result.threadId ?? '', /^[0-9a-f]{8}-/);
  const last = result.items.at(-1);
  const deltas = result.outputs.flatMap((output) =>
    output.type === 'item-delta' && output.itemId === last?.id ? [output.text] : [],
  );
  assert.equal(last?.type === 'assistant_message' && last.text, deltas.join(''));
});

test('a prompt arrives as it is, whatever it begins with, and never on the command line', async (t) => {
  const { run } = place(t);
  const result = await run({ text: 'say "--yolo\nsecond line — ünïcode"' });
  assert.match(JSON.stringify(result.items.at(-1)), /--yolo\\nsecond line — ünïcode/);
  assert.ok(
    !launchXai({ ...request, prompt: 'secret' })
      .argv.join(' ')
      .includes('secret'),
  );
});

test('the next turn goes on in the same conversation', async (t) => {
  const { run } = place(t);
  const first = await run({ text: 'say "one"' });
  const second = await run({
    text: 'say "two"',
    runId: 'run_2',
    ...(first.threadId === undefined ? {} : { threadId: first.threadId }),
  });
  assert.deepEqual(second.end, { state: 'completed' });
  assert.equal(second.threadId, undefined, 'nothing new to tell');
  const lost = await run({ text: 'say "three"', runId: 'run_3', threadId: '11111111-1111-4111-8111-111111111111' });
  assert.equal(lost.end?.state === 'failed' && lost.end.error.code, 'thread_missing');
});

test('errors are typed by their words', async (t) => {
  const { run } = place(t);
  const code = ({ end }: RunResult) => end?.state === 'failed' && end.error.code;
  assert.equal(code(await run({ text: 'hello', env: { XAI_API_KEY: '' } })), 'agent_auth');
  assert.equal(code(await run({ text: 'hello', runId: 'run_2', model: 'unknown-1' })), 'model_unknown');
  assert.equal(code(await run({ text: 'fail: API error: 429 Too Many Requests', runId: 'run_3' })), 'rate_limited');
  const limited = await run({ text: 'run `true` then run `true`', runId: 'run_4', extraArgs: ['--max-turns', '1'] });
  assert.equal(code(limited), 'step_limit');
  assert.equal(limited.end?.state === 'failed' && limited.end.error.details?.limit, 'turns');
  assert.equal(code(await run({ text: 'hello', runId: 'run_5', extraArgs: ['--no-such-flag'] })), 'agent_crashed');
});

test('what the policy does not allow is not done', async (t) => {
  const { cwd, run } = place(t);
  const readOnly = await run({ text: 'create a.txt with the text "x"', policy: 'read-only' });
  assert.deepEqual(readOnly.end, { state: 'completed' });
  assert.partialDeepStrictEqual(
    readOnly.items.find(({ type }) => type === 'file_change'),
    { status: 'declined' },
  );
  const ask = await run({ text: 'run `touch b.txt`', policy: 'ask', runId: 'run_2' });
  assert.equal(ask.end?.state === 'failed' && ask.end.error.code, 'agent_refused');
  assert.ok(!existsSync(join(cwd, 'a.txt')) && !existsSync(join(cwd, 'b.txt')));
});

test('an interrupt ends the turn as interrupted, and the words of others come back', async (t) => {
  const { run } = place(t);
  const result = await run({
    text: 'run `sleep 60`',
    react: (output) =>
      output.type === 'item-started' && output.item.type === 'command'
        ? { type: 'interrupt', turnId: output.turnId }
        : undefined,
  });
  assert.deepEqual(result.end, { state: 'interrupted' });
  assert.ok(result.threadId, 'the conversation is known and can be gone on with');
});

test('a killed agent never counts as completed', async (t) => {
  const { run } = place(t);
  const { end } = await run({ text: 'run `kill -9 $PPID`' });
  assert.equal(end?.state === 'failed' && end.error.code, 'agent_crashed');
});

test('a policy is never laxer than its name, and says what it cannot do', () => {
  const flags = (policy: Policy) => launchXai({ ...request, policy }).argv.join(' ');
  assert.match(flags('read-only'), /--permission-mode dontAsk --deny Edit --deny Write/);
  assert.match(flags('ask'), /--permission-mode dontAsk/);
  assert.match(flags('edit'), /--permission-mode acceptEdits/);
  assert.match(flags('full'), /--always-approve/);
  for (const policy of policies)
    assert.equal(launchXai({ ...request, policy }).limits.length > 0, policy !== 'full', policy);
});

test('a server of our choice, a home, a model and an effort are named', () => {
  const endpoint = { kind: 'url', url: 'http://127.0.0.1:9/v1', keyEnv: 'XAI_API_KEY' } as const;
  const plan = launchXai({ ...request, endpoint, agentHome: '/state/home', model: 'm', effort: 'high' });
  assert.partialDeepStrictEqual(plan.env, { GROK_HOME: '/state/home', GROK_MODELS_BASE_URL: 'http://127.0.0.1:9/v1' });
  assert.match(plan.argv.join(' '), /--model=m --reasoning-effort=high --session-id=[0-9a-f-]{36}/);
  assert.throws(
    () => launchXai({ ...request, executable: 'grok' }),
    (error) => ParleyError.is(error) && error.code === 'agent_start_failed',
  );
});

test('whatever it prints and whenever it ends, each turn ends once', () => {
  const lines = [
    { type: 'thought', data: 'a' },
    { type: 'text', data: 'b' },
    { type: 'tool_call', toolCallId: 'c', toolName: 'run_terminal_cmd', rawInput: { command: 'ls' } },
    {
      type: 'tool_call',
      toolCallId: 'd',
      toolName: 'search_replace',
      rawInput: { file_path: '/code/x', new_string: 'y' },
    },
    { type: 'tool_call_update', toolCallId: 'c', status: 'completed', content: [], rawOutput: { exit_code: 1 } },
    { type: 'tool_call_update', toolCallId: 'd', status: 'failed', content: 'x' },
    { type: 'plan', entries: [{ content: 'e', status: 'pending' }, 1] },
    { type: 'usage', usage: {} },
    { type: 'auto_compact_started' },
    { type: 'new_thing' },
    { type: 'end', stopReason: 'end_turn', sessionId: 's', usage: { input_tokens: 1, output_tokens: -1 } },
    { type: 'end', stopReason: 'Cancelled' },
    { type: 'error', message: 'x' },
  ].map((line) => JSON.stringify(line));
  checkOneShot(xaiProtocol, lines, [{}, { threadId: 'old' }]);
});
