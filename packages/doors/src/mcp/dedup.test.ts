import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import { connect } from './test/connect.ts';
import type { Called } from './test/connect.ts';
import type { FakeTurn } from './test/fake-daemon.ts';

const told = ({ content }: Called) => content.map(({ text = '' }) => text).join('\n');

test("the caller's own name is in every reply about its request, also where two have the same (G 5)", async (t) => {
  const { call, daemon } = await connect(t);
  for (const tool of ['codex_request', 'codex_request', 'codex_request_async']) {
    const { structuredContent } = await call(tool, { prompt: 'hello', correlationId: 'x' });
    assert.equal(structuredContent?.['correlationId'], 'x');
    const jobId = structuredContent?.['jobId'];
    assert.equal((await call('llm_job_result', { jobId })).structuredContent?.['correlationId'], 'x');
    const { job } = (await call('llm_job_status', { jobId })).structuredContent as { readonly job: object };
    assert.partialDeepStrictEqual(job, { correlationId: 'x' });
  }
  assert.deepEqual(
    daemon.made.map(({ correlationId }) => correlationId),
    ['x', 'x', 'x'],
  );
  const refused = await call('mistral_request', { prompt: 'hello', correlationId: 'y' });
  assert.partialDeepStrictEqual(refused.structuredContent, {
    status: 'refused',
    cli: 'mistral',
    correlationId: 'y',
    errorCategory: 'not_installed',
  });
});

test('a process that ended with a number tells it, with its last words and what sort of thing went wrong (G 6)', async (t) => {
  const { call, daemon } = await connect(t);
  daemon.play = (turn) =>
    turn.fail(new ParleyError('agent_crashed', 'exit 3: no such model', { exitCode: 3, stderr: 'no such model' }));
  const reply = await call('codex_request', { prompt: 'hello' });
  assert.equal(reply.isError, true);
  assert.partialDeepStrictEqual(reply.structuredContent, {
    exitCode: 3,
    errorCategory: 'cli_error',
    error: { code: 'agent_crashed', details: { stderr: 'no such model' } },
  });
});

test('an answer of an earlier request is told as one, with its job, its age and the name of this request (G 34)', async (t) => {
  const { call, daemon } = await connect(t);
  const first = (await call('codex_request', { prompt: 'hello', correlationId: 'first' })).structuredContent ?? {};
  const sessionId = String(first['sessionId']) as never;
  const turnId = String(first['jobId']) as never;
  daemon.reused = { sessionId, turnId };
  const other = await connect(t, { daemon });
  for (const tool of ['codex_request', 'codex_request_async']) {
    const reply = await other.call(tool, { prompt: 'hello', correlationId: 'second' });
    assert.partialDeepStrictEqual(reply.structuredContent, {
      status: 'completed',
      answer: 'You said: hello',
      deduped: true,
      jobId: turnId,
      correlationId: 'second',
    });
    assert.match(told(reply), /asked the same 61 s ago.*forceRefresh asks again/);
  }
  await other.call('session_clear_all');
  assert.ok(await daemon.session(sessionId), 'the session of another request is not its to clear');
  const fresh = await other.call('codex_request', { prompt: 'hello', forceRefresh: true });
  assert.equal(fresh.structuredContent?.['deduped'], false);
  assert.notEqual(fresh.structuredContent?.['jobId'], turnId);
  assert.deepEqual(
    daemon.made.map(({ dedup }) => dedup),
    ['reuse', 'reuse', 'reuse', 'refresh'],
  );
});

test('of those who wait for one turn, nobody stops it by leaving (G 34)', async (t) => {
  const { call, daemon } = await connect(t);
  const begun = Promise.withResolvers<FakeTurn>();
  daemon.play = begun.resolve;
  const leaving = new AbortController();
  const first = call('codex_request', { prompt: 'work' }, { signal: leaving.signal });
  const turn = await begun.promise;
  daemon.reused = { sessionId: turn.session.id, turnId: turn.id };
  const other = await connect(t, { daemon });
  const third = await connect(t, { daemon });
  const staying = other.call('codex_request', { prompt: 'work' });
  const going = third.call('codex_request', { prompt: 'work' }, { signal: leaving.signal });
  while (daemon.made.length < 3) await new Promise(setImmediate);
  leaving.abort();
  await Promise.all([assert.rejects(first), assert.rejects(going)]);
  for (let n = 0; n < 50; n++) await new Promise(setImmediate);
  assert.equal(daemon.interrupts, 0);
  turn.complete('Worked.');
  assert.equal((await staying).structuredContent?.['answer'], 'Worked.');
});

test('what the policy means is told by the first reply of a session, once, though the agent says it only when it starts', async (t) => {
  const { call, daemon } = await connect(t);
  const limits = ['It writes wherever it likes.'];
  daemon.play = async (turn) => {
    await daemon.updateSession(turn.session.id, { limits });
    turn.complete('Done.');
  };
  const { warnings, sessionId } = (await call('codex_request', { prompt: 'hello' })).structuredContent ?? {};
  assert.deepEqual(warnings, limits);
  const later = await call('codex_request', { prompt: 'and now', sessionId });
  assert.deepEqual(later.structuredContent?.['warnings'], []);
});

test('a key goes to the daemon, which begins nothing twice under it', async (t) => {
  const { call, daemon } = await connect(t);
  await call('codex_request', { prompt: 'hello', idempotencyKey: 'mine' });
  assert.equal(daemon.made[0]?.idempotencyKey, 'mine');
});

test('a caller who leaves spares those who come in the very moment: the daemon decides that, in one step (G 34)', async (t) => {
  const { call, daemon } = await connect(t);
  const begun = Promise.withResolvers<FakeTurn>();
  daemon.play = begun.resolve;
  const leaving = new AbortController();
  const call1 = call('codex_request', { prompt: 'work' }, { signal: leaving.signal });
  const turn = await begun.promise;
  const left = Promise.withResolvers<void>();
  const { interrupt } = daemon;
  daemon.interrupt = async (id, options) => {
    daemon.reused = { sessionId: turn.session.id, turnId: turn.id };
    await daemon.request({ session: turn.session.id, text: 'work', dedup: 'reuse' });
    const result = await interrupt.call(daemon, id, options);
    left.resolve();
    return result;
  };
  leaving.abort();
  await assert.rejects(call1);
  await left.promise;
  assert.equal(daemon.interrupts, 0);
});
