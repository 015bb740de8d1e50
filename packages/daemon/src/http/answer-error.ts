// Answers a request with an error in such a way that its sender gets to read it, however much it is still sending.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorCatalogue } from '@parley/schema';
import type { ErrorBody } from '@parley/schema';

/** Bytes and milliseconds of a refused request that are taken off the wire and thrown away. */
const maxDiscarded = 64 * 1024 * 1024;
const discardMs = 10_000;

/** The answer goes out at once and ends when the request has: a connection that is closed before loses what its sender has not read yet. */
export function answerError(request: IncomingMessage, response: ServerResponse, body: ErrorBody): void {
  const text = JSON.stringify({ error: body });
  response.writeHead(errorCatalogue[body.code].status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    // Where a credential goes: MCP clients look for it.
    ...(body.code === 'unauthenticated' && { 'www-authenticate': 'Bearer realm="parley"' }),
  });
  if (request.complete) {
    response.end(text);
    return;
  }
  response.write(text);
  let rest = maxDiscarded;
  const timer = setTimeout(finish, discardMs);
  function finish(): void {
    clearTimeout(timer);
    request.off('data', discard);
    response.end(() => request.complete || request.destroy());
  }
  function discard(chunk: Buffer): void {
    rest -= chunk.length;
    if (rest < 0) finish();
  }
  request.on('data', discard);
  request.once('end', finish);
  response.once('close', () => clearTimeout(timer));
  request.resume();
}
