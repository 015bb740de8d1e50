import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '@parley/schema';
import type { ConsultReport, ConsultRequest } from '@parley/schema';
import { reportOf } from './make-report.ts';
import { markdownOf } from './markdown.ts';
import { newRecord } from './record.ts';
import type { ConsultRecord } from './record.ts';
import { runConsultation } from './run-consultation.ts';
import type { ConsultationOptions } from './run-consultation.ts';
import { FakeAgents, failing } from './test/fake-agents.ts';

const approve = '{"verdict":"approve","confidence":0.9,"summary":"Fine.","findings":[]}';
const reject =
  '{"verdict":"reject","confidence":0.9,"summary":"Not so.","findings":[{"severity":"high","title":"Race","detail":"Two | writers","file":"a.ts","line":3}]}';
const judgement =
  '{"summary":"They differ on the race.","verdict":"reject","agreements":[],"disagreements":["the race"],"recommendation":"Lock it."}';

const request = (change: Partial<ConsultRequest> = {}): ConsultRequest => ({
  kind: 'validate',
  question: 'Is it right?',
  reviewers: [{ agent: 'codex' }, { agent: 'claude', model: 'opus' }],
  cwd: '/code',
  policy: 'read-only',
  timeoutMs: 60_000,
  ...change,
});

const begun = (what: ConsultRequest): ConsultRecord => newRecord(newId('consultation'), what, Date.now());

/** Runs to the end; `onChange` is told each report. */
async function consult(
  what: ConsultRequest,
  agents: FakeAgents,
  { onChange, ...options }: Partial<ConsultationOptions> & { onChange?: (report: ConsultReport) => void } = {},
): Promise<ConsultReport> {
  const save = async (record: ConsultRecord) => onChange?.(reportOf(record));
  return reportOf(await runConsultation(begun(what), agents, { save, ...options }));
}

test('reviewers work at the same time, each alone and read-only, and the judge after them', async () => {
  const agents = new FakeAgents();
  const run = consult(request({ judge: { agent: 'gemini' } }), agents);
  await agents.submitted('codex');
  await agents.submitted('claude');
  assert.equal(agents.sessions.has('gemini'), false);
  agents.answer('codex', approve);
  agents.answer('claude', reject);
  await agents.submitted('gemini');
  agents.answer('gemini', judgement);
  const report = await run;
  assert.equal(report.status, 'completed');
  assert.equal(report.agreement?.state, 'disagree');
  assert.deepEqual(agents.sessions.get('claude'), {
    agent: 'claude',
    model: 'opus',
    cwd: '/code',
    policy: 'read-only',
    title: 'Review: Is it right?',
  });
  assert.equal(agents.sessions.get('gemini')?.title, 'Judge: Is it right?');
  assert.equal(report.judge?.judgement?.form, 'structured');
  assert.match(agents.prompts('gemini')[0] ?? '', /Review A:[^]*Review B:/);
  const text = markdownOf(report);
  for (const part of [
    /They disagree/,
    /\*\*B, claude \(opus\)\*\*: reject/,
    /high: Race \(a\.ts:3\)/,
    /Recommendation: Lock it\./,
  ]) {
    assert.match(text, part);
  }
});

test('the report is made anew as turns end (G 51)', async () => {
  const agents = new FakeAgents();
  const seen: ConsultReport[] = [];
  const run = consult(request(), agents, { onChange: (report) => seen.push(report) });
  await Promise.all(['codex', 'claude'].map((agent) => agents.submitted(agent)));
  assert.equal(seen.at(-1)?.status, 'running');
  assert.equal(seen.at(-1)?.agreement?.state, 'not-comparable');
  agents.answer('codex', approve);
  await agents.settled();
  assert.deepEqual(
    seen.at(-1)?.reviewers.map(({ state }) => state),
    ['answered', 'working'],
  );
  agents.answer('claude', approve);
  const report = await run;
  assert.equal(report.agreement?.state, 'agree');
  assert.equal(report.confidence?.level, 'high');
  assert.deepEqual({ ...seen.at(-1) }, { ...report });
});

test('one who is not there is skipped with the reason, and the others run (G 49)', async () => {
  const agents = new FakeAgents();
  agents.refusals.set('codex', failing('agent_not_installed', 'Codex is not installed.'));
  const run = consult(request(), agents);
  await agents.submitted('claude');
  agents.answer('claude', approve);
  const report = await run;
  assert.equal(report.status, 'partial');
  assert.equal(report.reviewers[0]?.state, 'skipped');
  assert.equal(report.agreement?.state, 'not-comparable');
  assert.match(report.limitations[0] ?? '', /codex was skipped: Codex is not installed/);
});

test('silent, failed and interrupted reviewers are shown as such and agree with nobody (G 50)', async () => {
  const agents = new FakeAgents();
  const reviewers = ['a', 'b', 'c', 'd', 'e'].map((agent) => ({ agent }));
  const run = consult(request({ reviewers }), agents);
  await Promise.all(reviewers.map(({ agent }) => agents.submitted(agent)));
  agents.answer('a', '');
  agents.end('b', { state: 'failed', error: failing('model_overloaded', 'Busy.').body });
  agents.end('c', { state: 'interrupted' });
  agents.end('d', { state: 'failed', error: failing('timeout', 'Too slow.').body });
  agents.answer('e', approve);
  const report = await run;
  assert.deepEqual(
    report.reviewers.map(({ state }) => state),
    ['silent', 'failed', 'interrupted', 'timed-out', 'answered'],
  );
  assert.equal(report.agreement?.comparable, 1);
  assert.equal(report.agreement?.state, 'not-comparable');
  assert.equal(report.limitations.length, 4);
});

test('a reviewer whose verdict cannot be read is asked once more', async () => {
  const agents = new FakeAgents();
  const run = consult(request({ reviewers: [{ agent: 'codex' }] }), agents);
  await agents.submitted('codex');
  agents.answer('codex', 'Looks fine to me.');
  await agents.submitted('codex', 2);
  assert.match(agents.prompts('codex')[1] ?? '', /could not be read: The answer names no verdict\./);
  agents.answer('codex', approve);
  const report = await run;
  assert.equal(report.reviewers[0]?.turnIds.length, 2);
  assert.deepEqual(report.reviewers[0]?.usage, { output: 10 });
  assert.equal(report.agreement?.counts.approve, 1);
});

test('when that does not help, its first words stay and count for nobody', async () => {
  const agents = new FakeAgents();
  const run = consult(request({ reviewers: [{ agent: 'codex' }] }), agents);
  await agents.submitted('codex');
  agents.answer('codex', 'Looks fine to me.');
  await agents.submitted('codex', 2);
  agents.answer('codex', 'As I said.');
  const report = await run;
  assert.equal(report.reviewers[0]?.answer, 'Looks fine to me.');
  assert.equal(report.agreement?.comparable, 0);
  assert.equal(report.confidence?.level, 'none');
  assert.match(markdownOf(report, { answers: 'unread' }), /Looks fine to me\./);
});

test('a judge with nothing to judge is not asked, and says so (G 52)', async () => {
  const agents = new FakeAgents();
  agents.refusals.set('codex', failing('agent_auth', 'Log in.'));
  agents.refusals.set('claude', failing('agent_auth', 'Log in.'));
  const report = await consult(request({ judge: { agent: 'gemini' } }), agents);
  assert.equal(report.status, 'failed');
  assert.equal(report.judge?.state, 'not-asked');
  assert.equal(agents.sessions.size, 0);
});

test('a judge sees only those who answered (G 52)', async () => {
  const agents = new FakeAgents();
  const run = consult(request({ judge: { agent: 'gemini' } }), agents);
  await Promise.all(['codex', 'claude'].map((agent) => agents.submitted(agent)));
  agents.end('codex', { state: 'failed', error: failing('agent_crashed', 'Gone.').body });
  agents.answer('claude', approve);
  await agents.submitted('gemini');
  assert.doesNotMatch(agents.prompts('gemini')[0] ?? '', /Review A/);
  assert.match(agents.prompts('gemini')[0] ?? '', /Review B:/);
  agents.answer('gemini', 'Only one spoke.');
  const report = await run;
  assert.equal(report.judge?.judgement?.form, 'prose');
  assert.equal(report.status, 'partial');
});

test('given answers are compared by the judge alone, without names', async () => {
  const agents = new FakeAgents();
  const run = consult(
    request({ kind: 'compare', reviewers: [], answers: ['Use a tree.', 'Use a hash.'], judge: { agent: 'gemini' } }),
    agents,
  );
  await agents.submitted('gemini');
  agents.answer('gemini', '{"summary":"The tree.","best":"A","ranking":[{"answer":"A"},{"answer":"B"}]}');
  const report = await run;
  assert.equal(report.status, 'completed');
  assert.equal(report.agreement, undefined);
  assert.match(markdownOf(report), /Best: A\.[^]*Use a tree\./);
});

test('answers that reviewers write are compared, and one alone is not', async () => {
  const agents = new FakeAgents();
  const run = consult(request({ kind: 'compare', judge: { agent: 'gemini' } }), agents);
  await Promise.all(['codex', 'claude'].map((agent) => agents.submitted(agent)));
  agents.answer('codex', 'A tree.');
  agents.answer('claude', ' ');
  const report = await run;
  assert.equal(report.judge?.reason, 'There is only one answer: nothing to compare.');
  assert.equal(agents.prompts('codex').length, 1);
});

test('stopping interrupts what runs and keeps what was said', async () => {
  const agents = new FakeAgents();
  const stop = new AbortController();
  const run = consult(request({ judge: { agent: 'gemini' } }), agents, { signal: stop.signal });
  await Promise.all(['codex', 'claude'].map((agent) => agents.submitted(agent)));
  agents.answer('codex', approve);
  await agents.settled();
  stop.abort();
  const report = await run;
  assert.equal(report.status, 'interrupted');
  assert.deepEqual(agents.interrupted, ['claude']);
  assert.deepEqual(
    report.reviewers.map(({ state }) => state),
    ['answered', 'interrupted'],
  );
  assert.equal(agents.sessions.has('gemini'), false);
});

test('a turn that nobody ends is given up at its limit', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const agents = new FakeAgents();
  const run = consult(request({ reviewers: [{ agent: 'codex' }] }), agents);
  await agents.submitted('codex');
  t.mock.timers.tick(60_000 + 20_000);
  const report = await run;
  assert.equal(report.reviewers[0]?.state, 'timed-out');
  assert.deepEqual(agents.interrupted, ['codex']);
});

test('plain questions go out as they are, and their answers are not judged', async () => {
  const agents = new FakeAgents();
  const run = consult(request({ kind: 'ask', question: '  Why?\n' }), agents);
  await Promise.all(['codex', 'claude'].map((agent) => agents.submitted(agent)));
  assert.deepEqual(agents.prompts('codex'), ['  Why?\n']);
  agents.answer('codex', 'Verdict: approve');
  agents.answer('claude', 'Because.');
  const report = await run;
  assert.equal(report.status, 'completed');
  assert.equal(report.reviewers[0]?.reading, undefined);
  assert.equal(report.agreement, undefined);
  assert.match(markdownOf(report, { answers: 'unread' }), /Because\./);
});

test('reviews that are given are brought together by the judge, who learns how many are missing (G 52)', async () => {
  const agents = new FakeAgents();
  const run = consult(
    request({ kind: 'synthesis', reviewers: [], answers: ['It holds.'], missing: 2, judge: { agent: 'gemini' } }),
    agents,
  );
  await agents.submitted('gemini');
  assert.match(
    agents.prompts('gemini')[0] ?? '',
    /Review A:\n```\nIt holds\.[^]*2 of those who were asked gave no answer/,
  );
  agents.answer('gemini', judgement);
  const report = await run;
  assert.equal(report.status, 'completed');
  assert.equal(report.judge?.judgement?.form, 'structured');
});

test('a rehearsed answer is called one', async () => {
  const agents = new FakeAgents();
  agents.backend = { kind: 'rehearsal', detail: '' };
  const run = consult(request({ reviewers: [{ agent: 'codex' }] }), agents);
  await agents.submitted('codex');
  agents.answer('codex', approve);
  assert.match((await run).limitations.join(), /codex has no model server/);
});

test('an agent that reviews and judges without a model server is named once', async () => {
  const agents = new FakeAgents();
  agents.backend = { kind: 'rehearsal', detail: '' };
  const run = consult(request({ reviewers: [{ agent: 'codex' }], judge: { agent: 'codex' } }), agents);
  await agents.submitted('codex');
  agents.answer('codex', approve);
  await agents.submitted('codex');
  agents.answer('codex', judgement);
  const report = await run;
  assert.equal(report.limitations.filter((text) => text.includes('no model server')).length, 1);
  assert.equal(markdownOf(report).match(/took a side/g)?.length, 1, 'what is counted is told once');
});

/** Lets it go on to its end, with an approval of everybody who is asked. */
async function approveAll(agents: FakeAgents, run: Promise<ConsultRecord>): Promise<ConsultRecord> {
  let isOver = false;
  const ended = run.finally(() => (isOver = true));
  ended.catch(() => undefined);
  while (!isOver) {
    for (const agent of agents.sessions.keys()) if (agents.prompts(agent).length > 0) agents.answer(agent, approve);
    await agents.settled();
  }
  return ended;
}

test('left at whatever moment, it goes on from what was saved: everybody is asked once', async () => {
  for (const stored of [true, false]) {
    for (let leaveAt = 1, isOver = false; !isOver; leaveAt++) {
      const agents = new FakeAgents();
      const leave = new AbortController();
      let kept = begun(request({ judge: { agent: 'gemini' } }));
      let saves = 0;
      const save = async (record: ConsultRecord) => {
        saves += 1;
        if (saves === leaveAt) leave.abort(new Error('left'));
        if (saves < leaveAt || (saves === leaveAt && stored)) kept = record;
        if (saves >= leaveAt && !stored) throw leave.signal.reason;
      };
      const first = await approveAll(agents, runConsultation(kept, agents, { save, leave: leave.signal })).catch(
        () => undefined,
      );
      isOver = first !== undefined || leaveAt > 100;
      assert.ok(leaveAt < 100);
      const again = new AbortController();
      const last = await approveAll(
        agents,
        runConsultation(kept, agents, { save: async () => {}, leave: again.signal }),
      );
      assert.equal(reportOf(last).status, 'completed', `left at save ${leaveAt}`);
      for (const agent of ['codex', 'claude', 'gemini']) assert.equal(agents.prompts(agent).length, 1);
    }
  }
});

test('one that was left after its interruption was wished for asks nobody any more', async () => {
  const agents = new FakeAgents();
  const leave = new AbortController();
  let kept = begun(request({ judge: { agent: 'gemini' } }));
  const save = async (record: ConsultRecord) => {
    kept = record;
  };
  const first = runConsultation(kept, agents, { save, leave: leave.signal });
  await Promise.all(['codex', 'claude'].map((agent) => agents.submitted(agent)));
  agents.answer('codex', approve);
  await agents.settled();
  leave.abort(new Error('left'));
  await assert.rejects(first, /left/);
  assert.deepEqual(agents.interrupted, []);
  const report = reportOf(await runConsultation({ ...kept, interrupted: true }, agents, { save }));
  assert.equal(report.status, 'interrupted');
  assert.deepEqual(agents.interrupted, ['claude']);
  assert.deepEqual(
    [...report.reviewers, ...(report.judge === undefined ? [] : [report.judge])].map(({ state }) => state),
    ['answered', 'interrupted', 'not-asked'],
  );
});
