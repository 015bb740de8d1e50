import assert from 'node:assert/strict';
import test from 'node:test';
import { ParleyError } from '@parley/schema';
import { driverOf, drivers } from './registry.ts';

test('an agent is found by its name, whatever its case and spaces', () => {
  assert.equal(driverOf(' Codex\n').agent, 'codex');
  assert.equal(driverOf('CLAUDE').agent, 'claude');
});

test('an unknown agent is named, with the known ones sorted', () => {
  assert.throws(
    () => driverOf('emacs'),
    (error) => ParleyError.is(error) && error.code === 'unknown_agent' && /"emacs".*claude, codex/.test(error.message),
  );
});

test('names are unique and in the form that they are looked up by', () => {
  const names = drivers.map(({ agent }) => agent);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.equal(name, name.trim().toLowerCase());
});
