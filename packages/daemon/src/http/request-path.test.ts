import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestPath } from './request-path.ts';

for (const [target, path] of [
  ['/api/sessions', '/api/sessions'],
  ['/api/sessions?after=1#x', '/api/sessions'],
  ['/%61pi/sessions', '/api/sessions'],
  ['/api%2Fsessions', '/api/sessions'],
  ['/%2561pi', '/%61pi'],
  ['http://127.0.0.1:7337/api/sessions?x', '/api/sessions'],
  ['HTTPS://elsewhere/api/sessions', '/api/sessions'],
  ['http://127.0.0.1:7337', '/'],
  ['/;/api/sessions', '/;/api/sessions'],
  ['/a%E0%A4%A', '/a%E0%A4%A'],
  ['*', '*'],
] as const) {
  test(`the path of ${target} is ${path}`, () => assert.equal(requestPath(target), path));
}
