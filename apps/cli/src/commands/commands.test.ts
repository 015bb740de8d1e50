import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ApprovalAnswer, Session, SubmitTurn } from '@parley/schema';
import { placesOf } from '@parley/client/node';
import { emptySetting, setting } from '../test/call-parley.ts';

test('every command has help with examples, and asks nobody for it', async (t) => {
  const { call } = emptySetting(t);
  const names =
    'run attach steer fork interrupt approvals sessions agents serve pair daemon doctor config rehearsal'.split(' ');
  const root = await call(['--help']);
  assert.equal(root.code, 0);
  for (const name of names) {
    assert.match(root.stdout, new RegExp(`^  ${name} `, 'm'));
    const { code, stdout, stderr } = await call([name, '--help']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, new RegExp(`^Usage: parley ${name}[^]*\\nExamples:\\n  parley|\\| parley`), name);
    assert.equal((await call(['help', name])).stdout, stdout);
  }
  for (const code of ['0', '1', '2', '3', '4', '130']) assert.match(root.stdout, new RegExp(`^  ${code} `, 'm'));
});

test('the command alone shows its help, --version its version', async (t) => {
  const { call } = emptySetting(t);
  assert.match((await call([])).stdout, /^Usage: parley/);
  assert.equal((await call(['--version'])).stdout, '0.1.0\n');
});

test('a wrong word is told with the right one', async (t) => {
  const { call } = emptySetting(t);
  const { code, stdout, stderr } = await call(['sesions']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.equal(stderr, "parley: unknown command 'sesions' (Did you mean sessions?)\n  Run `parley --help`.\n");
  const json = await call(['run', '--json']);
  assert.equal((JSON.parse(json.stdout) as { error: { code: string } }).error.code, 'invalid_request');
  assert.deepEqual([json.code, json.stderr], [2, '']);
});

test('sessions are listed, shown, renamed and deleted', async (t) => {
  const { daemon, call } = await setting(t);
  assert.equal((await call(['sessions'])).stdout, 'no sessions\n');
  const older = daemon.addSession({ title: 'Older', cwd: '/else' });
  const { id } = daemon.addSession({ title: 'Newer\u001b[31m', cwd: '/code' });
  assert.match(
    (await call(['sessions'])).stdout,
    /^ID .*\n\S+ +codex +idle +now +\/code +Newer\n\S+ .*\/else +Older\n$/,
  );
  const here = JSON.parse((await call(['sessions', '--here', '--json'])).stdout) as { sessions: readonly Session[] };
  assert.deepEqual(
    here.sessions.map((one) => one.id),
    [id],
  );
  await call(['run', 'codex', '-s', id, 'hello']);
  const shown = await call(['sessions', 'show', id.slice(-8)]);
  assert.match(shown.stdout, /^id +ses_[^]*folder +\/code\n[^]*TURN .*\ntrn_\S+ +completed +now +hello\n$/);
  assert.deepEqual(Object.keys(JSON.parse((await call(['sessions', 'show', id, '--json'])).stdout) as object), [
    'session',
    'turns',
  ]);
  assert.equal((await call(['sessions', 'rename', id, 'A', 'better', 'one'])).stdout, `${id} A better one\n`);
  assert.equal((await call(['sessions', 'delete', older.id])).stdout, `deleted ${older.id}\n`);
  assert.equal((await call(['sessions', 'show', older.id])).code, 2);
  assert.equal((await call(['sessions', 'show', 'ses_'])).code, 0);
});

test('a session is forked, with what is to be other in the copy', async (t) => {
  const { daemon, call } = await setting(t);
  const { id } = daemon.addSession({ cwd: '/code' });
  const { code, stdout } = await call(['fork', id.slice(-8), '--title', 'Other way', '-p', 'edit', '-m', 'm']);
  assert.deepEqual(
    [code, daemon.bodies('POST /sessions/:id/fork')],
    [0, [{ title: 'Other way', model: 'm', policy: 'edit' }]],
  );
  assert.match(stdout, /^ses_\S+\n$/);
  assert.notEqual(stdout.trim(), id);
  const copy = JSON.parse((await call(['fork', id, '--json'])).stdout) as Session;
  assert.equal(copy.forkOf?.sessionId, id);

  await call(['fork', 'their-own-id', '--agent', 'codex', '-C', '/code']);
  const wanted = { agent: 'codex', cwd: '/code', threadId: 'their-own-id', fork: true };
  assert.deepEqual(daemon.bodies('POST /sessions').at(-1), wanted);
  assert.match((await call(['fork', id, '-C', '/code'])).stderr, /--cwd is for --agent/);
});

test('run --fork goes on with a copy of the session that is named', async (t) => {
  const { daemon, call } = await setting(t);
  const { id } = daemon.addSession({ cwd: '/code' });
  assert.equal((await call(['run', 'codex', '-s', id, '--fork', 'hello'])).stdout, 'You said: hello\n');
  assert.deepEqual(daemon.bodies('POST /sessions/:id/fork'), [{}]);
  const shown = JSON.parse((await call(['sessions', 'show', id, '--json'])).stdout) as { turns: readonly unknown[] };
  assert.deepEqual(shown.turns, [], 'the original heard nothing');
  assert.match((await call(['run', 'codex', '--fork', 'hello'])).stderr, /which conversation/);
});

test('an end of an id that fits several sessions is refused', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.addSession();
  daemon.addSession();
  assert.match((await call(['sessions', 'show', 'ses_'])).stderr, /2 sessions match "ses_"/);
});

test('words are steered, queued, or sent after an interrupt', async (t) => {
  const { daemon, call } = await setting(t);
  const { id } = daemon.addSession();
  assert.match((await call(['steer', id, 'leave', 'it'])).stdout, /^started trn_/);
  await call(['steer', id, '--queue'], { input: 'from a pipe' });
  await call(['steer', id, '--interrupt', '--json', '--', '-x']);
  const sent = (daemon.bodies('POST /sessions/:id/turns') as SubmitTurn[]).map(({ text, when }) => [text, when]);
  assert.deepEqual(sent, [
    ['leave it', 'steer'],
    ['from a pipe', 'queue'],
    ['-x', 'interrupt'],
  ]);
  assert.equal((await call(['steer', id])).code, 2);
});

test('interrupt tells whether something was running', async (t) => {
  const { daemon, call } = await setting(t);
  const { id } = daemon.addSession();
  assert.equal((await call(['interrupt', id])).stdout, 'nothing is running\n');
  daemon.play = () => {};
  await call(['run', 'codex', '-s', id, '--no-wait', 'hello']);
  assert.match((await call(['interrupt', id, '--drop-queue'])).stdout, /^interrupting trn_/);
  assert.deepEqual(daemon.bodies('POST /sessions/:id/interrupt'), [{}, { queue: 'drop' }]);
});

test('approvals are listed and answered with words, for good, or with an end', async (t) => {
  const { daemon, call, begin } = await setting(t);
  const answers: ApprovalAnswer[] = [];
  const options = (['allow', 'allow-always', 'deny', 'cancel'] as const).map((effect) => ({
    id: effect,
    label: effect,
    effect,
  }));
  daemon.play = async (turn) => {
    const asked =
      turn.turn.text === 'ask' ? { questions: [{ id: 'q', text: 'Which?', choices: [], multiple: false }] } : {};
    answers.push(await turn.ask({ kind: 'tool', title: 'use a tool', options, ...asked }));
    turn.complete('Done.');
  };
  assert.equal((await call(['approvals'])).stdout, 'nothing is waiting\n');
  for (const [prompt, ...args] of [
    ['a', 'allow', '--always'],
    ['b', 'deny', '-m', 'use npm test'],
    ['c', 'deny', '--stop'],
    ['ask', 'allow', '--answer', 'blue'],
  ] as const) {
    const run = begin(['run', 'codex', prompt]);
    const [, id = ''] = /allow (apr_\S+)/.exec(await run.printed(/allow apr_\S+/)) ?? [];
    assert.match((await call(['approvals'])).stdout, /^ID .*\napr_\S+ +ses_\S+ +tool +\S+ \S+ +use a tool\n$/);
    if (prompt === 'ask')
      assert.match((await call(['approvals', 'allow', id])).stderr, /Give 1 answers with --answer, not 0/);
    const [verb, ...rest] = args;
    assert.equal((await call(['approvals', verb, id.slice(-6), ...rest])).code, 0);
    await run.result;
  }
  assert.deepEqual(answers, [
    { optionId: 'allow-always' },
    { optionId: 'deny', message: 'use npm test' },
    { optionId: 'cancel' },
    { optionId: 'allow', answers: { q: ['blue'] } },
  ]);
  assert.equal((await call(['approvals', 'allow', 'apr_gone'])).code, 2);
});

test('the configuration is shown with origins, and a pairing link alone on stdout', async (t) => {
  const { call } = await setting(t);
  assert.equal((await call(['config', 'show'])).stdout, 'KEY          VALUE  FROM\nserver.port  7337   default\n');
  assert.match((await call(['config', 'show', '--json'])).stdout, /^\{"entries":\[\{"key":"server\.port"/);
  const { stdout, stderr } = await call(['pair']);
  assert.equal(stdout, 'http://127.0.0.1:7337/pair#code\n');
  assert.match(stderr, /works once, for 10 min/);
});

test('the log is shown by lines and followed', async (t) => {
  const { env, call, begin } = emptySetting(t);
  const { logFile } = placesOf(env);
  assert.equal((await call(['daemon', 'logs'])).code, 1);
  appendFileSync(logFile, 'one\ntwo\nthree\n');
  assert.equal((await call(['daemon', 'logs', '-n', '2'])).stdout, 'two\nthree\n');
  assert.equal((await call(['daemon', 'logs', '-n', '0'])).stdout, '');
  const following = begin(['daemon', 'logs', '-f', '-n', '1']);
  await following.printed(/three\n/);
  appendFileSync(logFile, 'four\n');
  await following.printed(/four\n/);
  following.interrupt();
  assert.deepEqual(await following.result, { code: 130, stdout: 'three\nfour\n', stderr: '' });
});

test('the rehearsal server runs until it is stopped', async (t) => {
  const { begin } = emptySetting(t);
  const running = begin(['rehearsal', '--json']);
  const { openaiUrl } = JSON.parse(await running.printed(/\{.*\}\n/)) as { openaiUrl: string };
  assert.equal((await fetch(`${openaiUrl}/models`)).status, 200);
  running.interrupt();
  assert.equal((await running.result).code, 130);
});
