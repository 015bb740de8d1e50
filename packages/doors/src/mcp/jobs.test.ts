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
