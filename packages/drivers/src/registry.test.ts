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
  const names = drivers.map(({ agent, mode }) => `${agent} ${mode}`);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.equal(name, name.trim().toLowerCase());
});

test('an agent that can be spoken to in several ways is found by its mode, and a mode that it has not is named', () => {
  assert.equal(driverOf('codex').mode, 'app-server');
  assert.equal(driverOf('codex', 'exec').mode, 'exec');
  assert.throws(
    () => driverOf('codex', 'telepathy'),
    (error) => ParleyError.is(error) && error.code === 'invalid_request' && /app-server, exec/.test(error.message),
  );
});
