// Bad input at the real daemon's doors: a clear typed error each, nothing started, nothing lost.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ErrorCode } from '@parley/schema';
import type { ParleyUnderTest } from '../harness/parley.ts';
import { addressOf, assertError, call, json, sharedParley, tokenOf, upgrade } from './knock.ts';
import type { Answer } from './knock.ts';

const theParley = sharedParley({ agents: ['codex'] });

async function nothingStarted(parley: ParleyUnderTest): Promise<void> {
  assert.deepEqual(await parley.ownedProcesses(), [], 'no process was started');
}

const badSessions: readonly (readonly [what: string, body: Readonly<Record<string, unknown>>, code: ErrorCode])[] = [
  ['an unknown agent', { agent: 'nobody' }, 'unknown_agent'],
  ['an agent that is not installed', { agent: 'claude' }, 'agent_not_installed'],
  ['a missing folder', { cwd: '/no/such/folder' }, 'folder_missing'],
  ['a relative folder', { cwd: 'work' }, 'folder_missing'],
  ['a file as folder', { cwd: '/etc/passwd' }, 'folder_missing'],
  ['an unknown policy', { policy: 'anything' }, 'invalid_request'],
  ['an unknown field', { command: '/bin/sh' }, 'invalid_request'],
  ['a model that looks like a flag', { model: '--dangerous' }, 'invalid_request'],
  ['a model server that is no URL', { modelUrl: 'file:///etc' }, 'invalid_request'],
  ['full rights where nobody allowed them', { policy: 'full', cwd: '/' }, 'policy_not_allowed'],
];

for (const [what, body, code] of badSessions) {
  test(`doors: a session with ${what} is refused as ${code}`, async () => {
    const parley = theParley();
    const before = (await parley.client.sessions()).length;
    const answer = await call(parley, {
      method: 'POST',
      path: '/api/sessions',
      token: await tokenOf(parley),
      headers: json,
      body: JSON.stringify({ agent: 'codex', cwd: parley.work, ...body }),
    });
    assertError(answer, code);
    assert.equal((await parley.client.sessions()).length, before);
    await nothingStarted(parley);
  });
}

test('doors: bad words are refused and the session is as it was', async () => {
  const parley = theParley();
  const token = await tokenOf(parley);
  const { id, head } = await parley.session('codex');
  const turn = (body: string, headers: Readonly<Record<string, string>> = json): Promise<Answer> =>
    call(parley, { method: 'POST', path: `/api/sessions/${id}/turns`, token, headers, body });
  assertError(await turn(JSON.stringify({ text: '' })), 'empty_prompt');
  assertError(await turn(JSON.stringify({ text: ' \n\t ' })), 'empty_prompt');
  assertError(await turn(JSON.stringify({ text: 'x'.repeat(4 * 1024 * 1024 + 1) })), 'prompt_too_large');
  assertError(await turn(JSON.stringify({ text: 'a\0b' })), 'invalid_request');
  assertError(await turn(JSON.stringify({ text: 'hi', when: 'later' })), 'invalid_request');
  assertError(await turn(JSON.stringify({ words: 'hi' })), 'invalid_request');
  assertError(await turn('{"text": "hi"'), 'malformed_json');
  assertError(await turn(''), 'malformed_json');
  assertError(await turn('text=hi', { 'content-type': 'application/x-www-form-urlencoded' }), 'unsupported_media_type');
  assertError(await turn('"' + 'x'.repeat(11 * 1024 * 1024) + '"'), 'body_too_large');
  assert.equal((await parley.client.session(id)).head, head);
  await nothingStarted(parley);
  await parley.client.deleteSession(id);
});

test('doors: what does not exist is said to', async () => {
  const parley = theParley();
  const token = await tokenOf(parley);
  const { id } = await parley.session('codex');
  for (const [path, code, method = 'GET'] of [
    ['/api/sessions/ses_nothing', 'unknown_session'],
    ['/api/sessions/ses_nothing/events', 'unknown_session'],
    [`/api/sessions/${id}/turns/trn_nothing`, 'unknown_turn'],
    [`/api/sessions/${id}/queue/trn_nothing`, 'unknown_turn', 'DELETE'],
    ['/api/sessions/not-an-id', 'invalid_request'],
    [`/api/sessions/${id}/events?after=-1`, 'invalid_request'],
    ['/api/nothing', 'unknown_route'],
    ['/api/folders?path=/no/such', 'folder_missing'],
    ['/../../etc/passwd', 'unknown_route'],
    ['/assets/..%2f..%2fpackage.json', 'unknown_route'],
  ] as const) {
    assertError(await call(parley, { method, path, token }), code);
  }
  const answer = await call(parley, {
    method: 'POST',
    path: '/api/approvals/apr_nothing',
    token,
    headers: json,
    body: '{"optionId":"yes"}',
  });
  assertError(answer, 'unknown_approval');
  await parley.client.deleteSession(id);
});

test('doors: a foreign Host or Origin is turned away, with or without a credential', async () => {
  const parley = theParley();
  const token = await tokenOf(parley);
  const { port } = addressOf(parley);
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    `localhost.:${port}`,
    '127.0.0.1:1',
    `localhost@evil:${port}`,
  ]) {
    assertError(await call(parley, { path: '/api/sessions', token, headers: { host } }), 'host_not_allowed');
    assertError(await call(parley, { path: '/healthz', headers: { host } }), 'host_not_allowed');
  }
  for (const origin of ['http://evil.example', 'null', `http://127.0.0.1:1`, `http://localhost:${port}.evil.example`]) {
    assertError(await call(parley, { path: '/api/sessions', token, headers: { origin } }), 'origin_not_allowed');
  }
});

test('doors: every route of the API wants a credential, and a right one', async () => {
  const parley = theParley();
  const token = await tokenOf(parley);
  const document = JSON.parse((await call(parley, { path: '/api/openapi.json', token })).body) as {
    readonly paths: Record<string, Record<string, { readonly security?: readonly unknown[] }>>;
  };
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      path: path.replace('{id}', 'ses_x').replace('{turnId}', 'trn_x').replace('{name}', 'codex'),
      method: method.toUpperCase(),
      open: security?.length === 0,
    })),
  );
  assert.ok(routes.length >= 15, `${routes.length} routes`);
  assert.deepEqual(
    routes.filter(({ open }) => open).map(({ method, path }) => `${method} ${path}`),
    ['GET /healthz', 'GET /pair', 'POST /api/pair'],
  );
  for (const { path, method, open } of routes) {
    for (const wrong of [undefined, 'wrong', `${token}x`, token.slice(1)]) {
      for (const headers of [{}, { accept: 'text/event-stream' }, { ...json, 'content-length': '2' }]) {
        const body = 'content-length' in headers ? '{}' : '';
        const answer = await call(parley, { method, path, token: wrong, headers, body });
        if (!open) assertError(answer, 'unauthenticated');
        else if (wrong === undefined) assert.notEqual(answer.status, 401, path);
      }
    }
  }
  assertError(await call(parley, { path: '/%61pi/sessions' }), 'unauthenticated');
});

test('doors: a WebSocket upgrade passes the same gate', async () => {
  const parley = theParley();
  const token = await tokenOf(parley);
  const bearer = { authorization: `Bearer ${token}` };
  assert.equal(await upgrade(parley, bearer), 'open');
  assert.equal(await upgrade(parley, {}), 'unauthenticated');
  assert.equal(await upgrade(parley, { authorization: 'Bearer wrong' }), 'unauthenticated');
  assert.equal(await upgrade(parley, { ...bearer, host: 'evil.example' }), 'host_not_allowed');
  assert.equal(await upgrade(parley, { ...bearer, origin: 'http://evil.example' }), 'origin_not_allowed');
  assert.equal(await upgrade(parley, bearer, { path: '/elsewhere' }), 'unknown_route');
});

test('doors: a second daemon on the same state directory is refused, and the first goes on', async () => {
  const parley = theParley();
  const [program, ...args] = parley.command;
  const second = spawnSync(program, [...args, 'serve', '--port', '0', '--no-install'], {
    env: parley.env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(second.status, 1);
  assert.match(second.stderr, new RegExp(`${parley.pid}`));
  assert.equal((await parley.client.health()).ok, true);
});

test('doors: a bad configuration is named by file and entry before anything starts', async () => {
  const parley = theParley();
  const file = join(parley.root, 'bad.toml');
  const [program, ...args] = parley.command;
  for (const [content, words] of [
    ['[deadlines]\nidle = "long"', /deadlines\.idle/],
    ['[agents.codex]\nmodel_ulr = "http://x"', /agents\.codex|model_ulr/],
    ['[server\n', /not valid TOML/],
  ] as const) {
    await writeFile(file, content);
    const env = { ...parley.env, PARLEY_CONFIG: file, PARLEY_STATE_DIR: join(parley.root, 'other-state') };
    const ended = spawnSync(program, [...args, 'serve', '--port', '0', '--no-install'], {
      env,
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal(ended.status, 2, ended.stderr);
    assert.match(ended.stderr, words);
    assert.match(ended.stderr, /bad\.toml/);
  }
});
