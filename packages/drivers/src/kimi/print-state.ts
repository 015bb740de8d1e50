// What the reducer of kimi's one-shot modes remembers: one process is one turn.

import type { DriverContext, DriverOutput, Item, TurnId } from '@parley/schema';

export type Dialect = 'code' | 'legacy';

export interface PrintState {
  readonly dialect: Dialect;
  readonly context: DriverContext;
  readonly phase: 'opening' | 'ready' | 'gone';
  readonly turn: PrintTurn | undefined;
  /** The process has had its one turn. */
  readonly used: boolean;
  readonly nextItem: number;
}

export interface PrintTurn {
  readonly turnId: TurnId;
  readonly begun: boolean;
  readonly stopping: boolean;
  /** It said something. */
  readonly answered: boolean;
  /** The last message was the agent's own, without a tool call that would be followed by another. */
  readonly settled: boolean;
  /** Kimi Code's last line has come. Legacy kimi has none. */
  readonly concluded: boolean;
  /** Open tool calls. */
  readonly tools: readonly PrintTool[];
  readonly planId: Item['id'] | undefined;
  /** What was printed that is no message: legacy kimi tells its errors so. */
  readonly said: readonly string[];
}

export interface PrintTool {
  readonly callId: string;
  readonly name: string;
  /** Absent for the tool that only changes the plan. */
  readonly item: Item | undefined;
}

export interface PrintDraft {
  readonly state: { -readonly [Field in keyof PrintState]: PrintState[Field] };
  readonly outputs: DriverOutput[];
}

export function changeTurn({ state }: PrintDraft, change: Partial<PrintTurn>): void {
  if (state.turn !== undefined) state.turn = { ...state.turn, ...change };
}
