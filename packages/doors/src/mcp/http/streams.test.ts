import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openHttp } from '../test/connect.ts';
import { FakeDaemon } from '../test/fake-daemon.ts';
import type { FakeTurn } from '../test/fake-daemon.ts';
import { ToldEvents } from './told-events.ts';

const permission = {
  kind: 'permission',
  title: 'Run a command',
  command: 'rm -rf build',
  options: [
    { id: 'yes', label: 'Allow', effect: 'allow' },
    { id: 'no', label: 'Deny', effect: 'deny' },
  ],
} as const;

type Message = Readonly<Record<string, unknown>>;

/** A session of revision 2025-11-25 by hand, so that a stream can break. */
async function begin(t: TestContext) {
  const daemon = new FakeDaemon();
  const http = openHttp(t, daemon, { cwd: '/code' });
  const own: Record<string, string> = {};
  const send = (method: string, more: Record<string, string>, body?: Message) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const request = new Request('http://localhost/mcp', {
      method,
      headers: { ...headers, ...own, ...more },
      ...(body !== undefined && { body: JSON.stringify({ jsonrpc: '2.0', ...body }) }),
    });
    return http.handle(request, 'admin', new AbortController().signal);
  };
  const protocolVersion = '2025-11-25';
  const params = {
    protocolVersion,
    capabilities: { elicitation: {} },
    clientInfo: { name: 'test', version: '1' },
  };
  const first = await send('POST', {}, { id: 0, method: 'initialize', params });
  own['mcp-session-id'] = first.headers.get('mcp-session-id') ?? '';
  own['mcp-protocol-version'] = protocolVersion;
  await first.text();
  const call = () =>
    send('POST', {}, { id: 1, method: 'tools/call', params: { name: 'codex_request', arguments: { prompt: 'x' } } });
  return { daemon, send, call };
}

interface Event {
  readonly id: string;
  /** Undefined: it carries nothing but its id. */
  readonly message: Message | undefined;
}

async function* eventsOf({ body }: Response): AsyncGenerator<Event, void> {
  let text = '';
  for await (const piece of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += piece;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: (.*)/s, 2) as [string, string]),
      );
      text = text.slice(end + 2);
      const data = fields.get('data') ?? '';
      yield { id: fields.get('id') ?? '', message: data === '' ? undefined : (JSON.parse(data) as Message) };
    }
  }
}

async function find(events: AsyncIterable<Event>, which: (message: Message) => boolean): Promise<Message> {
  for await (const { message } of events) if (message !== undefined && which(message)) return message;
  return assert.fail('it was not told');
}

const isAnswer = (message: Message) => message['id'] === 1 && 'result' in message;

test('a form comes in the stream of its call, for clients that have no other', async (t) => {
  const { daemon, send, call } = await begin(t);
  daemon.play = async (turn) => turn.complete((await turn.ask(permission)).optionId);
  const events = eventsOf(await call());
  const form = await find(
    { [Symbol.asyncIterator]: () => ({ next: () => events.next() }) },
    ({ method }) => method === 'elicitation/create',
  );
  const result = { action: 'accept', content: { decision: 'yes' } };
  assert.equal((await send('POST', {}, { id: form['id'], result })).status, 202);
  assert.partialDeepStrictEqual(await find(events, isAnswer), { result: { structuredContent: { answer: 'yes' } } });
});

test('a client whose stream breaks comes back for what it missed; what runs is not stopped by that', async (t) => {
  const { daemon, send, call } = await begin(t);
  const { promise: begun, resolve } = Promise.withResolvers<FakeTurn>();
  daemon.play = resolve;
  const response = await call();
  const events = eventsOf(response);
  const { value: first } = await events.next();
  assert.equal(first?.message, undefined);
  const turn = await begun;
  await events.return();
  turn.complete('Done.');
  const again = await send('GET', { 'last-event-id': first?.id ?? '' });
  assert.partialDeepStrictEqual(await find(eventsOf(again), isAnswer), {
    result: { structuredContent: { answer: 'Done.' } },
  });
  assert.equal(daemon.interrupts, 0);
});

test('an id that was never given is refused', async (t) => {
  const { send } = await begin(t);
  assert.equal((await send('GET', { 'last-event-id': 'x' })).status, 400);
});

test('of what was told the oldest is forgotten first, and each stream has its own', async () => {
  const message = (n: number) => ({ jsonrpc: '2.0', id: n, result: {} }) as const;
  const told = new ToldEvents(JSON.stringify(message(1)).length * 2);
  const start = await told.storeEvent('a', {} as never);
  await told.storeEvent('a', message(1));
  await told.storeEvent('b', message(2));
  await told.storeEvent('a', message(3));
  const ids: unknown[] = [];
  const stream = await told.replayEventsAfter(start, {
    send: async (_id, sent) => void ids.push('id' in sent ? sent.id : undefined),
  });
  assert.deepEqual([stream, ids], ['a', [3]]);
});
