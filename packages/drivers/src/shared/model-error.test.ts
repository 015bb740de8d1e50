import assert from 'node:assert/strict';
import test from 'node:test';
import { modelErrorCode, statusInText } from './model-error.ts';

test('the status says the kind, and words refine it', () => {
  assert.equal(modelErrorCode(401, ''), 'agent_auth');
  assert.equal(modelErrorCode(429, 'Rate limit reached'), 'rate_limited');
  assert.equal(modelErrorCode(429, 'You exceeded your current quota'), 'quota_exceeded');
  assert.equal(modelErrorCode(400, 'prompt is too long: 250000 tokens'), 'context_exceeded');
  assert.equal(modelErrorCode(400, 'Invalid value'), 'model_request_rejected');
  assert.equal(modelErrorCode(404, 'The model x does not exist'), 'model_unknown');
  assert.equal(modelErrorCode(529, 'Overloaded'), 'model_overloaded');
  assert.equal(modelErrorCode(200, 'fine'), undefined);
});

test('without a status the words decide', () => {
  assert.equal(modelErrorCode(undefined, 'unexpected status 503 Service Unavailable'), 'model_overloaded');
  assert.equal(modelErrorCode(undefined, 'API Error: 401 {"error":…}'), 'agent_auth');
  assert.equal(modelErrorCode(undefined, 'Please run /login'), 'agent_auth');
  assert.equal(modelErrorCode(undefined, 'Credit balance is too low'), 'quota_exceeded');
  assert.equal(modelErrorCode(undefined, 'There is an issue with the selected model (x).'), 'model_unknown');
  assert.equal(modelErrorCode(undefined, 'something else'), undefined);
});

test('numbers that are no status are not taken for one', () => {
  assert.equal(statusInText('wrote 500 files'), undefined);
  assert.equal(statusInText('last status: 429 Too Many Requests'), 429);
  assert.equal(statusInText('HTTP/1.1 502 Bad Gateway'), 502);
});
