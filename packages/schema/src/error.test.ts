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

test('an error is known for what it is, also one of another copy of this package', () => {
  const error = new ParleyError('empty_prompt', 'nothing was said', { field: 'text' });
  assert.equal(ParleyError.is(error), true);
  assert.equal(ParleyError.is(new Error('empty_prompt')), false);
  assert.equal(ParleyError.is({ [Symbol.for('parley.error')]: true }), true);
  assert.deepEqual(ParleyError.from(error.body).body, error.body);
});
