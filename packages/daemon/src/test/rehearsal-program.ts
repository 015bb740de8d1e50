// Stands for the `parley` command in tests of the rehearsal service: `rehearsal --json --port N`, and nothing of what it does.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
const server = createServer((_request, response) => response.end('{"name":"parley rehearsal"}'));
server.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
server.listen(port, '127.0.0.1', () => {
  const { port: taken } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${taken}` })}\n`);
});
