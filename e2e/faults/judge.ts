// What must hold after every schedule, whatever happened in it.

import assert from 'node:assert/strict';
import { isTerminal } from '@parley/schema';
import type { ParleyEvent, TurnId } from '@parley/schema';
import type { Played } from './schedule.ts';

/** How many turns began, and how they ended. */
export interface Tally {
  turns: number;
  completed: number;
  interrupted: number;
  failed: number;
  lost: number;
  steered: number;
}

export function judge({ events, turns, sent, proofs, reports }: Played, tally: Tally): void {
  inOrder(events);
  const faults = events.filter((event) => event.type === 'notice' && event.code === 'driver_failed');
  assert.deepEqual(faults, [], 'no driver fails');
  assert.equal(turns.length, sent.size, 'every input that was accepted is there, and nothing else');
  assert.deepEqual(
    // A process may be gone when it is written to, or when the next daemon looks for it.
    reports.filter((report) => !/^(writing to|adopting) run_\w+ failed/.test(report)),
    [],
    'nothing goes wrong that no caller hears of',
  );
  let completed = 0;
  for (const turn of turns) {
    const { result, text } = sent.get(turn.id) ?? assert.fail(`nobody sent ${turn.text}`);
    assert.equal(turn.text, text);
    const { started, ended, receipts } = told(events, turn.id);
    assert.equal(receipts.length, result.outcome === 'started' ? 0 : 1, `${text}: one receipt if the session was busy`);
    assert.equal(receipts[0]?.outcome === 'injected', turn.state === 'steered', `${text}: injected is steered`);
    switch (turn.state) {
      case 'completed':
      case 'interrupted':
      case 'failed':
      case 'lost':
        assert.deepEqual([started, ended], [1, 1], `${text} (${turn.state}): one start, one end`);
        tally.turns += 1;
        tally[turn.state] += 1;
        if (turn.state === 'completed') completed += 1;
        break;
      case 'steered':
        tally.steered += 1;
        assert.deepEqual([started, ended], [0, 0], `${text}: part of another turn`);
        break;
      case 'cancelled':
        assert.deepEqual([started, ended], [0, 0], `${text}: it never ran`);
        break;
      default:
        assert.fail(`${text} is still ${turn.state}`);
    }
  }
  assert.ok(completed <= proofs, `${completed} turns count as completed, and the agent said so ${proofs} times`);
}

/** Numbers rise, one turn is open at a time, and nothing is said of a turn that is over. */
function inOrder(events: readonly ParleyEvent[]): void {
  let last = 0;
  let open: TurnId | undefined;
  for (const event of events) {
    assert.ok(event.seq > last, 'seq strictly increases');
    last = event.seq;
    if (event.type === 'turn.started') {
      assert.equal(open, undefined, 'one turn at a time');
      open = event.turnId;
    } else if (isTerminal(event)) {
      assert.equal(event.turnId, open, 'only the open turn ends, once');
      open = undefined;
    } else if (['item.started', 'item.delta', 'approval.requested', 'usage.updated'].includes(event.type)) {
      assert.equal('turnId' in event && event.turnId, open, `${event.type} belongs to the open turn`);
    }
  }
  assert.equal(open, undefined, 'every turn has its end');
}

function told(events: readonly ParleyEvent[], turnId: TurnId) {
  const own = events.filter((event) => 'turnId' in event && event.turnId === turnId);
  return {
    started: own.filter(({ type }) => type === 'turn.started').length,
    ended: own.filter((event) => isTerminal(event)).length,
    receipts: own.flatMap((event) => (event.type === 'input.settled' ? [event.receipt] : [])),
  };
}
