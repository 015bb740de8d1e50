import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
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

test('a listener is called by its own names with its own port, and by what the configuration adds', () => {
  const named = (host: string, port: number, more: readonly string[] = []): readonly string[] =>
    [...hostsOf(host, port, more)].toSorted();
  assert.deepEqual(named('127.0.0.1', 7337), ['127.0.0.1:7337', '[::1]:7337', 'localhost:7337']);
  assert.ok(named('fd00::1', 7337).includes('[fd00::1]:7337'));
  assert.ok(named('127.0.0.1', 80).includes('localhost'), 'browsers leave port 80 out');
  assert.ok(named('127.0.0.1', 7337, ['Parley.Example:443']).includes('parley.example:443'));
  const origins = originsOf(hostsOf('127.0.0.1', 7337, []), ['HTTPS://Parley.Example']);
  assert.ok(origins.has('https://parley.example') && origins.has('http://localhost:7337'));
});

test('two headers in one are neither', () => {
  assert.equal(verdict({ ...bearer, host: '127.0.0.1:7337, evil.example' }), 'host_not_allowed');
  assert.equal(verdict({ ...bearer, origin: 'http://localhost:7337, http://evil.example' }), 'origin_not_allowed');
  assert.equal(verdict({ authorization: 'Bearer token, Bearer other' }), 'unauthenticated');
});

test('an Origin counts in any case of letters, but not with a path or without a scheme', () => {
  assert.equal(verdict({ ...bearer, origin: 'HTTP://LocalHost:7337' }), 'admin');
  for (const origin of ['http://localhost:7337/', 'localhost:7337', '', 'http://localhost'])
    assert.equal(verdict({ ...bearer, origin }), 'origin_not_allowed', origin);
});

test('of several cookies of the same name the first counts, and a name that only begins like it does not', () => {
  assert.equal(verdict({ cookie: `x${cookieName}=cookie` }), 'unauthenticated');
  assert.equal(verdict({ cookie: `${cookieName}x=cookie` }), 'unauthenticated');
  assert.equal(verdict({ cookie: `${cookieName}=wrong; ${cookieName}=cookie` }), 'unauthenticated');
  assert.equal(verdict({ cookie: `a=b;${cookieName}=cookie;c=d` }), 'use');
});

test('an open path stays open to its own way of asking only', () => {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'POST'])
    assert.equal(verdict({ method, path: '/healthz' }), 'unauthenticated', method);
  assert.equal(verdict({ method: 'HEAD', path: '/' }), 'none');
  for (const path of ['/api/', '/api/pair', '/api/openapi.json', '/api/ws'])
    assert.equal(verdict({ path }), 'unauthenticated', path);
  assert.equal(verdict({ path: '/', authorization: 'Bearer wrong' }), 'unauthenticated', 'a wrong token is told');
});
