// What every wire format can do: turn blocks of an answer into server-sent events, or into one JSON body.
import type { Conversation, ToolCall } from '../conversation.ts';
import type { Failure, UsageNumbers } from '../reply.ts';

export type Block =
  | { readonly kind: 'say' }
  | { readonly kind: 'reason' }
  | { readonly kind: 'call'; readonly call: ToolCall };

/** Writes one answer. Each method returns the text to send; `body` is the whole answer for a request without `stream`. */
export interface Encoder {
  begin(): string;
  open(block: Block): string;
  /** A further piece of the open block's text or arguments. */
  delta(piece: string): string;
  close(): string;
  end(usage: UsageNumbers): string;
  body(usage: UsageNumbers): unknown;
  /** An error after the stream has begun. */
  fail(failure: Failure): string;
}

/** A wire format: how its requests are read and its answers and errors are written. */
export interface Wire {
  /** `url` is the request's path with its query: Gemini names the model and asks for a stream there. */
  readonly read: (body: unknown, url: string) => Conversation;
  /** `input` is the estimated usage of the request, for formats that name it first. */
  readonly encoder: (conversation: Conversation, input: UsageNumbers) => Encoder;
  readonly errorBody: (failure: Failure) => unknown;
  readonly requestIdHeader: string;
}

/** A server-sent event with a name, as Responses and Messages have them. */
export function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** A server-sent event without a name, as Chat Completions and Gemini have them. */
export function data(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
