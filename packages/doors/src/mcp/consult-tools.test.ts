import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ParleyError } from '@parley/schema';
import type { ConsultationId } from '@parley/schema';
import type { ProviderResult, RunReport } from './consult-tools-result.ts';
import { connect } from './test/connect.ts';
import type { Called, Options } from './test/connect.ts';
import type { FakeTurn } from './test/fake-daemon.ts';

const approve = '{"verdict":"approve","confidence":0.9,"summary":"Fine.","findings":[]}';
const reject =
  '{"verdict":"reject","confidence":0.8,"summary":"Not so.","findings":[{"severity":"high","title":"Race","detail":"","file":"a.ts","line":3}]}';

const contentOf = ({ structuredContent }: Called): RunReport => structuredContent as unknown as RunReport;
const textOf = ({ content }: Called): string => content.map(({ text }) => text ?? '').join('\n');

/** With agents that say what is given for them; those without words wait until the test ends them. */
async function consulting(t: TestContext, says: Readonly<Record<string, string>>, options: Options = {}) {
  const connected = await connect(t, options);
  t.after(() => connected.daemon.consultations.close());
  const held = new Map<string, PromiseWithResolvers<FakeTurn>>();
  const turnOf = (agent: string) => {
    const waiting = held.get(agent) ?? Promise.withResolvers<FakeTurn>();
    held.set(agent, waiting);
    return waiting;
  };
  connected.daemon.play = (turn) => {
    const words = says[turn.session.agent];
    if (words === undefined) turnOf(turn.session.agent).resolve(turn);
    else turn.complete(words);
  };
  return { ...connected, begun: (agent: string) => turnOf(agent).promise };
}

test('validation tells each verdict, that they differ, and what a judge makes of it', async (t) => {
  const { call, daemon } = await consulting(t, {
    codex: approve,
    claude: reject,
    gemini:
      '{"summary":"They differ on the race.","verdict":"reject","recommendation":"Lock it.","limitations":["no tests"]}',
  });
  const told: string[] = [];
  const called = await call(
    'validate_with_models',
    { question: 'Is it right?', models: ['codex', 'claude=opus'], judgeModel: 'gemini', workingDir: '/code' },
    { onprogress: ({ message = '' }) => told.push(message) },
  );
  const report = contentOf(called);
  assert.deepEqual([report.success, report.status, report.intent], [true, 'completed', 'validate']);
  assert.match(report.validationId ?? '', /^con_/);
  assert.deepEqual(report.modelList, ['codex', 'claude=opus']);
  const [first, second] = report.results ?? [];
  assert.deepEqual(
    { ...first, rawJobReference: null },
    {
      provider: 'codex',
      model: 'large',
      status: 'completed',
      verdict: 'approve',
      rationale: 'Fine.',
      risks: [],
      rawJobReference: null,
      error: null,
    },
  );
  assert.deepEqual([second?.verdict, second?.risks], ['reject', ['high: Race (a.ts:3)']]);
  assert.equal(report.disagreements?.hasMaterialDisagreement, true);
  assert.equal(report.confidence, 'low');
  assert.deepEqual([report.synthesis?.status, report.synthesis?.['verdict']], ['completed', 'reject']);
  assert.equal(report.finalRecommendation, 'Lock it.');
  assert.deepEqual(report.limitations, ['no tests']);
  assert.equal(report.jobIds?.length, 3);
  assert.match(report.report?.humanReadable ?? '', /They disagree/);
  assert.match(textOf(called), /They disagree/);
  assert.match(told.join('\n'), /codex: approve[^]*judge gemini: answered/);
  assert.deepEqual(
    daemon.created.map(({ agent, policy, cwd, model }) => [agent, policy, cwd, model]),
    [
      ['codex', 'read-only', '/code', undefined],
      ['claude', 'read-only', '/code', 'opus'],
      ['gemini', 'read-only', '/code', undefined],
    ],
  );
});

test('validation with one provider absent: it is skipped with the reason, and the others run (G 49)', async (t) => {
  const { call } = await consulting(t, { codex: approve });
  const report = contentOf(await call('validate_with_models', { question: 'Right?', models: ['mistral', 'codex'] }));
  assert.equal(report.status, 'partial');
  const [absent, here] = report.results ?? [];
  assert.deepEqual([absent?.provider, absent?.status, absent?.verdict], ['mistral', 'skipped', 'not_run']);
  for (const told of [absent?.error, absent?.rationale, ...(absent?.risks ?? [])]) {
    assert.match(told ?? '', /agent_not_installed: vibe is not on PATH/);
  }
  assert.equal(absent?.rawJobReference, null);
  assert.deepEqual([here?.status, here?.verdict], ['completed', 'approve']);
  assert.match(report.limitations?.join() ?? '', /vibe was skipped/);
});

test('verdicts in headings and in bold disagree; an empty reply is no answer, never agreement (G 50)', async (t) => {
  const { call } = await consulting(t, {
    codex: '## Verdict\n\nAPPROVE\n\nIt holds.',
    claude: '**Verdict:** REJECT\nIt does not.',
    gemini: '',
  });
  const ask = async (...models: string[]) =>
    contentOf(await call('validate_with_models', { question: 'Right?', models }));
  const both = await ask('codex', 'claude');
  assert.deepEqual(
    both.results?.map(({ verdict }) => verdict),
    ['approve', 'reject'],
  );
  assert.equal(both.disagreements?.hasMaterialDisagreement, true);
  assert.match(both.disagreements?.summary ?? '', /codex says approve, claude says reject/);
  const silent = await ask('codex', 'gemini');
  assert.deepEqual([silent.results?.[1]?.verdict, silent.results?.[1]?.status], ['no_answer', 'failed']);
  assert.equal(silent.disagreements?.summary, 'Nothing to compare: 1 of 2 took a side.');
  assert.equal(silent.confidence, 'low');
});

test('a report by its id is rebuilt from what has ended since; the same question again is a valid run (G 51)', async (t) => {
  const { call, begun, daemon } = await consulting(t, { claude: approve });
  const asked = { question: 'Right?', models: ['codex', 'claude'] };
  const first = await call('validate_with_models', { ...asked, syncDeadlineMs: 50 });
  const { status, validationId, next } = contentOf(first);
  assert.equal(status, 'running');
  assert.match(next ?? '', new RegExp(`validation_report {"validationId":"${validationId}"`));
  assert.match(textOf(first), /validation_report/);
  const early = contentOf(await call('validation_report', { validationId }));
  assert.deepEqual(
    early.results?.map(({ verdict }) => verdict),
    ['pending', 'approve'],
  );
  assert.equal(early.disagreements?.hasMaterialDisagreement, false);
  const waited = call('validation_report', { validationId, wait: true });
  (await begun('codex')).complete(approve);
  const late = contentOf(await waited);
  assert.deepEqual([late.status, late.confidence, late.success], ['completed', 'high', true]);
  assert.deepEqual(
    late.results?.map(({ verdict }) => verdict),
    ['approve', 'approve'],
  );
  daemon.play = (turn) => turn.complete(approve);
  const again = contentOf(await call('validate_with_models', asked));
  assert.deepEqual([again.status, again.success], ['completed', true]);
  assert.notEqual(again.validationId, validationId);
  // Another connection, as after a restart of the editor.
  const later = await connect(t, { daemon });
  assert.equal(contentOf(await later.call('validation_report', { validationId })).confidence, 'high');
  const unknown = await call('validation_report', { validationId: 'con_nobody' });
  assert.equal(unknown.isError, true);
  assert.equal(contentOf(unknown).error?.code, 'unknown_consultation');
});

const result = (change: Partial<ProviderResult>): ProviderResult => ({
  provider: 'codex',
  model: null,
  status: 'completed',
  verdict: 'approve',
  rationale: 'It holds.',
  risks: [],
  rawJobReference: null,
  error: null,
  ...change,
});

test('synthesis waits for pending results, is skipped when none completed, else judges the completed ones (G 52)', async (t) => {
  const { call, daemon } = await consulting(t, { gemini: '{"summary":"It holds.","verdict":"approve"}' });
  const synthesize = async (...providerResults: ProviderResult[]) =>
    contentOf(await call('synthesize_validation', { question: 'Right?', providerResults, judgeModel: 'gemini' }));
  const pending = await synthesize(result({}), result({ provider: 'claude', status: 'running', verdict: 'pending' }));
  assert.equal(pending.synthesis?.status, 'waiting_for_provider_results');
  const none = await synthesize(result({ status: 'failed' }), result({ status: 'skipped' }));
  assert.equal(none.synthesis?.status, 'skipped');
  assert.deepEqual(daemon.submitted, []);
  const judged = await synthesize(
    result({ rationale: 'Checked by hand.' }),
    result({ provider: 'claude', status: 'failed', verdict: 'failed', rationale: 'Secret of the failed one.' }),
  );
  assert.deepEqual([judged.synthesis?.status, judged.synthesis?.judgeModel], ['completed', 'gemini']);
  assert.equal(judged.synthesis?.['verdict'], 'approve');
  const [{ text } = { text: '' }] = daemon.submitted;
  assert.match(text, /Checked by hand[^]*1 of those who were asked gave no answer/);
  assert.doesNotMatch(text, /Secret of the failed one|codex|claude/);
  const absent = contentOf(
    await call('synthesize_validation', { question: 'Right?', providerResults: [result({})], judgeModel: 'mistral' }),
  );
  assert.equal(absent.synthesis?.status, 'skipped');
  assert.match(absent.synthesis?.note ?? '', /vibe is not on PATH/);
  assert.equal((await call('synthesize_validation', { question: 'Right?' })).isError, true);
});

test('synthesis of a consultation by its id sees what its agents said (G 52)', async (t) => {
  const { call, begun, daemon } = await consulting(t, { claude: reject, gemini: '{"summary":"No."}' });
  const { validationId } = contentOf(
    await call('validate_with_models', { question: 'Right?', models: ['codex', 'claude'], wait: false }),
  );
  const synthesis = async () =>
    contentOf(await call('synthesize_validation', { question: 'Right?', validationId, judgeModel: 'gemini' }))
      .synthesis;
  const turn = await begun('codex');
  assert.equal((await synthesis())?.status, 'waiting_for_provider_results');
  turn.fail(new ParleyError('model_overloaded', 'Busy.'));
  await call('validation_report', { validationId, wait: true });
  assert.equal((await synthesis())?.status, 'completed');
  assert.match(daemon.submitted.at(-1)?.text ?? '', /Review A:[^]*Not so\./);
});

test('answers are compared by an agent that does not know whose they are', async (t) => {
  const { call, daemon } = await consulting(t, {
    codex:
      '{"summary":"B is exact.","best":"B","ranking":[{"answer":"B","strengths":["exact"]},{"answer":"A"}],"confidence":0.8}',
  });
  const report = contentOf(
    await call('compare_answers', { question: 'Which?', answers: ['A tree.', 'A hash.'], judgeModel: 'codex' }),
  );
  assert.deepEqual(
    [report.status, report.synthesis?.status, report.synthesis?.['best']],
    ['completed', 'completed', 'B'],
  );
  assert.equal(report.confidence, 'high');
  assert.match(daemon.submitted[0]?.text ?? '', /Answer A:[^]*A tree\.[^]*Answer B:[^]*A hash\./);
  assert.equal((await call('compare_answers', { question: 'Which?', answers: ['one'] })).isError, true);
});

test('one agent gets a question as it stands, and its words come back as they are', async (t) => {
  const { call, daemon } = await consulting(t, { kimi: 'Verdict: it is Tuesday.' });
  const called = await call('ask_model', { question: 'What day is it?', model: 'kimi' });
  assert.equal(daemon.submitted[0]?.text, 'What day is it?');
  const [one] = contentOf(called).results ?? [];
  assert.deepEqual([one?.verdict, one?.rationale], ['answered', 'Verdict: it is Tuesday.']);
  assert.match(textOf(called), /it is Tuesday/);
});

test('second opinions, red teams and claims are asked as such', async (t) => {
  const { call, daemon } = await consulting(t, { codex: approve, claude: reject });
  await call('second_opinion', { answer: 'It leaks.', model: 'codex' });
  await call('red_team_review', { content: 'DROP TABLE', riskLevel: 'high', models: ['codex', 'claude'] });
  const claim = await call('consensus_check', { claim: 'Water is wet.', models: ['codex', 'claude'] });
  const texts = daemon.submitted.map(({ text }) => text);
  assert.match(texts[0] ?? '', /second opinion[^]*It leaks\./);
  assert.match(texts[1] ?? '', /Attack[^]*DROP TABLE[^]*grave/);
  assert.match(texts.at(-1) ?? '', /The claim:[^]*Water is wet\./);
  assert.equal(texts.length, 5);
  assert.equal(contentOf(claim).disagreements?.hasMaterialDisagreement, true);
});

test('a job of a consultation has a status and a result, read as a verdict where a provider is named', async (t) => {
  const { call } = await consulting(t, { codex: reject });
  const { results } = contentOf(await call('validate_with_models', { question: 'Right?', models: ['codex'] }));
  const jobId = results?.[0]?.rawJobReference?.jobId;
  assert.match(results?.[0]?.rawJobReference?.correlationId ?? '', /^con_.*\.0$/);
  const status = (await call('job_status', { jobId })).structuredContent as {
    success: boolean;
    job: { status: string };
  };
  assert.deepEqual([status.success, status.job.status], [true, 'completed']);
  const raw = (await call('job_result', { jobId })).structuredContent as Record<string, unknown>;
  assert.equal(raw['normalized'], null);
  assert.equal((raw['result'] as { answer: string }).answer, reject);
  const read = (await call('job_result', { jobId, provider: 'codex' })).structuredContent as Record<string, unknown>;
  assert.equal((read['normalized'] as ProviderResult).verdict, 'reject');
  for (const tool of ['job_status', 'job_result']) {
    const unknown = await call(tool, { jobId: 'trn_nobody' });
    assert.equal(unknown.isError, true);
    assert.partialDeepStrictEqual(unknown.structuredContent, {
      success: false,
      error: { code: 'unknown_turn', message: 'Job not found: trn_nobody' },
    });
  }
});

test('wait false replies at once, and a call that is taken back stops its agents', async (t) => {
  const { call, begun, daemon } = await consulting(t, {});
  const { status, validationId, results } = contentOf(
    await call('consensus_check', { claim: 'It holds.', models: ['codex'], wait: false }),
  );
  assert.deepEqual([status, results?.[0]?.verdict], ['running', 'pending']);
  await begun('codex');
  const taken = new AbortController();
  const gone = call('consensus_check', { claim: 'It holds.', models: ['kimi'] }, { signal: taken.signal });
  gone.catch(() => undefined);
  await begun('kimi');
  taken.abort();
  await assert.rejects(gone);
  for await (const _ of daemon.watchSessions()) if (daemon.interrupts === 1) break;
  assert.equal((await daemon.consultation(validationId as ConsultationId)).status, 'running');
});

test('what cannot be meant is an error that names it, and starts nothing', async (t) => {
  const { call, daemon } = await consulting(t, {});
  for (const [tool, args, said] of [
    ['validate_with_models', { question: 'Right?', models: [] }, /models/],
    ['validate_with_models', { question: ' ', models: ['codex'] }, /must contain words/],
    ['validate_with_models', { question: 'Right?', models: ['gpt'] }, /must be claude, codex/],
    ['validate_with_models', { question: 'Right?', model: 'codex' }, /model/],
    ['second_opinion', { answer: 'x', speed: 'high' }, /speed/],
    ['red_team_review', { content: 'x', riskLevel: 'mad' }, /riskLevel/],
    ['job_result', { jobId: 'x', page: 1 }, /page/],
  ] as const) {
    const called = await call(tool, args);
    assert.equal(called.isError, true, tool);
    assert.match(textOf(called), said);
  }
  assert.deepEqual(daemon.created, []);
});

test('the tools of consultation are there under the names of llm-cli-gateway (A.11)', async (t) => {
  const { listTools, daemon } = await connect(t);
  const names = (await listTools()).map(({ name }) => name);
  for (const name of [
    'validate_with_models',
    'second_opinion',
    'red_team_review',
    'consensus_check',
    'ask_model',
    'compare_answers',
    'synthesize_validation',
    'validation_report',
    'job_status',
    'job_result',
    'list_available_models',
  ]) {
    assert.ok(names.includes(name), name);
  }
  assert.equal(daemon.opened, 0, 'no daemon was looked for yet');
});

test('models of all agents are listed', async (t) => {
  const { call } = await connect(t);
  assert.deepEqual((await call('list_available_models')).structuredContent, { success: true, models: {} });
});

test('an agent that is named twice is refused, as on the command line', async (t) => {
  const { call, daemon } = await consulting(t, {});
  const refused = await call('validate_with_models', { question: 'Right?', models: ['codex', 'codex'] });
  assert.equal(refused.isError, true);
  assert.match(textOf(refused), /codex is named twice/);
  assert.deepEqual(daemon.submitted, []);
});
