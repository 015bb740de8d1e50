import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { approvalIdOf, ApprovalIdSchema, itemIdOf, ItemIdSchema, newId, SessionIdSchema } from './ids.ts';

test('ids sort by the time of their making and never meet', () => {
  const ids = Array.from({ length: 1000 }, (_, time) => newId('session', 1_700_000_000_000 + time));
  assert.deepEqual(ids, ids.toSorted());
  assert.equal(new Set(Array.from({ length: 10_000 }, () => newId('turn', 1))).size, 10_000);
});

test('of two ids the one that was made later sorts later, whatever the times', () => {
  const time = fc.integer({ min: 0, max: 2 ** 50 - 1 });
  fc.assert(
    fc.property(time, time, (a, b) => {
      const [first, second] = [newId('turn', Math.min(a, b)), newId('turn', Math.max(a, b))];
      assert.ok(a === b || first < second);
    }),
  );
});

test('an id says what it is of, and another kind is refused', () => {
  assert.equal(SessionIdSchema.safeParse(newId('session')).success, true);
  assert.equal(SessionIdSchema.safeParse(newId('turn')).success, false);
  assert.equal(SessionIdSchema.safeParse('ses_../../etc').success, false);
});

test('the items and approvals of a run come out the same when it is replayed', () => {
  const run = newId('run');
  assert.equal(itemIdOf(run, 7), itemIdOf(run, 7));
  assert.equal(ItemIdSchema.safeParse(itemIdOf(run, 7)).success, true);
  assert.equal(ApprovalIdSchema.safeParse(approvalIdOf(run, 0)).success, true);
});
