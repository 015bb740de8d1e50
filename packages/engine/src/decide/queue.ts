// The queue of a session: turns that wait for the one before them.

import type { ChangeQueued, TurnRow } from '@parley/schema';
import type { Draft } from './draft.ts';
import { withdrawLaunch } from './launch-decision.ts';
import type { SessionState } from './state.ts';

/** Put a turn into the queue, at its end or as the next. */
export function enqueue(state: SessionState, draft: Draft, row: TurnRow, place: 'front' | 'back'): void {
  const { steerInto: _into, steerOnly: _only, ...rest } = row;
  const neighbour = place === 'front' ? state.queue[0] : state.queue.at(-1);
  const order = neighbour?.queueOrder ?? 0;
  const queued = draft.turn({ ...rest, state: 'queued', queueOrder: place === 'front' ? order - 1 : order + 1 });
  if (place === 'front') state.queue.unshift(queued);
  else state.queue.push(queued);
  draft.emit({ type: 'turn.queued', turnId: row.id, text: row.text });
  announceQueue(state, draft);
  draft.durable = true;
}

export function announceQueue(state: SessionState, draft: Draft): void {
  draft.emit({ type: 'queue.changed', queue: state.queue.map(({ id, text }) => ({ turnId: id, text })) });
  draft.touch();
}

/** New words or a new place for a queued turn. False when it is not in the queue. */
export function changeQueued(
  state: SessionState,
  draft: Draft,
  turnId: TurnRow['id'],
  { text, position }: ChangeQueued,
): boolean {
  const from = state.queue.findIndex((row) => row.id === turnId);
  const row = state.queue[from];
  if (row === undefined) return false;
  state.queue.splice(from, 1);
  const to = position === undefined ? from : Math.min(position - 1, state.queue.length);
  const before = state.queue[to - 1]?.queueOrder;
  const after = state.queue[to]?.queueOrder;
  // Between its new neighbours: the others keep their rows.
  const queueOrder =
    before === undefined ? (after ?? 1) - 1 : after === undefined ? before + 1 : before + (after - before) / 2;
  const { originalText: _replaced, ...said } = row;
  state.queue.splice(to, 0, draft.turn(text === undefined ? { ...row, queueOrder } : { ...said, queueOrder, text }));
  if (queueOrder === before || queueOrder === after) numberAnew(state, draft);
  announceQueue(state, draft);
  draft.durable = true;
  return true;
}

/** After some fifty moves to one place there is no number left between two neighbours. */
function numberAnew(state: SessionState, draft: Draft): void {
  const rows = state.queue.map((row, n) => draft.turn({ ...row, queueOrder: n }));
  state.queue.splice(0, rows.length, ...rows);
}

/**
 * One more caller is answered by this turn. False when it is over, or about to be. It waits in no queue: only the first turn of a new session
 * answers others, and that starts at once.
 */
export function shareTurn({ active }: SessionState, draft: Draft, turnId: TurnRow['id']): boolean {
  if (active?.row.id !== turnId || active.phase === 'interrupting') return false;
  if (active.row.shared !== true) active.row = draft.turn({ ...active.row, shared: true });
  return true;
}

/** Take a turn out of the queue; it never ran. */
export function cancelQueued(state: SessionState, draft: Draft, turnId: TurnRow['id']): boolean {
  const place = state.queue.findIndex((row) => row.id === turnId);
  const [row] = place < 0 ? [] : state.queue.splice(place, 1);
  if (row === undefined) return false;
  const { queueOrder: _order, ...rest } = row;
  withdrawLaunch(draft, row);
  draft.turn({ ...rest, state: 'cancelled', endedAt: draft.now });
  announceQueue(state, draft);
  draft.durable = true;
  return true;
}
