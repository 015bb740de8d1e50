import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyError, errorBody } from '@parley/schema';
import type { ErrorCode, SessionId, TurnId } from '@parley/schema';
import { Client } from './client.ts';
import { FakeTransport } from './test/fake-transport.ts';

const session = 'ses_one' as SessionId;
const code = (wanted: ErrorCode) => (error: unknown) => ParleyError.is(error) && error.code === wanted;

test('an error of the daemon arrives as the same error', async () => {
  const transport = new FakeTransport();
  transport.answer = () => ({
    status: 404,
    body: { error: errorBody('unknown_session', 'No session ses_one.', { id: session }) },
  });
  await assert.rejects(new Client(transport).session(session), (error) => {
    assert.ok(ParleyError.is(error));
    assert.deepEqual(error.body, errorBody('unknown_session', 'No session ses_one.', { id: session }));
    return true;
  });
});

test('an error that only a newer daemon knows keeps its name', async () => {
  const transport = new FakeTransport();
  transport.answer = () => ({ status: 418, body: { error: { code: 'teapot', message: 'Short and stout.' } } });
  await assert.rejects(new Client(transport).sessions(), { message: 'Short and stout. (teapot)' });
});

test("an answer that is not the daemon's is told with its status", async () => {
  const transport = new FakeTransport();
  transport.answer = () => ({ status: 502, body: '<h1>Bad gateway</h1>' });
  await assert.rejects(new Client(transport).sessions(), { message: /GET \/api\/sessions .* 502: <h1>Bad gateway/ });
});

test('no daemon is daemon_unreachable, and says where', async () => {
  const transport = new FakeTransport();
  transport.unreachable = true;
  await assert.rejects(
    new Client(transport).daemon(),
    (error) => code('daemon_unreachable')(error) && /at memory: connection refused/.test(String(error)),
  );
});

test('words are sent again under the same key when the daemon goes away', async () => {
  const transport = new FakeTransport();
  transport.answer = ({ path }) => {
    assert.equal(path, '/api/sessions/ses_one/turns');
    transport.unreachable = true;
    setImmediate(() => (transport.unreachable = false));
    return transport.requests.length === 1
      ? { status: 503, body: { error: errorBody('shutting_down', 'Stopping.') } }
      : { status: 202, body: { sessionId: session, turnId: 'trn_one', outcome: 'started' } };
  };
  const result = await new Client(transport).submit(session, { text: 'Hello' });
  assert.equal(result.turnId, 'trn_one');
  const keys = transport.requests.map(
    ({ body }) => (JSON.parse(body ?? '') as { idempotencyKey: string }).idempotencyKey,
  );
  assert.equal(new Set(keys).size, 1);
  assert.ok(keys.length >= 2);
});

test('words that were refused are not sent again', async () => {
  const transport = new FakeTransport();
  transport.answer = () => ({ status: 400, body: { error: errorBody('empty_prompt', 'No words.') } });
  await assert.rejects(new Client(transport).submit(session, { text: '' }), code('empty_prompt'));
  assert.equal(transport.requests.length, 1);
});

test('an installation is told line by line, and its failure is thrown', async () => {
  const transport = new FakeTransport();
  const lines = [{ text: 'fetching … ü' }, { text: 'failed', error: errorBody('agent_start_failed', 'npm: ENOSPC') }];
  transport.answer = () => ({ status: 200, body: lines.map((line) => JSON.stringify(line)).join('\n') });
  const seen: string[] = [];
  const install = async () => {
    for await (const { text } of new Client(transport).installAgent('codex')) seen.push(text);
  };
  await assert.rejects(install, { message: 'npm: ENOSPC' });
  assert.deepEqual(seen, ['fetching … ü', 'failed']);
});

test('an installation that stops without an end has not succeeded', async () => {
  const transport = new FakeTransport();
  transport.answer = () => ({ status: 200, body: '{"text":"fetching"}\n' });
  const install = async () => {
    for await (const _ of new Client(transport).installAgent('codex')) continue;
  };
  await assert.rejects(install, code('daemon_unreachable'));
});

test('each method takes its route', async () => {
  const transport = new FakeTransport();
  const client = new Client(transport);
  transport.answer = () => ({ status: 200, body: { sessions: [], turns: [], approvals: [], agents: [], entries: [] } });
  const turn = 'trn_one' as TurnId;
  await client.health();
  await client.agents();
  await client.config();
  await client.folders('/a b');
  await client.turns(session);
  await client.turn(session, turn);
  await client.findTurn(turn);
  await client.cancelQueued(session, turn);
  await client.interrupt(session, { queue: 'drop' });
  await client.eventPage(session, { after: 3, limit: 10 });
  await client.approvals({ pending: true });
  await client.approvals();
  await client.stopDaemon({ runs: 'keep' });
  await client.createPairingLink();
  await client.updateSession(session, { title: 'New' });
  await client.deleteSession(session);
  assert.deepEqual(
    transport.requests.map(({ method, path, body }) => [method, path, body].filter(Boolean).join(' ')),
    [
      'GET /healthz',
      'GET /api/agents',
      'GET /api/config',
      'GET /api/folders?path=%2Fa%20b',
      'GET /api/sessions/ses_one/turns',
      'GET /api/sessions/ses_one/turns/trn_one',
      'GET /api/turns/trn_one',
      'DELETE /api/sessions/ses_one/queue/trn_one',
      'POST /api/sessions/ses_one/interrupt {"queue":"drop"}',
      'GET /api/sessions/ses_one/events?after=3&limit=10',
      'GET /api/approvals?pending=true',
      'GET /api/approvals',
      'POST /api/daemon/stop {"runs":"keep"}',
      'POST /api/pairing-links {}',
      'PATCH /api/sessions/ses_one {"title":"New"}',
      'DELETE /api/sessions/ses_one',
    ],
  );
});
