import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syncDeadlineOf } from './door.ts';
import { pageOf } from './page.ts';
import { connect } from './test/connect.ts';
import type { FakeTurn } from './test/fake-daemon.ts';

function held(): { readonly begun: Promise<FakeTurn>; readonly play: (turn: FakeTurn) => void } {
  const { promise, resolve } = Promise.withResolvers<FakeTurn>();
  return { begun: promise, play: resolve };
}

test('an asynchronous request is a job that runs, ends and stays (G 25, G 32)', async (t) => {
  const { call, daemon } = await connect(t);
  const { begun, play } = held();
  daemon.play = play;
  const started = (await call('codex_request_async', { prompt: 'work' })).structuredContent ?? {};
  assert.deepEqual([started['status'], started['pollWith']], ['running', 'llm_job_status']);
  const turn = await begun;
  const { job } = (await call('llm_job_status', { jobId: turn.id })).structuredContent as { readonly job: object };
  const { queuedAt, startedAt, correlationId, ...facts } = job as Record<string, unknown>;
  assert.equal(correlationId, started['correlationId']);
  assert.deepEqual(facts, {
    id: turn.id,
    cli: 'codex',
    sessionId: turn.session.id,
    status: 'running',
    finishedAt: null,
    exited: false,
    exitCode: null,
    answerChars: null,
    error: null,
  });
  assert.match(`${String(queuedAt)} ${String(startedAt)}`, /^2027-.*Z 2027-.*Z$/);
  const health = (await call('llm_process_health')).structuredContent ?? {};
  assert.equal(health['runningJobs'], 1);
  turn.complete('Worked.');
  const watched = (await call('llm_job_watch', { jobId: turn.id })).structuredContent;
  assert.deepEqual([watched?.['status'], watched?.['answer']], ['completed', 'Worked.']);
  // Another connection, as after a restart of the editor.
  const later = await connect(t, { daemon });
  assert.equal((await later.call('llm_job_result', { jobId: turn.id })).structuredContent?.['answer'], 'Worked.');
});

test('a poll comes back when its time is up, with where the job stands', async (t) => {
  const { call, daemon } = await connect(t);
  const { begun, play } = held();
  daemon.play = play;
  await call('codex_request_async', { prompt: 'work' });
  const { id } = await begun;
  const watched = (await call('llm_job_watch', { jobId: id, waitMs: 1 })).structuredContent;
  assert.deepEqual([watched?.['status'], watched?.['jobId']], ['deferred', id]);
  assert.equal((await call('llm_job_watch', { jobId: id, waitMs: 30_001 })).isError, true);
});

test('a running job is cancelled; a second time is refused with its state (G 26)', async (t) => {
  const { call, daemon } = await connect(t);
  const { begun, play } = held();
  daemon.play = play;
  await call('codex_request_async', { prompt: 'work' });
  const { id } = await begun;
  const cancelled = (await call('llm_job_cancel', { jobId: id })).structuredContent;
  assert.partialDeepStrictEqual(cancelled, { success: true, job: { status: 'canceled' } });
  const again = await call('llm_job_cancel', { jobId: id });
  assert.equal(again.isError, true);
  assert.equal(again.structuredContent?.['reason'], 'Job is already canceled');
  assert.equal((await call('llm_job_result', { jobId: id })).structuredContent?.['stopReason'], 'interrupted');
});

test('a job that still runs when its agent does not stop in time is not told as cancelled', async (t) => {
  const { call, daemon } = await connect(t);
  const { begun, play } = held();
  daemon.play = play;
  await call('codex_request_async', { prompt: 'work' });
  const turn = await begun;
  const waits = Promise.withResolvers<void>();
  const follow = daemon.eventBatches.bind(daemon);
  daemon.interrupt = async () => ({ turnId: turn.id });
  daemon.eventBatches = (...of) => {
    waits.resolve();
    return follow(...of);
  };
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const replying = call('llm_job_cancel', { jobId: turn.id });
  await waits.promise;
  t.mock.timers.tick(10_000);
  const { isError, structuredContent } = await replying;
  assert.equal(isError, true);
  assert.partialDeepStrictEqual(structuredContent, { success: false, jobId: turn.id, job: { status: 'running' } });
  assert.match(String(structuredContent?.['reason']), /still running/);
  t.mock.timers.reset();
  turn.complete('Done all the same.');
  const late = await call('llm_job_cancel', { jobId: turn.id });
  assert.equal(late.structuredContent?.['reason'], 'Job is already completed');
});

test('the resource of a job pages the answer that llm_job_result pages', async (t) => {
  const { call, daemon, request } = await connect(t);
  const shown = 'short '.repeat(50_000);
  daemon.play = (turn) => turn.complete(`long ${'\n'.repeat(10)}${shown}`);
  const { jobId } = (await call('codex_request', { prompt: 'x' })).structuredContent ?? {};
  const findTurn = daemon.findTurn.bind(daemon);
  const optimizedAnswer = { applied: true, rules: [], before: shown.length + 15, after: shown.length, text: shown };
  daemon.findTurn = async (id) => ({ ...(await findTurn(id)), optimizedAnswer });
  for (const offset of [0, 200_000]) {
    const { structuredContent } = await call('llm_job_result', { jobId, offset });
    const { contents } = (await request('resources/read', { uri: `jobs://${String(jobId)}/${offset}` })) as {
      readonly contents: readonly [{ readonly text: string }];
    };
    const { job, ...answer } = JSON.parse(contents[0].text) as { readonly job: { readonly answerChars: number } };
    assert.deepEqual(answer, structuredContent);
    assert.equal(job.answerChars, shown.length);
  }
});

test('an unknown job is told as such', async (t) => {
  const { call } = await connect(t);
  for (const name of ['llm_job_status', 'llm_job_result', 'llm_job_watch', 'llm_job_cancel']) {
    const reply = await call(name, { jobId: 'trn_none' });
    assert.equal(reply.isError, true, name);
    assert.match(String(reply.content[0]?.text), /unknown_turn/, name);
  }
});

test('sessions are made, listed, chosen, deleted and cleared (G 44)', async (t) => {
  const { call, daemon } = await connect(t);
  const other = await daemon.createSession({ agent: 'claude', cwd: '/else' });
  const made = (await call('session_create', { cli: 'codex', description: 'mine' })).structuredContent;
  assert.partialDeepStrictEqual(made, { session: { cli: 'codex', description: 'mine', isActive: true } });
  const { id } = (made?.['session'] ?? {}) as { readonly id?: string };
  assert.equal((await call('codex_request', { prompt: 'x' })).structuredContent?.['sessionId'], id);
  const elsewhere = await call('codex_request', { prompt: 'x', workingDir: '/else' });
  assert.notEqual(elsewhere.structuredContent?.['sessionId'], id, 'another folder is another conversation');

  const listed = (await call('session_list', {})).structuredContent;
  assert.deepEqual([listed?.['total'], listed?.['activeSessions']], [3, { codex: id }]);
  assert.equal((await call('session_list', { cli: 'claude' })).structuredContent?.['total'], 1);
  const wrong = await call('session_set_active', { cli: 'codex', sessionId: other.id });
  assert.equal(wrong.isError, true);
  await call('session_set_active', { cli: 'codex', sessionId: null });
  assert.notEqual((await call('codex_request', { prompt: 'x' })).structuredContent?.['sessionId'], id);

  const deleted = (await call('session_delete', { sessionId: id })).structuredContent;
  assert.deepEqual(deleted?.['deletedSession'], { id, cli: 'codex', description: 'mine' });
  assert.equal((await call('session_get', { sessionId: id })).isError, true);
  const cleared = (await call('session_clear_all', {})).structuredContent;
  assert.deepEqual([cleared?.['deletedCount'], cleared?.['cli']], [2, 'all']);
  assert.deepEqual(
    (await daemon.sessions()).map((session) => session.id),
    [other.id],
    'those of other doors stay',
  );
});

test('an active session is the business of one connection: others are not disturbed', async (t) => {
  const one = await connect(t);
  const two = await connect(t, { daemon: one.daemon });
  await one.call('session_create', { cli: 'codex' });
  assert.deepEqual((await two.call('session_list', {})).structuredContent?.['activeSessions'], {});
});

test('pages split no character and cover the whole', () => {
  const text = `a${'😀'.repeat(10)}`;
  const pages: string[] = [];
  for (let offset: number | null = 0; offset !== null;) {
    const page = pageOf(text, offset, 4);
    assert.ok(page.text.isWellFormed());
    pages.push(page.text);
    offset = page.nextOffset;
  }
  assert.equal(pages.join(''), text);
  assert.deepEqual(pageOf('short', 0, 10), { text: 'short', offset: 0, total: 5, nextOffset: null, partial: false });
  assert.equal(pageOf('short', 99, 10).text, '');
});

test('the deadline comes from the environment, by either name', () => {
  assert.equal(syncDeadlineOf({}), 45_000);
  assert.equal(syncDeadlineOf({ SYNC_DEADLINE_MS: '1000' }), 1000);
  assert.equal(syncDeadlineOf({ SYNC_DEADLINE_MS: '1000', PARLEY_SYNC_DEADLINE_MS: '0' }), 0);
  assert.equal(syncDeadlineOf({ SYNC_DEADLINE_MS: 'soon' }), 45_000);
});
