// A browser at the door: it is paired once by a link, keeps a cookie, and is the only page that may use it.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openParley } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';
import { addressOf, assertError, call, json, sharedParley, upgrade } from './knock.ts';
import type { Answer, Call } from './knock.ts';

const theParley = sharedParley({ agents: ['codex'] });

/** As much of a browser as the gate can see. */
class Browser {
  readonly #parley: ParleyUnderTest;
  readonly #jar = new Map<string, string>();

  constructor(parley: ParleyUnderTest) {
    this.#parley = parley;
  }

  get headers(): Record<string, string> {
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ');
    return cookie === '' ? {} : { cookie };
  }

  async ask(asked: Call): Promise<Answer> {
    const answer = await call(this.#parley, { ...asked, headers: { ...this.headers, ...asked.headers } });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      this.#jar.set(name, value);
    }
    return answer;
  }

  /** What Parley's own page sends. */
  fromPage(asked: Call): Promise<Answer> {
    const own = { origin: addressOf(this.#parley).origin, 'sec-fetch-site': 'same-origin' };
    return this.ask({ ...asked, headers: { ...own, ...asked.headers } });
  }
}

const freshLink = async (parley: ParleyUnderTest): Promise<string> => {
  const { pathname, search } = new URL((await parley.client.createPairingLink()).url);
  return pathname + search;
};

test('browser: the link leads to the page, with a cookie that scripts and other sites never get', async () => {
  const parley = theParley();
  const browser = new Browser(parley);
  const link = await freshLink(parley);
  const paired = await browser.ask({ path: link, headers: { 'sec-fetch-site': 'none' } });
  assert.equal(paired.status, 303);
  assert.equal(paired.headers.location, '/');
  assert.equal(paired.headers['cache-control'], 'no-store');
  const [cookie = ''] = paired.headers['set-cookie'] ?? [];
  const attributes = cookie.split('; ').slice(1);
  for (const wanted of ['HttpOnly', 'SameSite=Strict', 'Path=/']) assert.ok(attributes.includes(wanted), cookie);
  assert.ok(!attributes.some((attribute) => attribute.startsWith('Domain=')), 'for this host alone');
  assert.ok(!cookie.includes(new URL(link, addressOf(parley)).searchParams.get('code') ?? 'none'));

  const page = await browser.ask({ path: '/' });
  assert.equal(page.status, 200);
  assert.match(String(page.headers['content-type']), /text\/html/);
  const csp = String(page.headers['content-security-policy']);
  for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
    assert.ok(csp.includes(rule), csp);
  assert.ok(!csp.includes('unsafe-'), csp);
  assert.equal(page.headers['referrer-policy'], 'no-referrer');

  assert.equal((await browser.fromPage({ path: '/api/sessions' })).status, 200);
  const created = await browser.fromPage({
    method: 'POST',
    path: '/api/sessions',
    headers: json,
    body: JSON.stringify({ agent: 'codex', cwd: parley.work }),
  });
  assert.equal(created.status, 201, created.body);
  const { id } = JSON.parse(created.body) as { readonly id: string };
  assert.equal((await browser.fromPage({ path: `/api/sessions/${id}/events` })).status, 200);
  assert.equal(await upgrade(parley, { ...browser.headers, origin: addressOf(parley).origin }), 'open');
  assert.equal((await browser.fromPage({ method: 'DELETE', path: `/api/sessions/${id}` })).status, 204);
});

test('browser: a used link pairs nobody else, and looking at a link does not use it', async () => {
  const parley = theParley();
  const link = await freshLink(parley);
  await call(parley, { method: 'HEAD', path: link });
  const [first, second] = [new Browser(parley), new Browser(parley)];
  await first.ask({ path: link });
  assert.equal((await first.ask({ path: '/api/sessions' })).status, 200);
  assert.equal((await second.ask({ path: link })).status, 303, 'it leads to the page, which says what to do');
  assert.deepEqual(second.headers, {});
  assertError(await second.ask({ path: '/api/sessions' }), 'unauthenticated');
  const code = new URL(link, addressOf(parley)).searchParams.get('code');
  const again = { method: 'POST', path: '/api/pair', headers: json, body: JSON.stringify({ code }) };
  assertError(await second.ask(again), 'pairing_code_invalid');
});

test('browser: a code that is typed in on the page pairs it too', async () => {
  const parley = theParley();
  const code = new URL(await freshLink(parley), addressOf(parley)).searchParams.get('code');
  const browser = new Browser(parley);
  const pair = { method: 'POST', path: '/api/pair', headers: json, body: JSON.stringify({ code }) };
  assert.equal((await browser.fromPage(pair)).status, 204);
  assert.equal((await browser.fromPage({ path: '/api/sessions' })).status, 200);
});

test('browser: another site gets nothing out of its cookie', async () => {
  const parley = theParley();
  const browser = new Browser(parley);
  await browser.ask({ path: await freshLink(parley) });
  const evil = { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
  const neighbour = { origin: `http://127.0.0.1:1`, 'sec-fetch-site': 'same-site' };
  for (const headers of [evil, neighbour, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
    for (const asked of [
      { path: '/api/sessions' },
      { path: '/api/sessions/ses_x/events', headers: { accept: 'text/event-stream' } },
      { method: 'POST', path: '/api/sessions', body: '{}', headers: json },
      { method: 'POST', path: '/api/agents/codex/install' },
    ])
      assertError(await browser.ask({ ...asked, headers: { ...asked.headers, ...headers } }), 'origin_not_allowed');
    assert.equal(await upgrade(parley, { ...browser.headers, ...headers }), 'origin_not_allowed');
  }
  // A form needs no script, and its request no Origin in old browsers.
  assertError(await browser.ask({ method: 'POST', path: '/api/daemon/stop' }), 'origin_not_allowed');
  assert.equal(await upgrade(parley, browser.headers), 'origin_not_allowed');
  assert.equal((await parley.client.health()).ok, true);
});

test('browser: what is for the owner is not for it', async () => {
  const parley = theParley();
  const browser = new Browser(parley);
  await browser.ask({ path: await freshLink(parley) });
  for (const path of ['/api/daemon/stop', '/api/pairing-links'])
    assertError(await browser.fromPage({ method: 'POST', path }), 'forbidden');
});

test('browser: it stays paired over restarts, until the token is removed', async (t) => {
  const parley = await openParley(t, { agents: ['codex'] });
  const browser = new Browser(parley);
  await browser.ask({ path: await freshLink(parley) });
  await parley.restart();
  assert.equal((await browser.fromPage({ path: '/api/sessions' })).status, 200);
  await rm(join(parley.root, 'state', 'token'));
  await parley.restart();
  assertError(await browser.fromPage({ path: '/api/sessions' }), 'unauthenticated');
});
