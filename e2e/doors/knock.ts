// Knocking at a daemon's doors as anybody could: plain HTTP over TCP or the unix socket, and WebSocket upgrades. Nothing is normalised on
// the way, no credential is added.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before } from 'node:test';
import type { TestContext } from 'node:test';
import { errorCatalogue } from '@parley/schema';
import type { ErrorCode } from '@parley/schema';
import { placesOf } from '@parley/client/node';
import { WebSocket } from 'ws';
import { openParley } from '../harness/parley.ts';
import type { ParleyOptions, ParleyUnderTest } from '../harness/parley.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly token?: string | undefined;
  readonly over?: 'tcp' | 'unix';
}

export const json = { 'content-type': 'application/json' };

/** One Parley for a whole file: each of its tests looks that it is as it was. */
export function sharedParley(options: ParleyOptions): () => ParleyUnderTest {
  let parley: ParleyUnderTest | undefined;
  const cleanUps: (() => unknown)[] = [];
  before(async () => {
    const context = { after: (work: () => unknown) => void cleanUps.push(work) } as unknown as TestContext;
    parley = await openParley(context, options);
  });
  after(async () => {
    for (const work of cleanUps) await work();
  });
  return () => {
    assert.ok(parley);
    return parley;
  };
}

export const addressOf = (parley: ParleyUnderTest): URL => new URL('/', parley.pairingLink);

export async function tokenOf(parley: ParleyUnderTest): Promise<string> {
  return (await readFile(join(parley.root, 'state', 'token'), 'utf8')).trim();
}

export async function call(
  parley: ParleyUnderTest,
  { method = 'GET', path, headers = {}, body, token, over = 'tcp' }: Call,
): Promise<Answer> {
  const { hostname, port } = addressOf(parley);
  const place = over === 'tcp' ? { hostname, port } : { socketPath: placesOf(parley.env).socket };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const asked = request({ ...place, method, path, headers: { ...bearer, ...headers } }, (response) => {
    text(response).then(
      (all) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: all }),
      reject,
    );
  });
  asked.once('error', reject);
  asked.end(body);
  return promise;
}

/** The answer is this error, with all that the catalogue promises. */
export function assertError(answer: Answer, code: ErrorCode): void {
  const parsed = JSON.parse(answer.body) as {
    readonly error: { readonly code: string; readonly message: string; readonly hint: string };
  };
  assert.equal(parsed.error.code, code, answer.body);
  assert.equal(answer.status, errorCatalogue[code].status);
  assert.ok(parsed.error.message.length > 5 && parsed.error.hint.length > 5, 'it says what happened and what to do');
}

/** `open`, or the code of the error that the upgrade was refused with. */
export async function upgrade(
  parley: ParleyUnderTest,
  headers: Readonly<Record<string, string>>,
  { path = '/api/ws', over = 'tcp' }: { readonly path?: string; readonly over?: 'tcp' | 'unix' } = {},
): Promise<string> {
  const place = over === 'tcp' ? `ws://${addressOf(parley).host}` : `ws+unix://${placesOf(parley.env).socket}:`;
  const socket = new WebSocket(`${place}${path}`, { headers });
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.once('open', () => resolve('open'));
  socket.once('unexpected-response', (_request, response) => {
    text(response).then(
      (body) => resolve((JSON.parse(body) as { error: { code: string } }).error.code),
      () => resolve('cut'),
    );
  });
  socket.once('error', () => resolve('error'));
  const result = await promise;
  socket.terminate();
  return result;
}
