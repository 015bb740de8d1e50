import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addUsage, usageBuckets, usageSince } from './usage.ts';
import type { Usage } from './usage.ts';

const usage: fc.Arbitrary<Usage> = fc.record(
  Object.fromEntries(usageBuckets.map((bucket) => [bucket, fc.nat(1_000_000)])),
  { requiredKeys: [] },
);

test('what came on top is what has to be added again', () => {
  fc.assert(
    fc.property(usage, usage, (before, more) => {
      const since = usageSince(addUsage(before, more), before);
      for (const bucket of usageBuckets) assert.equal(since[bucket] ?? 0, more[bucket] ?? 0);
    }),
  );
});

test('unknown is not zero', () => {
  assert.deepEqual(addUsage({ output: 1 }, {}), { output: 1 });
  assert.deepEqual(usageSince({}, {}), {});
});
