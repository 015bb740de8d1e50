import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import { Credentials } from './credentials.ts';
import { admit, cookieName, hostsOf, originsOf } from './gate.ts';
import type { GateRules, Knock } from './gate.ts';

const hosts = hostsOf('127.0.0.1', 7337, ['parley.example']);
const rules: GateRules = {
  hosts,
  origins: originsOf(hosts, []),
  isToken: (text) => text === 'token',
  isCookie: (text) => text === 'cookie',
};

const knock: Knock = {
  transport: 'tcp',
  method: 'GET',
  path: '/api/sessions',
  host: '127.0.0.1:7337',
  origin: undefined,
  fetchSite: undefined,
  authorization: undefined,
  cookie: undefined,
  upgrade: false,
};

const verdict = (change: Partial<Knock>): string => {
  const result = admit({ ...knock, ...change }, rules);
  return ParleyError.is(result) ? result.code : result;
};

const bearer = { authorization: 'Bearer token' };
const cookie = { cookie: `other=1; ${cookieName}=cookie` };
const own = { origin: 'http://localhost:7337' };

test('Host comes first, before any credential', () => {
  for (const host of ['127.0.0.1:7337', 'localhost:7337', 'LOCALHOST:7337', '[::1]:7337', 'parley.example'])
    assert.equal(verdict({ ...bearer, host }), 'admin', host);
  for (const host of [
    undefined,
    '',
    'evil.example',
    '127.0.0.1',
    'localhost.:7337',
    '127.0.0.1:7338',
    '0x7f.1:7337',
    '127.0.0.1:7337.evil.example',
  ])
    assert.equal(verdict({ ...bearer, host }), 'host_not_allowed', String(host));
});

test('then Origin', () => {
  assert.equal(verdict({ ...bearer, ...own }), 'admin');
  for (const origin of [
    'null',
    'http://evil.example',
    'http://localhost:7338',
    'http://localhost:7337.evil.example',
    'file://',
  ])
    assert.equal(verdict({ ...bearer, origin }), 'origin_not_allowed', origin);
});

test('then a credential, and a wrong one is no better than none', () => {
  assert.equal(verdict({}), 'unauthenticated');
  for (const authorization of ['Bearer', 'Bearer wrong', 'Basic token', 'Bearer  token', ''])
    assert.equal(verdict({ authorization }), 'unauthenticated', authorization);
  assert.equal(verdict({ authorization: 'Bearer wrong', ...cookie }), 'unauthenticated', 'no second chance');
  assert.equal(verdict({ cookie: `${cookieName}=wrong` }), 'unauthenticated');
});

test("a browser's cookie counts only for what Parley's own page asks", () => {
  assert.equal(verdict(cookie), 'use');
  assert.equal(verdict({ ...cookie, fetchSite: 'same-origin' }), 'use');
  for (const fetchSite of ['cross-site', 'same-site'])
    assert.equal(verdict({ ...cookie, fetchSite }), 'origin_not_allowed');
  assert.equal(verdict({ ...cookie, method: 'POST' }), 'origin_not_allowed', 'no Origin, no change');
  assert.equal(verdict({ ...cookie, ...own, method: 'POST' }), 'use');
  assert.equal(verdict({ ...cookie, upgrade: true }), 'origin_not_allowed');
  assert.equal(verdict({ ...cookie, ...own, upgrade: true }), 'use');
});

test('without a credential there are only the page, health and the way to pair', () => {
  for (const path of ['/', '/s/ses_1', '/assets/a.js', '/healthz', '/pair'])
    assert.equal(verdict({ path }), 'none', path);
  assert.equal(verdict({ method: 'POST', path: '/api/pair' }), 'none');
  assert.equal(verdict({ method: 'POST', path: '/' }), 'unauthenticated');
  assert.equal(verdict({ path: '/', upgrade: true }), 'unauthenticated');
});

test('the unix socket is protected by its mode, and pages cannot use it', () => {
  assert.equal(verdict({ transport: 'unix', host: 'anything' }), 'admin');
  assert.equal(verdict({ transport: 'unix', ...own }), 'origin_not_allowed');
});

test('the token is made once, for its owner alone; the cookie ends with it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-gate-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'token');
  const first = await Credentials.open(file);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const token = (await readFile(file, 'utf8')).trim();
  assert.ok(first.isToken(token) && !first.isToken(token.slice(1)) && !first.isToken(''));
  const again = await Credentials.open(file);
  assert.ok(again.isCookie(first.cookie), 'a paired browser stays paired over restarts');
  await rm(file);
  assert.equal((await Credentials.open(file)).isCookie(first.cookie), false);
});

test('a pairing code works once and for ten minutes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-gate-'));
  t.after(() => rm(folder, { recursive: true }));
  let now = 0;
  const credentials = await Credentials.open(join(folder, 'token'), () => now);
  const { code } = credentials.invite();
  assert.equal(credentials.redeem('wrong'), false);
  assert.equal(credentials.redeem(code), true);
  assert.equal(credentials.redeem(code), false);
  const late = credentials.invite();
  now += 10 * 60 * 1000;
  assert.equal(credentials.redeem(late.code), false);
});
