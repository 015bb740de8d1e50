// The unix socket: its mode is the credential, pages have no business there, and bad input is told as on TCP.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonView } from '@parley/schema';
import { addressOf, assertError, call, json, sharedParley, upgrade } from './knock.ts';
import type { Answer, Call } from './knock.ts';

const theParley = sharedParley({ agents: ['codex'] });
const over = 'unix';

const knock = (asked: Omit<Call, 'over'>): Promise<Answer> => call(theParley(), { ...asked, over });
const post = (path: string, body: string, headers: Readonly<Record<string, string>> = json): Promise<Answer> =>
  knock({ method: 'POST', path, headers, body });

test('unix: who may open the socket may do everything, by whatever name it calls', async () => {
  const parley = theParley();
  for (const host of ['localhost', 'anything.example', '']) {
    const answer = await knock({ path: '/api/daemon', headers: { host } });
    assert.equal(answer.status, 200, host);
    assert.equal((JSON.parse(answer.body) as DaemonView).pid, parley.pid);
  }
  assert.equal((await knock({ method: 'POST', path: '/api/pairing-links' })).status, 201);
});

test('unix: a page is turned away, also when something passes it on', async () => {
  const { origin } = addressOf(theParley());
  for (const from of [origin, 'http://evil.example', 'null']) {
    assertError(await knock({ path: '/api/sessions', headers: { origin: from } }), 'origin_not_allowed');
    assertError(await knock({ path: '/healthz', headers: { origin: from } }), 'origin_not_allowed');
    assert.equal(await upgrade(theParley(), { origin: from }, { over }), 'origin_not_allowed');
  }
  assert.equal(await upgrade(theParley(), {}, { over }), 'open');
  assert.equal(await upgrade(theParley(), {}, { over, path: '/ws' }), 'unknown_route');
});

test('unix: bad input is a clear typed error and starts nothing', async () => {
  const parley = theParley();
  const session = (more: object): Promise<Answer> =>
    post('/api/sessions', JSON.stringify({ agent: 'codex', cwd: parley.work, ...more }));
  assertError(await session({ agent: 'nobody' }), 'unknown_agent');
  assertError(await session({ cwd: '/no/such/folder' }), 'folder_missing');
  assertError(await session({ cwd: 'a\0b' }), 'folder_missing');
  assertError(await session({ cwd: '' }), 'invalid_request');
  assertError(await session({ more: 1 }), 'invalid_request');
  assertError(await post('/api/sessions', '{'), 'malformed_json');
  assertError(await post('/api/sessions', 'x', { 'content-type': 'text/plain' }), 'unsupported_media_type');
  assertError(await post('/api/sessions', `"${'x'.repeat(11 * 1024 * 1024)}"`), 'body_too_large');
  assertError(await knock({ method: 'PUT', path: '/api/sessions' }), 'unknown_route');
  assertError(await knock({ path: '/api/sessions/%E0%A4%A' }), 'invalid_request');
  assert.deepEqual(await parley.client.sessions(), []);
  assert.deepEqual(await parley.ownedProcesses(), []);
});
