import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { newId } from '@parley/schema';
import type { EventBody, ParleyEvent, RequestRecord } from '@parley/schema';
import { tracesUrl } from './endpoint.ts';
import { loadTelemetry } from './load.ts';
import { openOtlp } from './otlp.ts';
import { spansOf } from './spans.ts';

const sessionId = newId('session');
const turnId = newId('turn');
const secret = 'ghp_a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5';

const record: RequestRecord = {
  id: turnId,
  sessionId,
  agent: 'claude',
  mode: 'stream-json',
  model: 'sonnet',
  backend: 'key',
  cwd: '/code',
  policy: 'ask',
  correlationId: 'mine',
  status: 'completed',
  queuedAt: 1000,
  startedAt: 2000,
  firstOutputAt: 2500,
  endedAt: 9000,
  usage: { inputUncached: 10, cacheRead: 20, cacheWrite5m: 3, cacheWrite1h: 4, output: 7, reasoning: 2, costUsd: 0.5 },
  retries: 1,
  approvals: { allowed: 1 },
  prompt: { text: 'A prompt', length: 8, redactions: 0, cut: false },
  answer: { text: 'An answer', length: 9, redactions: 0, cut: false },
};

const bodies: readonly (readonly [number, EventBody])[] = (() => {
  const [shell, tool] = [newId('item'), newId('item')];
  const id = newId('approval');
  const command = { id: shell, type: 'command', command: `curl -u ${secret}` } as const;
  const call = { id: tool, type: 'tool_call', name: 'search', server: 'docs', input: '{"q":1}' } as const;
  const approval = {
    id,
    sessionId,
    turnId,
    kind: 'command',
    title: 'curl',
    options: [],
    requestedAt: 0,
    deadlineAt: 0,
  };
  return [
    [3000, { type: 'item.started', turnId, item: { ...command, status: 'running' } }],
    [3100, { type: 'approval.requested', turnId, approval: { ...approval, kind: 'command' } }],
    [
      3900,
      { type: 'approval.resolved', turnId, approvalId: id, resolution: { outcome: 'allowed', by: 'person', at: 3900 } },
    ],
    [4000, { type: 'item.completed', turnId, item: { ...command, status: 'failed', exitCode: 7, output: secret } }],
    [5000, { type: 'item.started', turnId, item: { ...call, status: 'running' } }],
    [6000, { type: 'item.completed', turnId, item: { ...call, status: 'completed' } }],
  ];
})();
const events: readonly ParleyEvent[] = bodies.map(([at, body], n) => ({ seq: n + 1, sessionId, at, ...body }));

async function* read(): AsyncGenerator<ParleyEvent> {
  yield* events;
}

interface Sent {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A collector on this machine. `hangs`: it takes connections and answers nothing. */
async function collector(t: TestContext, hangs = false): Promise<{ readonly url: string; readonly sent: Sent[] }> {
  const sent: Sent[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      sent.push({ path: request.url, headers: request.headers, body });
      if (!hangs) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent };
}

interface Wire {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: object }[] };
    readonly scopeSpans: readonly {
      readonly schemaUrl?: string;
      readonly spans: readonly {
        readonly name: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly traceId: string;
        readonly kind: number;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly status: { readonly code?: number; readonly message?: string };
        readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
      }[];
    }[];
  }[];
}

async function load(config: { readonly otlp_endpoint?: string; readonly content: boolean }, logged: string[]) {
  const telemetry = await loadTelemetry({
    config,
    env: {},
    version: '1.2.3',
    log: (line) => void logged.push(line),
    report: (what, error) => void logged.push(`${what}: ${String(error)}`),
  });
  assert.ok(telemetry);
  return telemetry;
}

test('a turn arrives at the collector as one span by the GenAI conventions, with its tools and approvals below it', async (t) => {
  const { url, sent } = await collector(t);
  const logged: string[] = [];
  const telemetry = await load({ otlp_endpoint: url, content: false }, logged);
  telemetry.recorded([{ ...record, status: 'running', endedAt: undefined } as unknown as RequestRecord]);
  telemetry.recorded([record]);
  telemetry.readFrom(read);
  await new Promise((resolve) => setImmediate(resolve));
  await telemetry.close();
  assert.deepEqual(logged, []);
  assert.deepEqual(
    sent.map(({ path, headers }) => [path, headers['content-type']]),
    [['/v1/traces', 'application/json']],
  );
  const wire = JSON.parse(sent[0]?.body ?? '') as Wire;
  const scope = wire.resourceSpans[0]?.scopeSpans[0];
  assert.match(scope?.schemaUrl ?? '', /1\.41\.0$/);
  assert.ok(JSON.stringify(wire.resourceSpans[0]?.resource).includes('"parley"'));
  const spans = scope?.spans ?? [];
  const root = spans.find(({ parentSpanId }) => parentSpanId === undefined || parentSpanId === '');
  assert.ok(root);
  assert.deepEqual(
    spans.filter((span) => span !== root).map(({ name, parentSpanId }) => [name, parentSpanId]),
    [
      ['approval command', root.spanId],
      ['execute_tool shell', root.spanId],
      ['execute_tool search', root.spanId],
    ],
  );
  assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
  assert.deepEqual([root.name, root.kind, root.startTimeUnixNano], ['invoke_agent claude', 3, '2000000000']);
  assert.equal(root.endTimeUnixNano, '9000000000');
  const attributes = Object.fromEntries(root.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
  for (const [key, value] of Object.entries({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.agent.name': 'claude',
    'gen_ai.request.model': 'sonnet',
    'gen_ai.conversation.id': sessionId,
    'gen_ai.usage.input_tokens': 37,
    'gen_ai.usage.cache_read.input_tokens': 20,
    'gen_ai.usage.cache_creation.input_tokens': 7,
    'gen_ai.usage.output_tokens': 7,
    'gen_ai.response.time_to_first_chunk': 0.5,
    'parley.turn.id': turnId,
    'parley.correlation_id': 'mine',
  }))
    assert.equal(attributes[key], value, key);
  assert.ok(!sent[0]?.body.includes('A prompt') && !sent[0]?.body.includes('curl'), 'nothing that was said');
  const failed = spans.find(({ name }) => name === 'execute_tool shell');
  assert.equal(failed?.status.code, 2);
});

test('what was said is in the spans only where that is configured, and without its secrets (G 59)', () => {
  const without = JSON.stringify(spansOf(record, events, false));
  for (const words of ['A prompt', 'An answer', 'curl', '{\\"q']) assert.ok(!without.includes(words), words);
  const { turn, children } = spansOf(record, events, true);
  assert.match(String(turn.attributes['gen_ai.input.messages']), /"role":"user".*A prompt/);
  assert.match(String(turn.attributes['gen_ai.output.messages']), /"role":"assistant".*An answer/);
  const shell = children.find(({ name }) => name === 'execute_tool shell');
  assert.equal(shell?.attributes['gen_ai.tool.call.arguments'], 'curl -u [redacted]');
  assert.ok(!JSON.stringify(children).includes(secret));
});

test('a failure has its code as error.type; what is unknown is absent, not zero', () => {
  const { usage: _usage, model: _model, ...rest } = record;
  const { turn } = spansOf({ ...rest, status: 'failed', errorCode: 'rate_limited', error: 'Slow down' }, [], false);
  assert.deepEqual([turn.attributes['error.type'], turn.failure], ['rate_limited', 'Slow down']);
  assert.ok(
    !Object.keys(turn.attributes).some((key) => key.startsWith('gen_ai.usage') || key === 'gen_ai.request.model'),
  );
  const { turn: rehearsed } = spansOf({ ...record, backend: 'rehearsal' }, [], false);
  assert.equal(rehearsed.attributes['gen_ai.provider.name'], 'parley.rehearsal');
});

test('a collector that is not there is said once, and costs nobody anything', async () => {
  const logged: string[] = [];
  const said = Promise.withResolvers<void>();
  const log = (line: string): void => {
    logged.push(line);
    said.resolve();
  };
  const url = 'http://127.0.0.1:1/v1/traces';
  const sink = openOtlp({ url, env: {}, version: '1', log, exportMs: 200 });
  for (let n = 0; n < 1100; n++) sink.send(spansOf({ ...record, id: newId('turn') }, events, false)); // More than one export.
  await said.promise;
  await sink.close(2000);
  assert.equal(logged.length, 1, logged.join('\n'));
  assert.match(logged[0] ?? '', /^telemetry: http:\/\/127\.0\.0\.1:1\/v1\/traces does not take spans \(/);
});

test('a collector that never answers does not keep the daemon from stopping', async (t) => {
  const { url } = await collector(t, true);
  const logged: string[] = [];
  const telemetry = await load({ otlp_endpoint: url, content: false }, logged);
  telemetry.readFrom(read);
  telemetry.recorded([record]);
  const from = performance.now();
  await telemetry.close();
  assert.ok(performance.now() - from < 4500, 'the deadline is three seconds');
  assert.match(logged.join(), /has not answered; the last spans may not have arrived/);
});

test('without a configured collector nothing is loaded', async () => {
  const config = { content: false };
  assert.equal(tracesUrl(config, {}), undefined);
  assert.equal(tracesUrl(config, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' }), 'http://c:4318/v1/traces');
  assert.equal(tracesUrl(config, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/x' }), 'http://c/x');
  assert.equal(tracesUrl(config, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_SDK_DISABLED: 'true' }), undefined);
  const own = { content: false, otlp_endpoint: 'http://own:1' };
  assert.equal(tracesUrl(own, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }), 'http://own:1/v1/traces');
  const logged: string[] = [];
  const options = { version: '1', log: (line: string) => void logged.push(line), report: () => assert.fail() };
  assert.equal(await loadTelemetry({ ...options, config, env: {} }), undefined);
  assert.deepEqual(logged, []);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://user:password@c' };
  assert.equal(await loadTelemetry({ ...options, config, env }), undefined);
  assert.match(logged.join(), /is no http address/);
  assert.ok(!logged.join().includes('password'));
});
