// The persona's work as a generator: it yields what to say and which tool to call, and gets the tool's result back.
// Because the server keeps no state, the generator is run from the start with the results that the request carries.
import type { ToolCall } from './conversation.ts';
import type { ToolResult } from './tool-result.ts';

export type Move =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'reason'; readonly text: string }
  | { readonly kind: 'call'; readonly call: ToolCall };

/** Gets a result for each call that it yields, and nothing for the other moves; returns what the work came to. */
export type Work<T> = Generator<Move, T, ToolResult | undefined>;

export interface NextMoves {
  readonly moves: readonly Move[];
  /** The last move is a call whose result is not there yet. */
  readonly isWaiting: boolean;
}

/** Replays the work over the results so far and gives the moves that come after the last of them. */
export function nextMoves(work: Work<unknown>, results: readonly ToolResult[]): NextMoves {
  let moves: Move[] = [];
  let used = 0;
  for (let next = work.next(); next.done !== true;) {
    moves.push(next.value);
    if (next.value.kind !== 'call') {
      next = work.next();
      continue;
    }
    const result = results[used++];
    if (result === undefined) return { moves, isWaiting: true };
    moves = [];
    next = work.next(result);
  }
  return { moves, isWaiting: false };
}

/** Calls a tool and gives its result to the work that asked. */
export function* use(call: ToolCall): Work<ToolResult> {
  const result = yield { kind: 'call', call };
  if (result === undefined) throw new Error('a tool call was resumed without its result');
  return result;
}

export function* say(text: string): Work<void> {
  yield { kind: 'say', text };
}
