// The smallest daemon that can be connected to: run as a program with the path of its socket, for tests of starting and connecting.
// `--fail` ends it at once with words in its log; `--silent` never listens; `--log` writes down that it starts.

import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { notices } from './fake-transport.ts';
import type { SessionId } from '@parley/schema';

const [socket = '', mode] = process.argv.slice(2);

if (mode === '--fail') {
  console.error('The disk is full.');
  process.exit(1);
}
if (mode === '--log') console.error(`Process ${process.pid} starts.`);
if (mode === '--silent') {
  console.error(`Process ${process.pid} has nothing to say.`);
  setInterval(() => {}, 1000);
} else {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      if (url === '/api/daemon/stop') setImmediate(() => process.exit(0));
      response.end(
        JSON.stringify({ pid: process.pid, method, url, host: headers.host, body: Buffer.concat(body).toString() }),
      );
    });
  });
  new WebSocketServer({ server, path: '/api/ws' }).on('connection', (peer) => {
    const sessionId = 'ses_one' as SessionId;
    peer.on('message', () => {
      peer.send(JSON.stringify({ type: 'subscribed', sessionId, head: 2 }));
      peer.send(JSON.stringify({ type: 'events', sessionId, events: notices(sessionId, 1, 2) }));
    });
  });
  server.listen(socket);
}
