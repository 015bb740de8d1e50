import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ParleyError } from '@parley/schema';
import { isAlive } from '../testing.ts';
import { runHttpAdapter } from './http.ts';
import { runAdapterHere } from './testing.ts';
import type { RunningAdapter } from './testing.ts';

/** A server with a password that echoes requests, sends what it is told to as events, and cuts streams. */
const server = `
  const http = require('node:http');
  const streams = new Set();
  const wanted = 'Basic ' + Buffer.from('opencode:' + process.env.PASSWORD).toString('base64');
  const all = http.createServer((request, response) => {
    if (request.headers.authorization !== wanted) return response.writeHead(401).end();
    const body = [];
    request.on('data', (chunk) => body.push(chunk)).on('end', () => {
      const text = Buffer.concat(body).toString();
      const send = (value) => { response.writeHead(200, { 'content-type': 'application/json' }); response.end(JSON.stringify(value)); };
      if (request.url === '/event') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: {"type":"connected"}\\n\\n');
        streams.add(response.on('close', () => streams.delete(response)));
      } else if (request.url === '/send') {
        for (const stream of streams) for (const byte of Buffer.from(JSON.parse(text).raw)) stream.write(Buffer.from([byte]));
        send(true);
      } else if (request.url === '/cut') { for (const stream of streams) stream.destroy(); send(true); }
      else if (request.url === '/slow') setTimeout(() => send('slow'), 150);
      else if (request.url === '/none') response.writeHead(204).end();
      else if (request.url === '/text') response.writeHead(404).end('<html>');
      else if (request.url === '/never') { /* no answer */ }
      else if (request.url === '/die') { for (const stream of streams) stream.end('data: {"type":"last"}\\n\\n'); setTimeout(() => process.exit(7), 20); }
      else if (request.url === '/pid') send(process.pid);
      else send({ method: request.method, url: request.url, body: text === '' ? null : JSON.parse(text) });
    });
  });
  if (process.argv.includes('stubborn')) process.on('SIGTERM', () => {});
  all.listen(0, '127.0.0.1', () => {
    process.stdout.write('Warning: see https://example.com or http://example.com:1/\\nlistening on http://127.0.0.1:');
    console.log(all.address().port);
    console.error('a word for people');
  });`;

async function start(
  t: TestContext,
  flags: readonly string[] = [],
  ...args: readonly string[]
): Promise<RunningAdapter> {
  const adapter = launch(flags, ...args);
  t.after(async () => {
    adapter.endInput();
    await adapter.code;
  });
  await adapter.line(({ adapter: what }) => what === 'ready');
  return adapter;
}

function launch(flags: readonly string[], ...args: readonly string[]): RunningAdapter {
  const command = [process.execPath, '-e', server, '--', ...args];
  const all = ['--events', '/event', '--password-env', 'PASSWORD', '--grace-ms', '200', ...flags, '--', ...command];
  return runAdapterHere(runHttpAdapter, all);
}

const answerOf = (adapter: RunningAdapter, id: string) => adapter.line((message) => message['id'] === id);
const eventOf = (adapter: RunningAdapter) => adapter.line((message) => message['event'] !== undefined);

test('requests that came before the server was there are answered, with its password', async (t) => {
  const adapter = launch([]);
  t.after(() => adapter.endInput());
  adapter.write({ id: '1', method: 'POST', path: '/echo?a=b', body: { text: '三 "€"\n' } });
  const answer = await answerOf(adapter, '1');
  assert.deepEqual(answer, {
    id: '1',
    status: 200,
    body: { method: 'POST', url: '/echo?a=b', body: { text: '三 "€"\n' } },
  });
  assert.match(adapter.stderr(), /a word for people/);
});

test('requests run beside each other, and each has its own end', async (t) => {
  const adapter = await start(t);
  adapter.write({ id: 'slow', method: 'GET', path: '/slow' });
  adapter.write({ id: 'never', method: 'GET', path: '/never', timeoutMs: 250 });
  adapter.write({ id: 'none', method: 'POST', path: '/none' });
  assert.deepEqual(await answerOf(adapter, 'none'), { id: 'none', status: 204, body: '' });
  assert.deepEqual(await answerOf(adapter, 'slow'), { id: 'slow', status: 200, body: 'slow' });
  assert.match(String((await answerOf(adapter, 'never'))['error']), /time/i);
  adapter.write({ id: 'text', method: 'GET', path: '/text' });
  assert.deepEqual(await answerOf(adapter, 'text'), { id: 'text', status: 404, body: '<html>' });
});

test('a line that is no request is refused, and the next one is heard', async (t) => {
  const adapter = await start(t);
  for (const line of ['', 'x', '[]', '{"id":1,"method":"GET","path":"/a"}', '{"id":"1","method":"GET","path":"a"}'])
    adapter.write(line);
  for (let n = 0; n < 4; n++) await adapter.line(({ adapter: what }) => what === 'request-refused');
  adapter.write({ id: '2', method: 'GET', path: '/a' });
  assert.equal((await answerOf(adapter, '2'))['status'], 200);
});

test('events become lines, wherever their bytes are cut; ignored ones and those that are no JSON do not', async (t) => {
  const adapter = await start(t, ['--ignore', 'connected,boring']);
  const raw = 'data: {"type":"boring"}\n\ndata: no json\n\n: ping\ndata: {"type":"a",\ndata: "text":"€ 😀"}\n\n';
  adapter.write({ id: '1', method: 'POST', path: '/send', body: { raw } });
  assert.equal((await adapter.line((message) => 'event' in message || 'reason' in message))['reason'], 'no JSON');
  assert.deepEqual(await eventOf(adapter), { event: { type: 'a', text: '€ 😀' } });
});

test('a stream that is cut is told and opened again', async (t) => {
  const adapter = await start(t);
  adapter.write({ id: '1', method: 'POST', path: '/cut' });
  const next = () => adapter.line(({ adapter: what }) => what !== undefined);
  assert.equal((await next())['adapter'], 'events-cut');
  assert.deepEqual(await next(), { adapter: 'events-open' });
  adapter.write({ id: '2', method: 'POST', path: '/send', body: { raw: 'data: {"n":2}\n\n' } });
  assert.deepEqual(await adapter.line((message) => JSON.stringify(message['event']) === '{"n":2}'), {
    event: { n: 2 },
  });
});

test('a stream that is silent for too long is opened again', async (t) => {
  const adapter = await start(t, ['--silence-ms', '60']);
  const cut = await adapter.line(({ adapter: what }) => what === 'events-cut');
  assert.equal('status' in cut, false);
  await adapter.line(({ adapter: what }) => what === 'events-open');
});

test('the end of stdin ends the program, and its way to end is told', async () => {
  const adapter = launch([]);
  await adapter.line(({ adapter: what }) => what === 'ready');
  adapter.endInput();
  assert.equal(await adapter.code, 143);
  assert.match(await adapter.output(), /\{"adapter":"exited","code":null,"signal":"SIGTERM"\}\n$/);
});

test('a program that does not heed TERM is killed after its grace', async () => {
  const adapter = launch([], 'stubborn');
  await adapter.line(({ adapter: what }) => what === 'ready');
  adapter.write({ id: '1', method: 'GET', path: '/pid' });
  const pid = Number((await answerOf(adapter, '1'))['body']);
  adapter.signal('SIGTERM');
  assert.equal(await adapter.code, 137);
  assert.equal(isAlive(pid), false);
});

test("the program's last events come before its end, and its exit code is the adapter's", async () => {
  const adapter = launch([]);
  await adapter.line(({ adapter: what }) => what === 'ready');
  adapter.write({ id: '1', method: 'POST', path: '/die' });
  assert.equal(await adapter.code, 7);
  assert.match(await adapter.output(), /"last"[^]*"exited","code":7/);
});

test('a program that cannot be started, or ends before it listens, ends the adapter', async () => {
  const missing = runAdapterHere(runHttpAdapter, ['--', '/nowhere/program']);
  assert.equal(await missing.code, 127);
  assert.match(await missing.output(), /"exited","code":127.*ENOENT/);
  const early = runAdapterHere(runHttpAdapter, ['--', process.execPath, '-e', 'process.exit(3)']);
  early.write({ id: '1', method: 'GET', path: '/' });
  assert.equal(await early.code, 3);
});

test('a server that has no events for us says why', async () => {
  const adapter = launch(['--events', '/text']);
  const cut = await adapter.line(({ adapter: what }) => what === 'events-cut');
  assert.equal(cut['status'], 404);
  assert.match(String(cut['error']), /<html>/);
  adapter.endInput();
  await adapter.code;
});

test('wrong arguments are refused before anything is started', async () => {
  for (const argv of [[], ['--'], ['--user'], ['--colour', 'red', '--', 'true']]) {
    await assert.rejects(
      runAdapterHere(runHttpAdapter, argv).code,
      (error) => ParleyError.is(error) && error.code === 'invalid_request',
    );
  }
});
