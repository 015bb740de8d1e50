import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorBody, newId } from '@parley/schema';
import type { ConsultReport, CreateConsultation } from '@parley/schema';
import { Client } from '../client.ts';
import { isParleyError } from '../failure.ts';
import { FakeTransport } from '../test/fake-transport.ts';
import type { Connection } from '../test/fake-transport.ts';

const id = newId('consultation');
const quick = { firstMs: 1, mostMs: 2 };

const reportAt = (startedAt: number, status: ConsultReport['status'] = 'running'): ConsultReport => ({
  schema: 'parley.consultation/1',
  id,
  status,
  request: { kind: 'validate', question: 'Right?', reviewers: [], cwd: '/', policy: 'read-only', timeoutMs: 1 },
  startedAt,
  reviewers: [],
  limitations: [],
});

/** Answers each watch with the next of these, and with the last one from then on. */
function telling(...reports: readonly ConsultReport[]): { transport: FakeTransport; connections: Connection[] } {
  const transport = new FakeTransport();
  const connections: Connection[] = [];
  let next = 0;
  transport.onFrame = (frame, connection) => {
    if (frame.type !== 'watch-consultation') return;
    connections.push(connection);
    const report = reports[Math.min(next++, reports.length - 1)];
    if (report !== undefined) connection.send({ type: 'consultation', report });
  };
  return { transport, connections };
}

test('a consultation is followed to the report of its end, over a lost connection too', async () => {
  const { transport, connections } = telling(reportAt(1), reportAt(2));
  const client = new Client(transport, quick);
  const states: string[] = [];
  client.onConnection((state) => states.push(state));
  const seen: number[] = [];
  for await (const { startedAt } of client.followConsultation(id)) {
    seen.push(startedAt);
    if (startedAt === 1) connections.at(-1)?.cut();
    if (startedAt === 2) connections.at(-1)?.send({ type: 'consultation', report: reportAt(3, 'completed') });
  }
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(states.at(-1), 'closed');
});

test('two readers of one consultation both hear, and one that leaves does not end the other', async () => {
  const { transport, connections } = telling(reportAt(1));
  const client = new Client(transport, quick);
  const [one, two] = [client.followConsultation(id), client.followConsultation(id)];
  await Promise.all([one.next(), two.next()]);
  await one.return(undefined);
  connections.at(-1)?.send({ type: 'consultation', report: reportAt(2, 'failed') });
  let last: ConsultReport | undefined;
  for await (const report of two) last = report;
  assert.equal(last?.status, 'failed');
  assert.equal(transport.connections.length, 1);
});

test('an unknown or deleted consultation ends its readers with that error, and no others', async () => {
  const { transport, connections } = telling(reportAt(1));
  const client = new Client(transport, quick);
  const lists = client.watchSessions();
  const reports = client.followConsultation(id);
  await reports.next();
  const error = errorBody('unknown_consultation', 'It was deleted.');
  connections.at(-1)?.send({ type: 'error', consultationId: id, error });
  await assert.rejects(reports.next(), (caught) => isParleyError(caught) && caught.code === 'unknown_consultation');
  connections.at(-1)?.send({ type: 'sessions', sessions: [] });
  assert.deepEqual((await lists.next()).value, []);
  await lists.return(undefined);
});

test('an aborted reader just ends', async () => {
  const { transport } = telling(reportAt(1));
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const { startedAt } of new Client(transport, quick).followConsultation(id, { signal: stop.signal })) {
    seen.push(startedAt);
    stop.abort();
  }
  assert.deepEqual(seen, [1]);
});

test('a consultation that is asked for again because the daemon went away is asked for under the same key', async () => {
  const transport = new FakeTransport();
  let left = 2;
  transport.answer = () => {
    if (left-- > 0) throw new Error('connection reset');
    return { status: 202, body: reportAt(1) };
  };
  const client = new Client(transport, quick);
  const begun = await client.createConsultation({ kind: 'ask', question: 'Why?', cwd: '/' });
  assert.equal(begun.id, id);
  const keys = transport.requests.map(({ body = '' }) => (JSON.parse(body) as CreateConsultation).idempotencyKey);
  assert.equal(keys.length, 3);
  assert.equal(new Set(keys).size, 1);
});

test('the report comes as Markdown, as it is', async () => {
  const transport = new FakeTransport();
  transport.answer = ({ path }) => ({ status: 200, body: `# ${path}` });
  const text = await new Client(transport, quick).consultationMarkdown(id);
  assert.equal(text, `# /api/consultations/${id}?format=markdown`);
});
