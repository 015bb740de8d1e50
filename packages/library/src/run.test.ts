import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { createAgent, ParleyError } from './index.ts';
import type { AgentOptions, PartialResult, Progress, RawEvent, RunResult } from './index.ts';
import { enterWorld, processesIn } from './test/world.ts';

const world = enterWorld();
const { cwd } = world;
const scripted = (options: Partial<AgentOptions> = {}) =>
  createAgent({ agent: 'grok', cwd, config: { agents: { grok: world.scripted } }, ...options });
const grok = (options: Partial<AgentOptions> = {}) =>
  createAgent({ agent: 'grok', cwd, config: { agents: { grok: world.agents.grok } }, ...options });

const failed = async (
  run: Promise<unknown>,
): Promise<ParleyError & { readonly partial: PartialResult | undefined }> => {
  const error: unknown = await run.then(
    (value) => assert.fail(`It did not fail: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(ParleyError.is(error), String(error));
  const partial = error.body.details?.['partial'] as PartialResult | undefined;
  return Object.assign(error, { partial });
};
const nothingIsLeft = (): void => {
  assert.deepEqual(processesIn(world), []);
  assert.deepEqual(readdirSync(world.temporary), []);
};
const fileIn = (t: TestContext): string => join(cwd, t.name.replaceAll(/\W+/g, '-'));
/** Says hello, tells that it works by making the file, and then works without end. */
const endless = (file: string): string => `say 'I begin'; next; say 'and go'; touch '${file}'; sleep 1000 & wait`;

after(() => nothingIsLeft());

test('a prompt becomes an answer with thread and usage, and the next one goes on there', async () => {
  const agent = grok();
  const first = await agent.run({ prompt: 'say one' });
  assert.equal(first.reply, 'one');
  assert.match(first.threadId ?? '', /^[0-9a-f-]{36}$/);
  const second = await agent.run({ prompt: 'say two', threadId: first.threadId });
  assert.deepEqual([second.reply, second.threadId], ['two', first.threadId]);
  assert.ok(
    (second.usage.inputUncached ?? 0) > (first.usage.inputUncached ?? 0),
    'it has the first turn in its context',
  );
  nothingIsLeft();
});

test('vibe, whose thread ids change, goes on with its conversation too', async () => {
  const vibe = createAgent({ agent: 'vibe', cwd, config: { agents: { vibe: world.agents.vibe } } });
  const first = await vibe.run({ prompt: 'say one' });
  const second = await vibe.run({ prompt: 'say two', threadId: first.threadId });
  assert.deepEqual([first.reply, second.reply], ['one', 'two']);
  assert.notEqual(second.threadId, undefined);
});

test('an empty prompt is rejected before any process starts (F 4)', async () => {
  const agent = scripted();
  for (const prompt of ['', ' \n\t']) assert.equal((await failed(agent.run({ prompt }))).code, 'empty_prompt');
  nothingIsLeft();
});

test('a prompt reaches the agent as it is, quotes, dashes, newlines and all (F 5)', async (t) => {
  const words = '-n "double" \'single\' `back` $HOME \\ * é 漢字 🙂\n\n  --resume=x ';
  const file = fileIn(t);
  await scripted().run({ prompt: `cat <<'END' >'${file}'\n${words}\nEND\nsay done; end` });
  assert.equal(readFileSync(file, 'utf8'), `${words}\n`);
});

test('the name of an agent has spaces and any case; an unknown one is named in the error (F 1)', async () => {
  const agent = createAgent({ agent: ' Grok ', cwd, config: { agents: { grok: world.scripted } } });
  assert.equal(agent.name, 'grok');
  assert.equal((await agent.run({ prompt: 'say hi; end' })).reply, 'hi');
  const unknown = await failed(createAgent({ agent: 'nobody', cwd }).run({ prompt: 'say hi' }));
  assert.equal(unknown.code, 'unknown_agent');
  assert.match(unknown.message, /"nobody".*claude, codex/);
  nothingIsLeft();
});

test('environment: request over profile over options over configuration over process; unset and denied ones are not there (F 6)', async (t) => {
  const names = [
    'LEVEL_1',
    'LEVEL_2',
    'LEVEL_3',
    'LEVEL_4',
    'LEVEL_5',
    'GONE_1',
    'GONE_2',
    'GONE_3',
    'GONE_4',
    'ANTHROPIC_API_KEY',
    'PARLEY_TOKEN',
  ];
  const level = (value: string, ...which: readonly string[]) => Object.fromEntries(which.map((name) => [name, value]));
  const own = level('process', ...names);
  Object.assign(process.env, own);
  t.after(() => names.forEach((name) => delete process.env[name]));
  const agent = scripted({
    config: {
      agents: {
        grok: {
          ...world.scripted,
          env: level('config', 'LEVEL_2', 'LEVEL_3', 'LEVEL_4', 'LEVEL_5', 'GONE_2', 'GONE_3', 'GONE_4'),
          unset: ['GONE_1'],
          profiles: { mine: { env: level('profile', 'LEVEL_4', 'LEVEL_5', 'GONE_4'), unset: ['GONE_3'] } },
        },
      },
    },
    env: { ...level('options', 'LEVEL_3', 'LEVEL_4', 'LEVEL_5'), GONE_2: null },
  });
  const file = fileIn(t);
  const run = (settings: object) => agent.run({ prompt: `env >'${file}'; say done; end`, ...settings });
  const seen = () =>
    Object.fromEntries(
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.split('='))
        .filter(([name = '']) => names.includes(name)),
    );
  await run({ profile: 'mine', env: { LEVEL_5: 'request', GONE_4: null } });
  assert.deepEqual(seen(), {
    LEVEL_1: 'process',
    LEVEL_2: 'config',
    LEVEL_3: 'options',
    LEVEL_4: 'profile',
    LEVEL_5: 'request',
  });
  await run({});
  assert.equal(seen()['LEVEL_5'], 'options', 'one request says nothing about the next');
});

test('the overall timeout fails with `timeout` and leaves no process, not even one of the agent’s own (F 11)', async (t) => {
  const file = fileIn(t);
  const prompt = `(trap '' TERM HUP; setsid sleep 1000) & say 'I begin'; next; touch '${file}'; wait`;
  const error = await failed(scripted().run({ prompt, timeoutMs: 4000 }));
  assert.equal(error.code, 'timeout');
  assert.equal(error.partial?.reply, 'I begin');
  assert.ok(existsSync(file), 'it had begun');
  nothingIsLeft();
});

test('the timeout of a request wins over that of its profile, and that over the agent’s (F 8, 11)', async () => {
  const agent = scripted({
    timeoutMs: 100_000,
    config: { agents: { grok: { ...world.scripted, profiles: { short: { timeout: 0.5 } } } } },
  });
  const prompt = 'sleep 1.5; say done; end';
  assert.equal((await failed(agent.run({ prompt, profile: 'short' }))).code, 'timeout');
  assert.equal((await agent.run({ prompt, profile: 'short', timeoutMs: 60_000 })).reply, 'done');
  const missing = await failed(agent.run({ prompt, profile: 'long' }));
  assert.deepEqual([missing.code, missing.body.details?.['known']], ['invalid_request', ['short']]);
});

test('an abort fails with `interrupted`, with partial reply, thread and usage (F 14)', async (t) => {
  const stop = new AbortController();
  const error = await failed(
    scripted().run({
      prompt: endless(fileIn(t)),
      signal: stop.signal,
      onRawEvent: (event) => event.kind === 'stdout_line' && event.line.includes('and go') && stop.abort(),
    }),
  );
  assert.equal(error.code, 'interrupted');
  assert.equal(error.partial?.reply, 'and go');
  assert.match(error.partial?.threadId ?? '', /^[0-9a-f-]{36}$/);
  assert.deepEqual(error.partial?.usage, {}, 'what the agent did not tell is unknown');
  nothingIsLeft();
});

test('an abort before the beginning starts nothing (F 14)', async () => {
  const error = await failed(
    scripted().run({ prompt: 'say hi; end', threadId: 'before', signal: AbortSignal.abort() }),
  );
  assert.equal(error.code, 'interrupted');
  assert.deepEqual(error.partial, { reply: '', threadId: 'before', usage: {} });
  nothingIsLeft();
});

test('a crash in the middle of a turn tells exit code and stderr, and the conversation can go on (F 30)', async () => {
  const agent = scripted();
  const error = await failed(agent.run({ prompt: `say half; next; echo 'out of luck' >&2; exit 7` }));
  assert.equal(error.code, 'agent_crashed');
  assert.match(JSON.stringify(error.body), /out of luck/);
  assert.equal(error.body.details?.['exitCode'], 7);
  assert.equal(error.body.retryable, true);
  const threadId = error.partial?.threadId;
  assert.equal((await agent.run({ prompt: 'say again; end', threadId })).threadId, threadId);
});

test('runs at the same time do not disturb each other, whoever comes and goes', async () => {
  const agent = scripted();
  const run = async (n: number): Promise<RunResult> => {
    const result = await agent.run({ prompt: `say ${n}; end` });
    assert.equal(result.reply, String(n));
    return result;
  };
  // Each second one starts in the moment in which another ends: the workshop closes and opens under them.
  const results = await Promise.all(Array.from({ length: 6 }, (_, n) => run(n).then(() => run(n + 10))));
  assert.equal(new Set(results.map(({ threadId }) => threadId)).size, 6);
  nothingIsLeft();
});

test('whether the plan is done is told, and not where there is none', async () => {
  const agent = scripted();
  const goal = async (script: string) => (await agent.run({ prompt: `${script} say done; end` })).goalDone;
  assert.equal(await goal('plan completed in_progress; plan completed completed;'), true);
  assert.equal(await goal('plan completed pending;'), false);
  assert.equal(await goal(''), undefined);
});

test('progress is every message but the answer, and the answer is never given twice', async () => {
  const seen: Progress[] = [];
  const { reply } = await scripted().run({
    prompt: 'say first; next; say second; next; say third; end',
    onProgress: (progress) => seen.push(progress),
  });
  assert.equal(reply, 'third');
  assert.deepEqual(seen, [
    { type: 'message', text: 'first' },
    { type: 'message', text: 'second' },
  ]);
});

test('changed files are progress', async (t) => {
  const path = fileIn(t);
  const seen: Progress[] = [];
  const kimi = createAgent({ agent: 'kimi', cwd, config: { agents: { kimi: world.agents.kimi } } });
  await kimi.run({
    prompt: `create a file ${path} with the text hello`,
    onProgress: (progress) => seen.push(progress),
  });
  assert.equal(readFileSync(path, 'utf8').trim(), 'hello');
  const changes = seen.flatMap((each) => (each.type === 'file_change' ? each.changes : []));
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ['add'],
  );
});

test('each line comes before what was read in it', async () => {
  const seen: RawEvent[] = [];
  await grok({ policy: 'full' }).run({
    prompt: 'think about trees, then run: true',
    onRawEvent: (event) => seen.push(event),
  });
  const lineOf = (words: string) => seen.findIndex((each) => each.kind === 'stdout_line' && each.line.includes(words));
  const kinds = ['reasoning', 'tool_call'] as const;
  for (const [kind, words] of [
    ['reasoning', '"thought"'],
    ['tool_call', '"tool_call"'],
  ] as const) {
    const line = lineOf(words);
    const read = seen.findIndex((each) => each.kind === kind);
    assert.ok(line >= 0 && line < read, `${kind}: line ${line}, read ${read}`);
  }
  const calls = seen.filter((each) => each.kind === 'tool_call');
  assert.deepEqual(
    calls.map(({ status }) => status),
    ['running', 'completed'],
  );
  assert.equal(calls.at(-1)?.exitCode, 0);
  assert.ok(kinds.every((kind) => seen.some((each) => each.kind === kind)));
  assert.ok(seen.filter((each) => each.kind === 'stdout_line').every(({ line }) => JSON.parse(line)));
});

test('a function of the caller’s that throws stops the turn, and run throws the same', async (t) => {
  const mine = new Error('mine');
  const boom = (): never => {
    throw mine;
  };
  const prompt = `say one; next; say two; next; ${endless(fileIn(t))}`;
  await assert.rejects(scripted().run({ prompt, onRawEvent: boom }), mine);
  await assert.rejects(scripted().run({ prompt, onProgress: boom }), mine);
  nothingIsLeft();
});

test('what the policy leaves open is asked once, and denied at once when nobody is there to ask', async (t) => {
  const asked: string[] = [];
  const kimi = createAgent({ agent: 'kimi', cwd, config: { agents: { kimi: world.agents.kimi } } });
  const first = `${fileIn(t)}-1`;
  const second = `${fileIn(t)}-2`;
  const prompt = (file: string) => `create a file ${file}.txt with the text hi, then run: touch ${file}`;
  const { reply } = await kimi.run({
    prompt: prompt(first),
    onApproval: ({ kind, options }) => {
      asked.push(kind);
      return { optionId: options.find(({ effect }) => effect === 'allow')?.id ?? '' };
    },
  });
  assert.deepEqual(asked, ['command'], 'the edit is allowed by the policy `edit`, so nobody is asked');
  assert.ok(existsSync(first), reply);
  await kimi.run({ prompt: prompt(second) }).catch(() => undefined);
  assert.deepEqual([existsSync(`${second}.txt`), existsSync(second)], [true, false]);
});

test('an answer that fails is a denial', async (t) => {
  const file = fileIn(t);
  const kimi = createAgent({ agent: 'kimi', cwd, config: { agents: { kimi: world.agents.kimi } } });
  await kimi
    .run({ prompt: `run: touch ${file}`, onApproval: () => Promise.reject(new Error('nobody at home')) })
    .catch(() => undefined);
  assert.equal(existsSync(file), false);
});

test('folders of all layers are added, once each; words of a request win (F 10)', async (t) => {
  const folder = (name: string): string => {
    const path = join(cwd, name);
    mkdirSync(path);
    return path;
  };
  const [a, b, c] = [folder('a'), folder('b'), folder('c')];
  const kimi = createAgent({
    agent: 'kimi',
    cwd,
    policy: 'read-only',
    addedFolders: [a],
    config: {
      agents: { kimi: { ...world.agents.kimi, profiles: { mine: { added_folders: [a, b], policy: 'ask' } } } },
    },
  });
  const file = fileIn(t);
  const wrapper = world.agents.kimi.command;
  const text = readFileSync(wrapper, 'utf8');
  t.after(() => writeFileSync(wrapper, text));
  writeFileSync(wrapper, text.replace('exec', `echo "$@" >>'${file}'\nexec`));
  await kimi.run({ prompt: 'say hi', profile: 'mine', policy: 'full', addedFolders: [c, b] });
  const argv =
    readFileSync(file, 'utf8')
      .split('\n')
      .find((line) => line.includes('--wire')) ?? '';
  assert.deepEqual(argv.match(/(?<=--add-dir )\S+/g), [a, b, c]);
  assert.match(argv, /--yolo/, 'the policy of the request');
});

test('what cannot be is said with the name of the field, before anything starts', async () => {
  const agent = scripted();
  const field = async (settings: object) =>
    (await failed(agent.run({ prompt: 'say hi; end', ...settings }))).body.details?.['field'];
  assert.equal(await field({ model: '--dangerous' }), 'model');
  assert.equal(await field({ timeoutMs: 0 }), 'timeoutMs');
  assert.equal(await field({ addedFolders: 'x' }), 'addedFolders');
  assert.throws(() => createAgent({ agent: 'grok', policy: 'all' as 'full' }), { code: 'invalid_request' });
  assert.throws(() => createAgent({ agent: 'grok', config: { agents: { grok: { comand: 'x' } } } }), {
    code: 'config_invalid',
  });
  assert.equal((await failed(agent.run({ prompt: 'say hi; end', cwd: join(cwd, 'nowhere') }))).code, 'folder_missing');
  nothingIsLeft();
});

test('an agent that is not there is told with what to do, and the next run looks again', async (t) => {
  const command = fileIn(t);
  const agent = createAgent({ agent: 'grok', cwd, config: { agents: { grok: { ...world.scripted, command } } } });
  assert.equal((await failed(agent.run({ prompt: 'say hi; end' }))).code, 'agent_not_installed');
  nothingIsLeft();
  writeFileSync(command, readFileSync(world.scripted.command), { mode: 0o755 });
  assert.equal((await agent.run({ prompt: 'say hi; end' })).reply, 'hi');
});
