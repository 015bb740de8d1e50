// What the reducer of `codex exec` remembers. Never changed in place.

import { itemIdOf } from '@parley/schema';
import type { DriverContext, Item, ItemId, TurnEnd, TurnId } from '@parley/schema';
import type { Outputs } from '../state.ts';

export interface ExecState {
  readonly context: DriverContext;
  /** `spent`: it has had its one turn; `gone`: the process has exited. */
  readonly phase: 'ready' | 'spent' | 'gone';
  /** As Codex says it; told only when it can be resumed. */
  readonly threadId: string | undefined;
  readonly turn: ExecTurn | undefined;
  readonly nextItem: number;
}

export interface ExecTurn {
  readonly turnId: TurnId;
  /** Codex has proved that it works on it. */
  readonly begun: boolean;
  readonly stopping: boolean;
  /** Something that counts as an answer was seen. */
  readonly answered: boolean;
  /** Open items by Codex's id. */
  readonly items: ReadonlyMap<string, Item>;
  readonly planId: ItemId | undefined;
  readonly lastError: string | undefined;
}

export function emptyExecState(context: DriverContext): ExecState {
  return { context, phase: 'ready', threadId: context.threadId, turn: undefined, nextItem: 1 };
}

export function openTurn(turnId: TurnId): ExecTurn {
  return {
    turnId,
    begun: false,
    stopping: false,
    answered: false,
    items: new Map<string, Item>(),
    planId: undefined,
    lastError: undefined,
  };
}

/** The id for the next item of this run. */
export function nextExecItemId(state: ExecState): ItemId {
  return itemIdOf(state.context.runId, state.nextItem);
}

/**
 * What Codex says now proves that it works on the turn. Only from here on can its conversation be resumed: a process that was killed after
 * `thread.started` and before `turn.started` left none behind (0.169.0).
 */
export function begin(state: ExecState, out: Outputs): ExecState {
  const { turn, threadId } = state;
  if (turn === undefined || turn.begun) return state;
  if (threadId !== undefined) out.push({ type: 'thread', threadId });
  out.push({ type: 'turn-started', turnId: turn.turnId });
  return { ...state, turn: { ...turn, begun: true } };
}

/** The turn's one end. The process has nothing more to do. */
export function endTurn(state: ExecState, end: TurnEnd, out: Outputs): ExecState {
  const { turn } = state;
  if (turn === undefined) return state;
  if (turn.stopping) out.push({ type: 'deadline', name: 'interrupt', action: 'clear' });
  out.push({ type: 'turn-ended', turnId: turn.turnId, end });
  if (state.phase !== 'gone') out.push({ type: 'end-run', reason: 'The turn is over.' });
  return { ...state, turn: undefined, phase: state.phase === 'gone' ? 'gone' : 'spent' };
}
