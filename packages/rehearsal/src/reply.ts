// One answer of the model, step by step: what the persona and the scenarios produce and what the player sends.
import type { ToolCall } from './conversation.ts';

export interface UsageNumbers {
  /** All input tokens, those read from a cache included. */
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  /** All output tokens, reasoning included. */
  readonly output: number;
  readonly reasoning: number;
}

/** Numbers that a script gives; the rest is estimated. */
export type SomeUsage = { readonly [Name in keyof UsageNumbers]?: number | undefined };

export interface Failure {
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** Seconds, as the Retry-After header says them. */
  readonly retryAfter?: number | undefined;
  readonly message?: string | undefined;
  /** The vendor's own words for the error, when the usual ones for the status will not do (`insufficient_quota`). */
  readonly type?: string | undefined;
  readonly code?: string | undefined;
}

/** How a text is cut up and timed. `chunk` in characters (words when absent), `pace` in milliseconds before each piece. */
export interface Timing {
  readonly chunk?: number | undefined;
  readonly pace?: number | undefined;
}

export type ReplyStep =
  | ({ readonly kind: 'say' | 'reason'; readonly text: string } & Timing)
  | { readonly kind: 'call'; readonly call: ToolCall }
  | { readonly kind: 'usage'; readonly usage: SomeUsage }
  | { readonly kind: 'gate'; readonly name: string }
  | { readonly kind: 'pace'; readonly ms: number }
  | { readonly kind: 'error'; readonly failure: Failure }
  /** Silence on an open stream; for ever without `forMs`. */
  | { readonly kind: 'stall'; readonly forMs?: number | undefined }
  /** The connection is destroyed, at once or after so many more pieces. */
  | { readonly kind: 'cut'; readonly after: number }
  /** No answer at all, not even headers. */
  | { readonly kind: 'hang' };
