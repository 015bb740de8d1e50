import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { errorBody } from '@parley/schema';
import type { ApprovalRequest, ErrorCode, ItemId, ParleyEvent, SubmitTurn } from '@parley/schema';
import { emptySetting, setting } from '../test/call-parley.ts';

const question: Omit<ApprovalRequest, 'id'> = {
  kind: 'command',
  title: 'run rm -rf build',
  command: 'rm -rf build',
  options: [
    { id: 'yes', label: 'Allow', effect: 'allow' },
    { id: 'always', label: 'Allow always', effect: 'allow-always' },
    { id: 'no', label: 'Deny', effect: 'deny' },
  ],
};

test('the answer is on stdout, progress on stderr, and the exit code is 0', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.play = (turn) => {
    const turnId = turn.turn.id;
    turn.say('Let me look.');
    const item = { id: 'itm_1' as ItemId, type: 'command', command: 'ls', status: 'running' } as const;
    turn.emit({ type: 'item.started', turnId, item });
    turn.emit({ type: 'item.completed', turnId, item: { ...item, status: 'completed', exitCode: 0 } });
    turn.complete('There is nothing.');
  };
  const { code, stdout, stderr } = await call([
    'run',
    'codex',
    'what',
    'is',
    'here?',
    '--policy',
    'edit',
    '-m',
    'gpt-x',
  ]);
  assert.equal(code, 0);
  assert.equal(stdout, 'There is nothing.\n');
  assert.match(stderr, /^Let me look\.\n\$ ls\ndone in .* · 10 tokens in, 5 out\n$/);
  assert.deepEqual(daemon.bodies('POST /sessions'), [{ agent: 'codex', cwd: '/code', policy: 'edit', model: 'gpt-x' }]);
  const [turn] = daemon.bodies('POST /sessions/:id/turns') as SubmitTurn[];
  assert.equal(turn?.text, 'what is here?');
});

test('on a terminal the answer appears as it is written, once, and without escape sequences', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.play = (turn) => turn.complete('Hi \u001b]0;owned\u0007\u001b[31mthere\u001b[0m');
  const { stdout } = await call(['run', 'codex', 'hello'], { terminal: true });
  assert.equal(stdout, 'Hi there\n');
});

test('a piped answer is what the agent wrote', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.play = (turn) => turn.complete('\u001b[31mred\u001b[0m');
  const { stdout } = await call(['run', 'codex', 'hello', '--quiet']);
  assert.equal(stdout, '\u001b[31mred\u001b[0m\n');
});

test('quiet prints the answer alone', async (t) => {
  const { call } = await setting(t);
  assert.deepEqual(await call(['run', 'codex', '-q', 'hello']), { code: 0, stdout: 'You said: hello\n', stderr: '' });
});

test('the prompt is read from standard input, alone or after the words', async (t) => {
  const { daemon, call } = await setting(t);
  await call(['run', 'codex'], { input: 'from a pipe\n\n' });
  await call(['run', 'codex', 'review', 'this'], { input: 'diff\n  line\n' });
  await call(['run', 'codex', '-'], { input: 'only this' });
  await call(['run', 'codex', 'only words'], { input: '' });
  const texts = (daemon.bodies('POST /sessions/:id/turns') as SubmitTurn[]).map(({ text }) => text);
  assert.deepEqual(texts, ['from a pipe', 'review this\n\ndiff\n  line', 'only this', 'only words']);
});

test('an open pipe that says nothing is not waited for when there are words', async (t) => {
  const { call } = await setting(t);
  const { code, stderr } = await call(['run', 'codex', 'hello'], { input: new PassThrough() });
  assert.equal(code, 0);
  assert.match(stderr, /standard input is open but silent/);
});

test('a prompt may begin with a dash, after --', async (t) => {
  const { daemon, call } = await setting(t);
  const { code } = await call(['run', 'codex', '--', '--version', 'of', '-x']);
  assert.equal(code, 0);
  assert.equal((daemon.bodies('POST /sessions/:id/turns') as SubmitTurn[])[0]?.text, '--version of -x');
});

test('nothing is started without a prompt', async (t) => {
  const { daemon, call } = await setting(t);
  for (const [args, input] of [
    [['run', 'codex'], undefined],
    [['run', 'codex', ' '], undefined],
    [['run', 'codex'], ' \n'],
  ] as const) {
    const { code, stderr } = await call(args, input === undefined ? {} : { input });
    assert.equal(code, 2);
    assert.match(stderr, /^parley: There is no prompt\.\n {2}Give the agent some words/);
  }
  assert.deepEqual(daemon.accepted, []);
});

test('a prompt of more than 4 MiB is refused before anything is started', async (t) => {
  const { daemon, call } = await setting(t);
  const { code, stderr } = await call(['run', 'codex'], { input: 'x'.repeat(4 * 1024 * 1024 + 1) });
  assert.equal(code, 2);
  assert.match(stderr, /longer than 4194304 bytes/);
  assert.deepEqual(daemon.accepted, []);
});

test('a prompt of 2 MiB arrives whole', async (t) => {
  const { daemon, call } = await setting(t);
  const input = 'ü'.repeat(1024 * 1024);
  assert.equal((await call(['run', 'codex', '--no-wait'], { input })).code, 0);
  assert.equal((daemon.bodies('POST /sessions/:id/turns') as SubmitTurn[])[0]?.text, input);
});

test('what the daemon refuses is told in one line with a hint, and on stdout as JSON where JSON is wanted', async (t) => {
  const { call } = await setting(t);
  const { code, stdout, stderr } = await call(['run', 'nobody', 'hello']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.equal(stderr, 'parley: There is no agent "nobody".\n  Run `parley agents` to see the names.\n');
  const missing = await call(['run', 'codex', '--cwd', 'missing', '--json', 'hello']);
  assert.equal(missing.code, 2);
  assert.deepEqual(JSON.parse(missing.stdout), {
    error: errorBody('folder_missing', 'The folder "/code/missing" does not exist.'),
  });
  assert.equal(missing.stderr, '');
});

test("the exit code of a failed turn is its error's", async (t) => {
  const { daemon, call } = await setting(t);
  const expected: readonly (readonly [ErrorCode, number])[] = [
    ['agent_crashed', 1],
    ['agent_not_installed', 3],
    ['agent_auth', 3],
    ['timeout', 4],
  ];
  for (const [code, exit] of expected) {
    daemon.play = ({ turn, end }) =>
      end({ type: 'turn.failed', turnId: turn.id, error: errorBody(code, 'It went wrong.') });
    const result = await call(['run', 'codex', 'hello']);
    assert.deepEqual([result.code, result.stdout], [exit, '']);
    assert.match(result.stderr, /^parley: It went wrong\.\n {2}\S/);
  }
  daemon.play = ({ turn, end }) =>
    end({ type: 'turn.lost', turnId: turn.id, error: errorBody('turn_lost', 'Nobody knows.') });
  assert.equal((await call(['run', 'codex', 'hello'])).code, 1);
});

test('with --json every event is a line, and the last one is the end of the turn', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.play = ({ turn, end }) =>
    end({ type: 'turn.failed', turnId: turn.id, error: errorBody('agent_auth', 'Not logged in.') });
  const { code, stdout, stderr } = await call(['run', 'codex', '--json', 'hello']);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ParleyEvent);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['turn.queued', 'turn.started', 'item.completed', 'turn.failed'],
  );
  assert.deepEqual([code, stderr], [3, '']);
});

test('--no-wait prints the ids and leaves', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.play = () => {};
  const { code, stdout } = await call(['run', 'codex', '--no-wait', '--json', '--timeout', '2m', 'hello']);
  assert.equal(code, 0);
  assert.deepEqual(Object.keys(JSON.parse(stdout) as object), ['sessionId', 'turnId']);
  assert.equal((daemon.bodies('POST /sessions/:id/turns') as SubmitTurn[])[0]?.timeoutMs, 120_000);
});

test('--continue goes on with the newest session of this agent and folder', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.addSession();
  const newest = daemon.addSession({ title: 'newest' });
  daemon.addSession({ cwd: '/elsewhere' });
  const { stdout } = await call(['run', 'codex', '-c', '--no-wait', '--policy', 'read-only', 'and now?']);
  assert.ok(stdout.startsWith(newest.id));
  assert.deepEqual(daemon.bodies('PATCH /sessions/:id'), [{ policy: 'read-only' }]);
  const none = await call(['run', 'codex', '-c', 'and now?'], { cwd: '/new' });
  assert.equal(none.code, 2);
  assert.match(none.stderr, /no session of codex in \/new/);
});

test('--session takes an id, its end, and only a session of that agent', async (t) => {
  const { daemon, call } = await setting(t);
  const { id } = daemon.addSession();
  assert.equal((await call(['run', 'codex', '-s', id, 'hello'])).code, 0);
  assert.equal((await call(['run', 'codex', '-s', id.slice(-6).toLowerCase(), 'hello'])).code, 0);
  assert.equal((await call(['run', 'codex', '-s', 'ses_none', 'hello'])).code, 2);
  const wrong = await call(['run', 'claude', '-s', id, 'hello']);
  assert.match(wrong.stderr, /is one of codex, not of claude/);
});

test('options that contradict each other are refused before anything is asked', async (t) => {
  const { call } = emptySetting(t);
  for (const args of [
    ['-s', 'x', '-c'],
    ['-c', '--model-url', 'http://127.0.0.1:1'],
    ['-s', 'x', '--cwd', '/'],
    ['--policy', 'everything'],
    ['--timeout', '0'],
    ['--timeout', '5 minutes'],
    ['--no-such-option'],
  ]) {
    const { code, stderr } = await call(['run', 'codex', ...args, 'hello']);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, /^parley: .+\n {2}Run `parley run --help`\.\n$/);
  }
});

test('a turn behind another one is followed when it is its turn', async (t) => {
  const { daemon, begin } = await setting(t);
  const { promise: first, resolve: endFirst } = Promise.withResolvers<void>();
  daemon.play = async (turn) => {
    if (turn.turn.text === 'first') await first;
    turn.complete(`answer to ${turn.turn.text}`);
  };
  const { id } = daemon.addSession();
  const before = begin(['run', 'codex', '-s', id, '--no-wait', 'first']);
  await before.result;
  const second = begin(['run', 'codex', '-s', id, 'second']);
  await second.printed(/queued: number 1 in session/);
  endFirst();
  const { code, stdout, stderr } = await second.result;
  assert.deepEqual([code, stdout], [0, 'answer to second\n']);
  assert.doesNotMatch(stderr, /first/);
});

test('Ctrl-C interrupts the turn and waits for its end', async (t) => {
  const { daemon, begin } = await setting(t);
  daemon.play = async (turn) => {
    turn.emit({ type: 'notice', turnId: turn.turn.id, level: 'info', code: 'test', text: 'at work' });
    await turn.interrupted;
    turn.end({ type: 'turn.interrupted', turnId: turn.turn.id });
  };
  const run = begin(['run', 'codex', 'hello']);
  await run.printed(/at work/);
  run.interrupt();
  const { code, stderr } = await run.result;
  assert.equal(code, 130);
  assert.match(stderr, /interrupting; once more leaves.*\ninterrupted in/);
});

test('a second Ctrl-C leaves at once', async (t) => {
  const { daemon, begin } = await setting(t);
  daemon.play = (turn) => turn.emit({ type: 'notice', level: 'info', code: 'test', text: 'at work' });
  const run = begin(['run', 'codex', 'hello']);
  await run.printed(/at work/);
  run.interrupt();
  run.interrupt();
  assert.equal((await run.result).code, 130);
});

test('Ctrl-C on a queued turn takes it out of the queue and leaves the running one alone', async (t) => {
  const { daemon, begin, call } = await setting(t);
  daemon.play = () => {};
  const { id } = daemon.addSession();
  await call(['run', 'codex', '-s', id, '--no-wait', 'first']);
  const second = begin(['run', 'codex', '-s', id, 'second']);
  await second.printed(/queued/);
  second.interrupt();
  assert.equal((await second.result).code, 130);
  assert.equal(daemon.bodies('DELETE /sessions/:id/queue/:last').length, 1);
  assert.deepEqual(daemon.bodies('POST /sessions/:id/interrupt'), []);
});

test('an approval is asked on the terminal', async (t) => {
  const { daemon, begin } = await setting(t);
  daemon.play = async (turn) => {
    const { optionId } = await turn.ask(question);
    turn.complete(`chosen: ${optionId}`);
  };
  const run = begin(['run', 'codex', 'hello'], { terminal: true });
  await run.printed(/\[y\] Allow {2}\[a\] Allow always {2}\[n\] Deny/);
  run.input.write('abort\n');
  await run.printed(/Deny[^]*\[n\] Deny/);
  run.input.write('always\n');
  const { code, stdout } = await run.result;
  assert.deepEqual([code, stdout], [0, 'chosen: always\n']);
});

test('an approval that is answered elsewhere is not asked any longer', async (t) => {
  const { daemon, begin, call } = await setting(t);
  daemon.play = async (turn) => turn.complete(`chosen: ${(await turn.ask(question)).optionId}`);
  const run = begin(['run', 'codex', 'hello'], { terminal: true });
  await run.printed(/\[n\] Deny/);
  const approvals = JSON.parse((await call(['approvals', '--json'])).stdout) as {
    approvals: readonly { id: string }[];
  };
  await call(['approvals', 'deny', approvals.approvals[0]?.id ?? '']);
  assert.equal((await run.result).stdout, 'chosen: no\n');
});

test('where nobody can be asked, it is told how to answer', async (t) => {
  const { daemon, begin, call } = await setting(t);
  daemon.play = async (turn) => turn.complete(`chosen: ${(await turn.ask(question)).optionId}`);
  const run = begin(['run', 'codex', 'hello']);
  const [, id = ''] = /allow (apr_\S+)/.exec(await run.printed(/answer with: parley approvals allow apr_\S+/)) ?? [];
  assert.equal((await call(['approvals', 'allow', id])).code, 0);
  assert.equal((await run.result).stdout, 'chosen: yes\n');
});

test('questions of the agent are answered by number or in own words', async (t) => {
  const { daemon, begin } = await setting(t);
  daemon.play = async (turn) => {
    const { answers } = await turn.ask({
      kind: 'question',
      title: 'Two questions',
      questions: [
        { id: 'colour', text: 'Which colour?', multiple: false, choices: [{ label: 'red' }, { label: 'blue' }] },
        { id: 'name', text: 'Which name?', multiple: false, choices: [] },
      ],
      options: [{ id: 'answer', label: 'Answer', effect: 'allow' }],
    });
    turn.complete(JSON.stringify(answers));
  };
  const run = begin(['run', 'codex', 'hello'], { terminal: true });
  await run.printed(/Which colour\?/);
  run.input.write('2\n');
  await run.printed(/Which name\?/);
  run.input.write('Ada L.\n');
  assert.equal((await run.result).stdout, '{"colour":["blue"],"name":["Ada L."]}\n');
});

test('a lost connection in the middle of a turn loses nothing', async (t) => {
  const { daemon, begin } = await setting(t);
  const { promise: goOn, resolve } = Promise.withResolvers<void>();
  daemon.play = async (turn) => {
    turn.emit({ type: 'notice', level: 'info', code: 'test', text: 'first' });
    await goOn;
    daemon.cutConnections();
    turn.emit({ type: 'notice', level: 'info', code: 'test', text: 'second' });
    turn.complete('There.');
  };
  const run = begin(['run', 'codex', 'hello']);
  await run.printed(/first/);
  resolve();
  const { code, stdout, stderr } = await run.result;
  assert.deepEqual([code, stdout], [0, 'There.\n']);
  assert.match(stderr, /^note: first\nnote: second\n/);
});

test('a daemon is started when none runs, and stopped on demand', async (t) => {
  const { call } = emptySetting(t);
  assert.equal((await call(['daemon', 'status'])).code, 1);
  const { code, stdout } = await call(['run', 'codex', 'hello']);
  assert.deepEqual([code, stdout], [0, 'You said: hello\n']);
  const logs = await call(['daemon', 'logs', '-n', '1']);
  assert.equal(logs.stdout, 'fake daemon: serve --no-tcp --detached\n');
  const status = JSON.parse((await call(['daemon', 'status', '--json'])).stdout) as Record<string, unknown>;
  for (const fact of ['pid', 'socket', 'version', 'memory']) assert.ok(fact in status, fact);
  assert.equal((await call(['daemon', 'stop'])).stdout, 'stopped\n');
  assert.equal((await call(['daemon', 'stop'])).stdout, 'no daemon runs\n');
});

test('a daemon that was killed is started again', async (t) => {
  const { call, begin } = emptySetting(t);
  await call(['daemon', 'status', '--start']);
  const run = begin(['run', 'codex', 'for ever']);
  await run.printed(/note: at work/);
  const { pid } = JSON.parse((await call(['daemon', 'status', '--json'])).stdout) as { pid: number };
  process.kill(pid, 'SIGKILL');
  await run.printed(/the daemon is gone: starting it again/);
  // The fake one keeps nothing; that it says so proves that it was asked.
  const { code, stderr } = await run.result;
  assert.equal(code, 2);
  assert.match(stderr, /There is no session ses_/);
});
