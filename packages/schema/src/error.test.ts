import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorBody, ErrorBodySchema, errorCatalogue, errorCodes, ParleyError } from './error.ts';

test('every error of the catalogue says what to do, with a status and an exit code that fit', () => {
  for (const code of errorCodes) {
    const { status, exit, hint } = errorCatalogue[code];
    assert.ok(status >= 400 && status < 600, code);
    assert.ok([1, 2, 3, 4, 130].includes(exit), code);
    assert.match(hint, /^[A-Z`].{10,}[.?]$/, code);
    assert.deepEqual(ErrorBodySchema.parse(errorBody(code, 'what happened')), errorBody(code, 'what happened'));
  }
});

test('the exit code of the command tells what kind of trouble it was', () => {
  const with3 = errorCodes.filter((code) => errorCatalogue[code].exit === 3);
  assert.deepEqual(with3, ['agent_not_installed', 'agent_auth'], '3: an agent is missing or not logged in');
  for (const code of errorCodes) {
    const { status, exit, retryable } = errorCatalogue[code];
    assert.equal(exit === 4, status === 504, `${code}: 4 is a timeout`);
    assert.equal(exit === 130, code === 'interrupted', `${code}: 130 is interrupted`);
    if (exit === 2)
      assert.ok(status < 500 && !retryable, `${code}: 2 is the caller's input, and repeating it is no help`);
    if (status === 503) assert.ok(retryable, `${code}: unavailable now is not for ever`);
  }
});

test('an error is known for what it is, also one of another copy of this package', () => {
  const error = new ParleyError('empty_prompt', 'nothing was said', { field: 'text' });
  assert.equal(ParleyError.is(error), true);
  assert.equal(ParleyError.is(new Error('empty_prompt')), false);
  assert.equal(ParleyError.is({ [Symbol.for('parley.error')]: true }), true);
  assert.deepEqual(ParleyError.from(error.body).body, error.body);
});
