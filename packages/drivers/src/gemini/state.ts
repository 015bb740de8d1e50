// What the reducer of the one-shot mode remembers: one process is one turn. Values are never changed in place.

import type { DriverContext, DriverOutput, Item, ItemId, TurnId } from '@parley/schema';

export interface PrintState {
  readonly context: DriverContext;
  readonly phase: 'opening' | 'ready' | 'gone';
  /** The process has had its one turn. */
  readonly used: boolean;
  readonly turn: PrintTurn | undefined;
  readonly nextItem: number;
}

export interface PrintTurn {
  readonly turnId: TurnId;
  readonly begun: boolean;
  readonly stopping: boolean;
  /** The message that is being told. */
  readonly message: ItemId | undefined;
  /** It said something. */
  readonly answered: boolean;
  /** Open tool calls by gemini's id. */
  readonly tools: ReadonlyMap<string, Item>;
  /** Files that it read or changed in this turn, as items show them: they were there before the next change. */
  readonly seen: ReadonlySet<string>;
  /** What it said of errors, in order. */
  readonly errors: readonly string[];
  /** The last line of its protocol said that the turn failed. How, only the exit code tells. */
  readonly failed: boolean;
}

/** Outputs of the step in hand, in order. */
export type Outputs = DriverOutput[];

/** The open turn changed in some of its parts. */
export function withTurn(state: PrintState, change: Partial<PrintTurn>): PrintState {
  return state.turn === undefined ? state : { ...state, turn: { ...state.turn, ...change } };
}
