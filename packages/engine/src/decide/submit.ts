// What becomes of words that somebody sends: a turn now, words into the running turn, a place in the queue, or an interrupt first.

import { newId, ParleyError } from '@parley/schema';
import type { SteerMode, SubmitOutcome, SubmitTurn, SubmitWhen, TurnId, TurnRow } from '@parley/schema';
import type { Draft } from './draft.ts';
import { enqueue } from './queue.ts';
import { isBusy, onlyHereOf } from './state.ts';
import type { ActiveTurn, SessionState } from './state.ts';
import { interruptTurn, settle, startTurn } from './turns.ts';

export interface Situation {
  readonly busy: boolean;
  /** A turn runs and can still take words. */
  readonly open: boolean;
  readonly steer: SteerMode;
}

/** The decision alone, as a table. */
export function outcomeOf(when: SubmitWhen, { busy, open, steer }: Situation): SubmitOutcome {
  if (!busy) return when === 'steer-only' ? 'returned' : 'started';
  const steerable = open && (steer === 'native' || steer === 'native-enqueue');
  switch (when) {
    case 'now':
    case 'steer':
      return steerable ? 'steered' : 'queued';
    case 'queue':
      return 'queued';
    case 'steer-only':
      return steerable ? 'steered' : 'returned';
    case 'interrupt':
      return open ? 'interrupting' : 'queued';
  }
}

export interface Submitted {
  readonly turnId: TurnId;
  readonly outcome: SubmitOutcome;
  readonly into?: TurnId;
  readonly position?: number;
}

/** Accept an input. Throws `queue_full`. */
export function submit(
  state: SessionState,
  draft: Draft,
  input: SubmitTurn,
  rules: { readonly steer: SteerMode; readonly maxQueue: number; readonly row?: Partial<TurnRow> },
): Submitted {
  const { active } = state;
  const open = active !== undefined && active.phase !== 'interrupting';
  const outcome = outcomeOf(input.when ?? 'now', { busy: isBusy(state), open, steer: rules.steer });
  const timeoutMs = input.timeoutMs ?? state.session.timeoutMs;
  const row: TurnRow = {
    ...rules.row,
    id: newId('turn', draft.now),
    sessionId: state.session.id,
    state: 'queued',
    text: input.text,
    queuedAt: draft.now,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(input.correlationId === undefined ? {} : { correlationId: input.correlationId }),
  };
  draft.durable = true;
  switch (outcome) {
    case 'started':
      draft.emit({ type: 'turn.queued', turnId: row.id, text: row.text });
      startTurn(state, draft, row);
      return { turnId: row.id, outcome };
    case 'steered':
      if (active === undefined) throw new ParleyError('internal', 'Steered without a running turn.');
      if (state.steers.size >= rules.maxQueue)
        throw new ParleyError('queue_full', `${state.steers.size} messages are on their way into this turn already.`);
      steerInto(state, draft, input.when === 'steer-only' ? { ...row, steerOnly: true } : row, active);
      return { turnId: row.id, outcome, into: active.row.id };
    case 'queued': {
      if (state.queue.length >= rules.maxQueue) {
        throw new ParleyError('queue_full', `${state.queue.length} turns are queued in this session already.`);
      }
      const place = input.when === 'interrupt' ? 'front' : 'back';
      enqueue(state, draft, settle(draft, row, { outcome: 'queued' }), place);
      return { turnId: row.id, outcome, position: place === 'front' ? 1 : state.queue.length };
    }
    case 'interrupting':
      enqueue(state, draft, settle(draft, row, { outcome: 'queued' }), 'front');
      interruptTurn(state, draft);
      return { turnId: row.id, outcome, position: 1 };
    case 'returned': {
      const reason = open ? 'This agent does not take words into a running turn.' : 'No turn is running.';
      draft.turn({ ...settle(draft, row, { outcome, reason }), state: 'cancelled', endedAt: draft.now });
      return { turnId: row.id, outcome };
    }
  }
}

function steerInto(state: SessionState, draft: Draft, row: TurnRow, active: ActiveTurn): void {
  const into = active.row.id;
  const tellNow = active.phase === 'running';
  const itemId = newId('item', draft.now);
  const steering = draft.turn({ ...row, state: 'steering', steerInto: into });
  state.steers.set(row.id, { row: steering, into, itemId, sent: tellNow, onlyHere: onlyHereOf(row) });
  draft.emit({
    type: 'item.started',
    turnId: into,
    item: { id: itemId, type: 'user_message', text: row.text, steer: { turnId: row.id, delivery: 'sent' } },
  });
  draft.touch();
  if (tellNow) draft.inputs.push({ type: 'steer', into, turnId: row.id, text: row.text });
}
