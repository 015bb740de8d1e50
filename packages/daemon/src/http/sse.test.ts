import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { EventBatch } from '@parley/engine';
import { newId } from '@parley/schema';
import { SseSink } from './sse.ts';

const sessionId = newId('session');
const batch = (seq: number, bytes = 10): EventBatch =>
  new EventBatch(sessionId, [{ seq, json: JSON.stringify({ seq, text: 'x'.repeat(bytes) }), delta: false }]);

/** One open stream: our end of it, and a reader that does not read before it is told to. */
async function openStream(t: TestContext): Promise<{ readonly response: ServerResponse; readonly reader: Socket }> {
  const arrived = Promise.withResolvers<ServerResponse>();
  const server = createServer((_request, response) => arrived.resolve(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.after(() => {
    reader.destroy();
    server.close();
    server.closeAllConnections();
  });
  reader.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  return { response: await arrived.promise, reader };
}

/** What arrives until it is over. */
async function readAll(reader: Socket): Promise<string> {
  let all = '';
  reader.setEncoding('utf8').on('data', (chunk: string) => {
    all += chunk;
    if (all.endsWith('0\r\n\r\n')) reader.destroy();
  });
  await once(reader, 'close');
  return all;
}

test('each event has its number as id', async (t) => {
  const { response, reader } = await openStream(t);
  const sink = new SseSink(response);
  assert.equal(sink.send(batch(7)), true);
  sink.lagged();
  assert.match(await readAll(reader), /text\/event-stream[\s\S]*id: 7\ndata: \{"seq":7,/);
});

test('a reader that is too slow is told so, and nothing is said to it afterwards', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { response, reader } = await openStream(t);
  const problems: unknown[] = [];
  response.on('error', (error) => problems.push(error));
  const sink = new SseSink(response);
  let seq = 0;
  while (sink.send(batch((seq += 1), 1024 * 1024)));
  sink.lagged();
  // It still has all that was sent to read: the stream is at its end for us, not yet for it.
  t.mock.timers.tick(60_000);
  sink.send(batch((seq += 1)));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(problems, [], 'writing to an ended answer would end the daemon');
  const all = await readAll(reader);
  assert.match(all, /event: lagged\ndata: \{\}\n\n\r\n0\r\n\r\n$/);
  assert.ok(!all.includes(`id: ${seq}\n`));
});

test('waiting for a slow reader many times leaves no listeners behind', async (t) => {
  const { response, reader } = await openStream(t);
  const sink = new SseSink(response);
  const listening = (): number => response.listenerCount('drain') + response.listenerCount('close');
  const before = listening();
  reader.resume();
  for (let seq = 1; seq <= 20; seq += 1) {
    while (sink.send(batch(seq, 1024 * 1024)));
    await sink.drained();
  }
  assert.equal(listening(), before);
});

test('a reader that leaves is not waited for', async (t) => {
  const { response, reader } = await openStream(t);
  const sink = new SseSink(response);
  while (sink.send(batch(1, 1024 * 1024)));
  const waiting = sink.drained();
  const closed = once(response, 'close');
  reader.destroy();
  await waiting;
  await closed;
  await sink.drained();
  assert.equal(sink.send(batch(2)), false, 'it takes nothing more');
});
