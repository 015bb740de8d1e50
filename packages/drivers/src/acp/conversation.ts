// Test support: a scripted agent on the other side of the reducer, in the agent's own messages.

import { strict as assert } from 'node:assert';
import type { DriverContext, DriverOutput, TurnId } from '@parley/schema';
import type { Json } from '../shared/json.ts';
import { usualDialect } from './dialect.ts';
import type { AcpDialect } from './dialect.ts';
import { Stepper, written } from './recording.ts';

export const turn = 'trn_1' as TurnId;

export interface Offer {
  readonly context?: Partial<DriverContext>;
  readonly dialect?: Partial<AcpDialect>;
  /** Result of `initialize`. */
  readonly agent?: Json;
  /** Result of the request that opens the conversation. */
  readonly opened?: Json;
}

/** Speaks both parts: `gives` is one message of the agent, `replies` answers our last request of a method. */
export class Conversation extends Stepper {
  readonly #asked = new Map<string, number>();

  constructor({ context = {}, dialect = {} }: Offer = {}) {
    super({ ...usualDialect('Agent'), ...dialect }, context);
  }

  override feed(input: Parameters<Stepper['feed']>[0]): readonly DriverOutput[] {
    const outputs = super.feed(input);
    for (const { id, method } of written(outputs))
      if (typeof method === 'string' && typeof id === 'number') this.#asked.set(method, id);
    return outputs;
  }

  replies(method: string, answer: { readonly result?: unknown; readonly error?: Json }): readonly DriverOutput[] {
    const id = this.#asked.get(method);
    assert.notEqual(id, undefined, `${method} was not asked`);
    return this.line({ id, ...answer });
  }

  updates(update: Json, sessionId = 's1'): readonly DriverOutput[] {
    return this.line({ method: 'session/update', params: { sessionId, update } });
  }

  says(text: string, messageId?: string): readonly DriverOutput[] {
    const id = messageId === undefined ? {} : { messageId };
    return this.updates({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text }, ...id });
  }

  /** A request of the agent for permission; its ids count from 0, as with every agent seen. */
  asks(toolCall: Json, id: string | number = 0, options: readonly Json[] = usualOptions): readonly DriverOutput[] {
    return this.line({
      id,
      method: 'session/request_permission',
      params: { sessionId: 's1', toolCall: { toolCallId: 'c1', ...toolCall }, options },
    });
  }

  ends(stopReason = 'end_turn', more: Json = {}): readonly DriverOutput[] {
    return this.replies('session/prompt', { result: { stopReason, ...more } });
  }

  starts(text = 'hello', turnId = turn): readonly DriverOutput[] {
    return this.feed({ type: 'start', turnId, text });
  }
}

export const usualOptions: readonly Json[] = [
  { optionId: 'once', name: 'Once', kind: 'allow_once' },
  { optionId: 'always', name: 'Always', kind: 'allow_always' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
];

/** A conversation whose handshake is done. */
export function ready(offer: Offer = {}): Conversation {
  const conversation = new Conversation(offer);
  conversation.feed({ type: 'opened' });
  conversation.replies('initialize', { result: { protocolVersion: 1, ...offer.agent } });
  const method = offer.context?.threadId === undefined ? 'session/new' : 'session/resume';
  conversation.replies(method, { result: { sessionId: 's1', ...offer.opened } });
  return conversation;
}

/** A conversation in which the agent works on `turn`. */
export function working(offer: Offer = {}): Conversation {
  const conversation = ready(offer);
  conversation.starts();
  conversation.says('Well. ');
  return conversation;
}

export function endOf(
  outputs: readonly DriverOutput[],
): Extract<DriverOutput, { type: 'turn-ended' }>['end'] | undefined {
  const ends = outputs.flatMap((output) => (output.type === 'turn-ended' ? [output.end] : []));
  assert.ok(ends.length < 2, 'a turn ends once');
  return ends[0];
}

/** The code of the error that a turn failed with, or the state that it ended in. */
export function outcomeOf(outputs: readonly DriverOutput[]): string | undefined {
  const end = endOf(outputs);
  return end === undefined || !('error' in end) ? end?.state : end.error.code;
}

export function typesOf(outputs: readonly DriverOutput[]): readonly string[] {
  return outputs.map(({ type }) => type);
}
