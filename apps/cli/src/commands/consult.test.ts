import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { errorBody } from '@parley/schema';
import type { CreateSession, SubmitTurn } from '@parley/schema';
import { setting } from '../test/call-parley.ts';
import { fakeAgent } from '../test/fake-machine.ts';

const approve = '{"verdict":"approve","confidence":0.9,"summary":"Fine.","findings":[]}';
const reject =
  '{"verdict":"reject","confidence":0.8,"summary":"Not so.","findings":[{"severity":"high","title":"Race","detail":"","file":"a.ts","line":3}]}';
const judgement = '{"summary":"They differ on the race.","verdict":"reject","recommendation":"Lock it."}';

/** With three agents that say what is given for them. */
async function consulting(t: TestContext, says: Readonly<Record<string, string>>) {
  const made = await setting(t);
  made.daemon.agents = ['codex', 'claude', 'gemini'].map((name) => ({ ...fakeAgent, name }));
  made.daemon.play = (turn) => turn.complete(says[turn.session.agent] ?? '');
  return made;
}

test('consult puts verdicts, agreement and the judge on stdout, and who is at work on stderr', async (t) => {
  const says = { codex: approve, claude: reject, gemini: judgement };
  const { daemon, begin } = await consulting(t, says);
  const { play } = daemon;
  const seen = Promise.withResolvers<void>();
  daemon.play = (turn) => seen.promise.then(() => play(turn));
  const call = begin(['consult', 'is', 'it', 'right?', '-a', 'codex,claude=opus', '--judge', 'gemini']);
  await call.printed(/codex: at work/);
  seen.resolve();
  const { code, stdout, stderr } = await call.result;
  assert.equal(code, 0);
  assert.match(stdout, /^# Question: is it right\?\n/);
  assert.match(stdout, /\*\*They disagree\*\* \(2 of 2 took a side\)/);
  assert.match(stdout, /- \*\*A, codex\*\*: approve \(confidence 0\.9\)\. Fine\./);
  assert.match(stdout, /- high: Race \(a\.ts:3\) — claude \(opus\)/);
  assert.match(stdout, /Recommendation: Lock it\./);
  assert.match(stderr, /codex: at work \(session ses_.*\)\n/);
  assert.match(stderr, /judge gemini: answered after /);
  const created = daemon.bodies('POST /sessions') as CreateSession[];
  assert.deepEqual(
    created.map(({ agent, policy, cwd, model }) => [agent, policy, cwd, model]),
    [
      ['codex', 'read-only', '/code', undefined],
      ['claude', 'read-only', '/code', 'opus'],
      ['gemini', 'read-only', '/code', undefined],
    ],
  );
});

test('--json prints the report as data, --markdown with every answer, --quiet no progress', async (t) => {
  const { call } = await consulting(t, { codex: approve, claude: approve });
  const json = await call(['consult', 'right?', '-a', 'codex,claude', '--json', '-q', '--timeout', '5m']);
  assert.equal(json.stderr, '');
  const report = JSON.parse(json.stdout);
  assert.equal(report.schema, 'parley.consultation/1');
  assert.equal(report.agreement.state, 'agree');
  assert.equal(report.confidence.level, 'high');
  assert.equal(report.request.timeoutMs, 300_000);
  assert.match(report.reviewers[0].turnIds[0], /^trn_/);
  const markdown = await call(['consult', 'right?', '-a', 'codex,claude', '--markdown']);
  assert.match(markdown.stdout, /### A: codex\n\nSession `ses_.*`, turn `trn_.*`\.\n\n```\n\{"verdict":"approve"/);
});

test('the exit code is that of the first who did not answer, and the report is there all the same', async (t) => {
  const { daemon, call } = await consulting(t, {});
  daemon.play = (turn) => {
    const turnId = turn.turn.id;
    if (turn.session.agent === 'codex') turn.complete(approve);
    else turn.end({ type: 'turn.failed', turnId, error: errorBody('agent_auth', 'Claude is not logged in.') });
  };
  const { code, stdout } = await call(['consult', 'right?', '-a', 'codex,claude']);
  assert.equal(code, 3);
  assert.match(stdout, /Nothing to compare: 1 of 2 took a side/);
});

test('Ctrl-C interrupts all of them and prints what came before', async (t) => {
  const { daemon, begin } = await consulting(t, {});
  daemon.play = async (turn) => {
    if (turn.session.agent === 'codex') return turn.complete(approve);
    await turn.interrupted;
    turn.end({ type: 'turn.interrupted', turnId: turn.turn.id });
  };
  const call = begin(['consult', 'right?', '-a', 'codex,claude']);
  await call.printed(/codex: approve/);
  await call.printed(/claude: at work/);
  call.interrupt();
  const { code, stdout } = await call.result;
  assert.equal(code, 130);
  assert.match(stdout, /A, codex\*\*: approve[^]*B, claude\*\*: interrupted/);
  assert.deepEqual(daemon.bodies('POST /sessions/:id/interrupt'), [{}]);
});

test('--detach leaves it to the daemon, and consultations show, list, export and delete it', async (t) => {
  const { daemon, call } = await consulting(t, { codex: approve, claude: approve });
  const release = Promise.withResolvers<void>();
  daemon.play = async (turn) => {
    await release.promise;
    turn.complete(approve);
  };
  const { code, stdout } = await call(['consult', 'right?', '-a', 'codex,claude', '--detach']);
  assert.equal(code, 0);
  const [, id = ''] = /^(con_[0-9A-Z]{26})\n$/.exec(stdout) ?? [];
  assert.match((await call(['consultations'])).stdout, /STATUS[^]*con_.* running .* codex:.* right\?/);
  release.resolve();
  const second = await call(['consult', 'and this?', '-a', 'codex']);
  assert.equal(second.code, 0);
  assert.match((await call(['consultations', 'show', id.slice(-6)])).stdout, /They|All that took a side/);
  const { consultations } = JSON.parse((await call(['consultations', 'list', '--limit', '1', '--json'])).stdout);
  assert.deepEqual(
    consultations.map(({ question, status }: { question: string; status: string }) => [question, status]),
    [['and this?', 'completed']],
  );
  assert.match((await call(['consultations', 'export', id])).stdout, /### A: codex[^]*"verdict":"approve"/);
  const data = JSON.parse((await call(['consultations', 'export', id, '--format', 'json'])).stdout);
  assert.equal(data.schema, 'parley.consultation/1');
  assert.equal((await call(['consultations', 'delete', id])).stdout, `deleted ${id}\n`);
  const gone = await call(['consultations', 'show', id]);
  assert.equal(gone.code, 2);
  assert.match(gone.stderr, /There is no consultation/);
  assert.match((await call(['consultations', 'show', 'nothing'])).stderr, /No consultation matches "nothing"/);
});

test('what cannot be meant starts nothing', async (t) => {
  const { daemon, call } = await consulting(t, {});
  for (const [args, message] of [
    [['consult', 'right?'], /No agent is named/],
    [['consult', 'right?', '-a', 'codex,codex'], /codex is named twice/],
    [['second-opinion', 'right?', '-a', 'codex', '--answer', 'nofile.md'], /--answer: nofile\.md cannot be read/],
    [['consult', 'right?', '-a', 'codex,,'], /Write agents like/],
    [['consult', 'right?', '-a', 'codex,cladue'], /There is no agent "cladue"/],
    [['consult', 'right?', '-k', 'compare', '-a', 'codex,claude'], /needs a judge/],
    [['consult', '-a', 'codex'], /There is no prompt/],
    [['consult', 'right?', '-a', 'codex', '--json', '--markdown'], /cannot be used with/],
    [['second-opinion', 'right?'], /--agent/],
    [['review', '-a', 'codex', '--timeout', 'soon'], /Write a time/],
  ] as const) {
    const { code, stderr, stdout } = await call(args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr + stdout, message);
  }
  assert.deepEqual(daemon.bodies('POST /sessions'), []);
});

test('second-opinion asks one agent about an answer that was given', async (t) => {
  const { daemon, call } = await consulting(t, { claude: 'Verdict: reject\nIt is a race.' });
  const folder = await mkdtemp(join(tmpdir(), 'parley-test-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'answer.md'), 'It is a leak.\n');
  const { code, stdout } = await call(
    ['second-opinion', 'why', 'slow?', '--agent', 'claude', '--answer', 'answer.md'],
    { cwd: folder },
  );
  assert.equal(code, 0);
  assert.match(stdout, /A, claude\*\*: reject/);
  // What could not be taken apart is shown as it was said.
  assert.match(stdout, /It is a race\./);
  assert.match(
    (daemon.bodies('POST /sessions/:id/turns') as SubmitTurn[])[0]?.text ?? '',
    /The answer:\n```\nIt is a leak\.\n```/,
  );
});

test('answers from files are compared by the judge', async (t) => {
  const { call } = await consulting(t, {
    gemini: '{"summary":"B is exact.","best":"B","ranking":[{"answer":"B"},{"answer":"A"}]}',
  });
  const folder = await mkdtemp(join(tmpdir(), 'parley-test-'));
  t.after(() => rm(folder, { recursive: true }));
  await Promise.all(['a', 'b'].map((name) => writeFile(join(folder, name), `${name} says so`)));
  const { code, stdout } = await call(['consult', '-k', 'compare', 'which?', '-j', 'gemini', '--answer', 'a', 'b'], {
    cwd: folder,
  });
  assert.equal(code, 0);
  assert.match(stdout, /Best: B\./);
});

test('review shows agents what git has not committed, and the names of new files', async (t) => {
  const { daemon, call } = await consulting(t, { codex: approve });
  const folder = await mkdtemp(join(tmpdir(), 'parley-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const git = (...args: readonly string[]) =>
    promisify(execFile)('git', ['-c', 'user.name=n', '-c', 'user.email=e@x', ...args], { cwd: folder });
  await git('init', '-q', '-b', 'main');
  const nothing = await call(['review', '-a', 'codex'], { cwd: folder });
  assert.equal(nothing.code, 2);
  assert.match(nothing.stderr, /There is nothing to review/);
  await writeFile(join(folder, 'old.txt'), 'one\n');
  await git('add', '.');
  await git('commit', '-qm', 'first');
  await writeFile(join(folder, 'old.txt'), 'two\n');
  await writeFile(join(folder, 'new.txt'), 'fresh\n');
  assert.equal((await call(['review', '-a', 'codex'], { cwd: folder })).code, 0);
  await git('commit', '-qam', 'second');
  assert.equal((await call(['review', 'HEAD~1..HEAD', '-a', 'codex', '--red-team'], { cwd: folder })).code, 0);
  assert.equal((await call(['review', '-', '-a', 'codex'], { cwd: folder, input: '+ piped' })).code, 0);
  const [uncommitted = '', range = '', piped = ''] = (daemon.bodies('POST /sessions/:id/turns') as SubmitTurn[]).map(
    ({ text }) => text,
  );
  assert.match(uncommitted, /-one\n\+two\n/);
  assert.match(uncommitted, /does not track yet[^]*new\.txt/);
  assert.match(range, /Attack what is asked[^]*-one\n\+two\n/);
  assert.match(piped, /\+ piped/);
  const unknown = await call(['review', 'nowhere', '-a', 'codex'], { cwd: folder });
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /git in .*nowhere/);
  const option = await call(['review', '-a', 'codex', '--', '--output=stolen'], { cwd: folder });
  assert.equal(option.code, 2);
});
