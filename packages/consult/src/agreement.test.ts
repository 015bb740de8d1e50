import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { agreementOf, confidenceOf } from './agreement.ts';
import type { Voice } from './agreement.ts';
import { verdicts } from './verdict.ts';

const voice = (name: string, change: Partial<Voice> = {}): Voice => ({ name, findings: [], ...change });

test('two that say the same agree, and are worth much when all were heard and are sure', () => {
  const voices = [
    voice('a', { verdict: 'approve', confidence: 0.9 }),
    voice('b', { verdict: 'approve', confidence: 0.7 }),
  ];
  const agreement = agreementOf(voices);
  assert.equal(agreement.state, 'agree');
  assert.equal(agreement.verdict, 'approve');
  assert.equal(confidenceOf(voices, agreement).level, 'high');
});

test('an approval and a rejection disagree, whatever they are sure of (F.2 12)', () => {
  const voices = [voice('a', { verdict: 'approve', confidence: 1 }), voice('b', { verdict: 'reject', confidence: 1 })];
  const agreement = agreementOf(voices);
  assert.equal(agreement.state, 'disagree');
  assert.deepEqual(agreement.signals, ['They differ: a says approve, b says reject.']);
  assert.equal(confidenceOf(voices, agreement).level, 'low');
});

test('who is silent or unsure agrees with nobody', () => {
  for (const other of [voice('b'), voice('b', { verdict: 'unsure', confidence: 1 })]) {
    const voices = [voice('a', { verdict: 'approve', confidence: 1 }), other];
    const agreement = agreementOf(voices);
    assert.equal(agreement.state, 'not-comparable');
    assert.equal(agreement.verdict, undefined);
    assert.equal(confidenceOf(voices, agreement).level, 'low');
  }
  const unsure = [voice('a', { verdict: 'unsure' }), voice('b', { verdict: 'unsure' })];
  assert.equal(agreementOf(unsure).state, 'not-comparable');
  assert.equal(confidenceOf(unsure, agreementOf(unsure)).level, 'none');
});

test('agreement of some is not the agreement of all', () => {
  const voices = [
    voice('a', { verdict: 'reject', confidence: 1 }),
    voice('b', { verdict: 'reject', confidence: 1 }),
    voice('c'),
  ];
  assert.equal(confidenceOf(voices, agreementOf(voices)).level, 'medium');
});

test('who approves and names something critical is pointed out', () => {
  const finding = { severity: 'critical', title: 'Deletes the disk', detail: '' } as const;
  const { signals } = agreementOf([voice('a', { verdict: 'approve', findings: [finding] })]);
  assert.deepEqual(signals, ['a approves, but names a critical finding: Deletes the disk']);
});

test('one more silent reviewer never makes an agreement or more confidence', () => {
  const levels = ['none', 'low', 'medium', 'high'];
  const anyVoice = fc.record(
    {
      name: fc.constant('x'),
      findings: fc.constant([]),
      verdict: fc.constantFrom(...verdicts),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    },
    { requiredKeys: ['name', 'findings'] },
  );
  fc.assert(
    fc.property(fc.array(anyVoice), (voices) => {
      const before = agreementOf(voices);
      const more = [...voices, voice('silent')];
      const after = agreementOf(more);
      assert.equal(after.state, before.state);
      const level = (of: readonly Voice[]) => levels.indexOf(confidenceOf(of, agreementOf(of)).level);
      assert.ok(level(more) <= level(voices));
    }),
  );
});
