import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { errorBody, errorCodes } from '@parley/schema';
import type { AgentBackend } from '@parley/schema';
import { afterFailure, afterSuccess, closedBreaker, failuresToOpen, letThrough, pauseMs } from './breaker.ts';
import { retryAfterOf } from './retry-after.ts';
import { isPassing, retryDelay } from './retry-delay.ts';
import { TurnRetries } from './turn-retries.ts';

test('only what passes by itself is tried again', () => {
  assert.deepEqual(errorCodes.filter(isPassing), ['rate_limited', 'model_overloaded']);
});

test('what the server asks to wait is read from its words', () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['Rate limit reached. Please try again in 1.898s. Visit …', 1898],
    ['Please try again in 250ms.', 250],
    ['try again in 6m0s', 360_000],
    ['retry after 30 seconds', 30_000],
    ['Retry-After: 20', 20_000],
    ['HTTP 429, retry in 2 minutes', 120_000],
    ['please try again in 1 hour', 3_600_000],
    ['Overloaded', undefined],
    ['try again in a moment', undefined],
  ];
  for (const [message, ms] of cases) assert.equal(retryAfterOf({ message }), ms, message);
  assert.equal(retryAfterOf({ message: 'try again in 9s', details: { retryAfterMs: 70 } }), 70);
  assert.equal(retryAfterOf({ message: 'try again in 9s', details: { retryAfterMs: 'soon' } }), 9000);
});

test('waits double, are spread, and never pass the limit nor fall short of what the server asks', () => {
  const base = { failure: 'model_overloaded', retryAfterMs: undefined, maxWaitMs: 60_000, random: 1 } as const;
  assert.deepEqual(
    [1, 2, 3, 7, 20].map((attempt) => retryDelay({ ...base, attempt })),
    [1000, 2000, 4000, 60_000, 60_000],
  );
  assert.equal(retryDelay({ ...base, attempt: 1, random: 0 }), 500);
  assert.equal(retryDelay({ ...base, attempt: 1, failure: 'rate_limited' }), 5000);
  assert.equal(retryDelay({ ...base, attempt: 1, retryAfterMs: 60_001 }), undefined);
  fc.assert(
    fc.property(
      fc.record({
        failure: fc.constantFrom('rate_limited' as const, 'model_overloaded' as const),
        attempt: fc.integer({ min: 1, max: 10 }),
        retryAfterMs: fc.option(fc.integer({ min: 0, max: 200_000 }), { nil: undefined }),
        maxWaitMs: fc.integer({ min: 1, max: 120_000 }),
        random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      }),
      (wish) => {
        const delay = retryDelay(wish);
        const { retryAfterMs: told = 0, maxWaitMs } = wish;
        if (delay === undefined) assert.ok(told > maxWaitMs);
        else assert.ok(delay >= told && delay <= maxWaitMs);
      },
    ),
  );
});

test('the breaker opens after failures in a row, lets one through after its pause, and closes when that succeeds', () => {
  let breaker = closedBreaker;
  for (let n = 1; n < failuresToOpen; n++) breaker = afterFailure(breaker, 0);
  assert.ok(letThrough(breaker, 0));
  breaker = afterFailure(breaker, 0);
  assert.equal(letThrough(breaker, pauseMs - 1), undefined);
  const trial = letThrough(breaker, pauseMs);
  assert.equal(trial?.phase, 'half-open');
  assert.ok(trial);
  assert.equal(letThrough(trial, pauseMs + 1), undefined, 'only one tries');
  assert.ok(letThrough(trial, 2 * pauseMs), 'unless nothing was heard of it');
  assert.deepEqual(afterFailure(trial, pauseMs + 5), { phase: 'open', until: 2 * pauseMs + 5 });
  assert.deepEqual(afterSuccess(), closedBreaker);
});

const at = (detail: string): { readonly agent: string; readonly backend: AgentBackend } => ({
  agent: 'codex',
  backend: { kind: 'key', detail },
});
const overloaded = errorBody('model_overloaded', 'Overloaded');
const first = { earlier: 0, fresh: true, now: 0 };

test('a turn begins again as often as is configured, and not once something was shown', () => {
  const retries = new TurnRetries({ max: 2, maxWait: 60_000 }, () => 0);
  assert.deepEqual(retries.failed(at('a'), overloaded, first), {
    attempt: 1,
    at: 500,
    text: 'The model server is overloaded or failing. The turn begins again in 0.5 s (1 of at most 2).',
  });
  assert.equal(retries.failed(at('a'), overloaded, { ...first, earlier: 1 })?.attempt, 2);
  assert.equal(retries.failed(at('a'), overloaded, { ...first, earlier: 2 }), undefined);
  assert.equal(retries.failed(at('a'), overloaded, { ...first, fresh: false }), undefined);
  assert.equal(retries.failed(at('a'), errorBody('quota_exceeded', 'Used up'), first), undefined);
  assert.equal(new TurnRetries({ max: 0, maxWait: 60_000 }, () => 0).failed(at('a'), overloaded, first), undefined);
});

test('sessions with one server share its breaker, others do not feel it', () => {
  const retries = new TurnRetries({ max: 9, maxWait: 60_000 }, () => 0);
  for (let n = 1; n < failuresToOpen; n++) assert.ok(retries.failed(at('a'), overloaded, first));
  assert.equal(retries.failed(at('a'), overloaded, first), undefined, 'it is open');
  assert.ok(retries.failed(at('b'), overloaded, first));
  assert.ok(retries.failed(at('a'), overloaded, { ...first, now: pauseMs }), 'one tries alone');
  assert.equal(retries.failed(at('a'), overloaded, { ...first, now: pauseMs }), undefined);
  retries.succeeded(at('a'));
  assert.ok(retries.failed(at('a'), overloaded, first));
});
