import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { ParleyError, policies } from '@parley/schema';
import type { DriverOutput, LaunchRequest, RunId, TurnEnd, TurnId } from '@parley/schema';
import { launchKit } from './kit-launch.ts';
import { kitProtocol } from './kit-protocol.ts';
import { checkOneShot } from './test/property.ts';

const fixture = (name: string): readonly string[] =>
  readFileSync(new URL(`fixtures/kit-${name}.jsonl`, import.meta.url), 'utf8').split('\n');

const turnId = 'trn_1' as TurnId;

function play(
  lines: readonly string[],
  exit: { code: number | null; signal?: string; stderrTail?: string },
): readonly DriverOutput[] {
  let state = kitProtocol.begin({ runId: 'run_1' as RunId, cwd: '/code', policy: 'full', endpoint: 'own' });
  const outputs: DriverOutput[] = [];
  const inputs = [
    { type: 'opened' },
    { type: 'start', turnId, text: 'please make the file' },
    ...lines.map((line) => ({ type: 'line', line }) as const),
    { type: 'exited', code: exit.code, signal: exit.signal ?? null, stderrTail: exit.stderrTail ?? '' },
  ] as const;
  for (const input of inputs) {
    const next = kitProtocol.step(state, input);
    state = next.state;
    outputs.push(...next.outputs);
  }
  return outputs;
}

function endOf(outputs: readonly DriverOutput[]): TurnEnd | undefined {
  const ends = outputs.filter((output) => output.type === 'turn-ended');
  assert.equal(ends.length, 1);
  return ends[0]?.end;
}

test('a recorded run is a completed turn with its words, its command and its answer', () => {
  const outputs = play(fixture('prompt'), { code: 0 });
  assert.deepEqual(endOf(outputs), { state: 'completed' });
  const items = outputs.flatMap((output) => (output.type === 'item-completed' ? [output.item] : []));
  assert.deepEqual(
    items.map(({ type }) => type),
    ['assistant_message', 'command', 'assistant_message'],
  );
  assert.partialDeepStrictEqual(items[1], { status: 'completed', command: 'echo hi > hello.txt' });
  assert.ok(outputs.some(({ type }) => type === 'close-stdin'));
});

test('two calls in one message are two items, each with its own result', () => {
  const items = play(fixture('prompt-two'), { code: 0 }).flatMap((output) =>
    output.type === 'item-completed' && output.item.type === 'command' ? [output.item.command] : [],
  );
  assert.deepEqual(items, ['echo hi > hello.txt', 'echo two > two.txt']);
});

test('lines that are no messages are shown and do no harm', () => {
  const outputs = play(fixture('prompt-flags'), { code: 0 });
  assert.deepEqual(endOf(outputs), { state: 'completed' });
  assert.equal(outputs.filter((output) => output.type === 'notice' && output.code === 'unreadable_line').length, 2);
});

test('exit code 0 with an apology is a failure, typed by its words', () => {
  const codes = {
    'err-400': 'model_request_rejected',
    'err-401': 'agent_auth',
    'err-429': 'rate_limited',
    'err-500': 'model_overloaded',
    'err-unreachable': 'model_overloaded',
  } as const;
  for (const [name, code] of Object.entries(codes)) {
    const end = endOf(play(fixture(name), { code: 0 }));
    assert.equal(end?.state === 'failed' && end.error.code, code, name);
  }
  assert.deepEqual(
    endOf(play(fixture('err-flaky'), { code: 0 })),
    { state: 'completed' },
    'a retry that helped is none',
  );
});

test('a missing key, a polite death and a kill are no success', () => {
  const words = '❌ Error: API key required. Set GROK_API_KEY environment variable';
  const noKey = endOf(play([], { code: 1, stderrTail: words }));
  assert.equal(noKey?.state === 'failed' && noKey.error.code, 'agent_auth');
  const sigterm = endOf(play(fixture('sigterm'), { code: 0 }));
  assert.equal(sigterm?.state === 'failed' && sigterm.error.code, 'no_answer');
  const killed = endOf(play(fixture('prompt').slice(0, 2), { code: null, signal: 'SIGKILL' }));
  assert.equal(killed?.state === 'failed' && killed.error.code, 'agent_crashed');
  const cut = endOf(play(fixture('prompt').slice(0, 3), { code: 0 }));
  assert.equal(cut?.state === 'failed' && cut.error.code, 'agent_protocol');
});

const request: LaunchRequest = {
  runId: 'run_1' as RunId,
  prompt: '-rf --model=x',
  executable: '/opt/grok/dist/index.js',
  cwd: '/home/dev/project',
  policy: 'full',
  endpoint: { kind: 'url', url: 'http://127.0.0.1:9/v1', keyEnv: 'GROK_API_KEY' },
  root: false,
  extraArgs: [],
  adapter: ['parley', 'adapter'],
  node: '/opt/node',
  filesFolder: '/state/run_1/files',
};

test('it starts away from the workspace, with a prompt that cannot be a flag and a server by its variables', () => {
  const plan = launchKit({ ...request, model: 'm', agentHome: '/state/home' });
  assert.deepEqual(plan.argv, [
    '/opt/node',
    '/opt/grok/dist/index.js',
    '--directory=/home/dev/project',
    '--prompt=-rf --model=x',
  ]);
  assert.deepEqual(plan.env, { GROK_BASE_URL: 'http://127.0.0.1:9/v1', GROK_MODEL: 'm', HOME: '/state/home' });
  assert.equal(plan.cwd, '/opt/grok/dist');
  assert.match(plan.limits.join('\n'), /\.grok\/settings\.json/);
});

test('it asks nobody, so every policy but full is refused', () => {
  for (const policy of policies.filter((each) => each !== 'full'))
    assert.throws(
      () => launchKit({ ...request, policy }),
      (error) => ParleyError.is(error) && error.code === 'policy_not_allowed',
    );
});

test('a prompt that fits no command line is refused before anything starts', () => {
  assert.throws(
    () => launchKit({ ...request, prompt: 'x'.repeat(200_000) }),
    (error) => ParleyError.is(error) && error.code === 'prompt_too_large',
  );
});

test('whatever it prints and whenever it ends, each turn ends once', () => {
  const names = ['prompt', 'prompt-two', 'prompt-flags', 'err-429', 'sigterm'];
  checkOneShot(kitProtocol, names.flatMap(fixture), [{}]);
});
