// Writes an Anthropic Messages answer: the event sequence of the vendor's API, or its `message` object.
import type { Conversation } from '../conversation.ts';
import { objectOf } from '../shape.ts';
import type { UsageNumbers } from '../reply.ts';
import { event, type Block, type Encoder } from './encoder.ts';
import { anthropicError } from './errors.ts';
import { newId } from './ids.ts';

interface OpenBlock {
  readonly block: Block;
  readonly id: string;
  text: string;
}

// Clients send it back and only the vendor checks it.
const SIGNATURE = Buffer.from('rehearsal').toString('base64');

export function messagesEncoder(conversation: Conversation, input: UsageNumbers): Encoder {
  const id = newId('msg');
  const content: object[] = [];
  let open: OpenBlock | undefined;
  let stopReason = 'end_turn';

  const send = (type: string, data: object): string => event(type, { type, ...data });
  const delta = (data: object): string => send('content_block_delta', { index: content.length, delta: data });
  const message = (blocks: readonly object[], stop: string | null, usage: object): object => ({
    id,
    type: 'message',
    role: 'assistant',
    model: conversation.model,
    content: blocks,
    stop_reason: stop,
    stop_sequence: null,
    usage,
  });

  return {
    begin: () =>
      send('message_start', { message: message([], null, usageBody({ ...input, output: 1 })) }) + send('ping', {}),
    open(block) {
      open = { block, id: newId('toolu'), text: '' };
      if (block.kind === 'call') stopReason = 'tool_use';
      return send('content_block_start', { index: content.length, content_block: blockBody(open, 'empty') });
    },
    delta(piece) {
      const current = mustBeOpen(open);
      current.text += piece;
      switch (current.block.kind) {
        case 'say':
          return delta({ type: 'text_delta', text: piece });
        case 'reason':
          return delta({ type: 'thinking_delta', thinking: piece });
        case 'call':
          return delta({ type: 'input_json_delta', partial_json: piece });
      }
    },
    close() {
      const current = mustBeOpen(open);
      const signed = current.block.kind === 'reason' ? delta({ type: 'signature_delta', signature: SIGNATURE }) : '';
      const stop = send('content_block_stop', { index: content.length });
      content.push(blockBody(current, 'whole'));
      open = undefined;
      return signed + stop;
    },
    end: (usage) =>
      send('message_delta', { delta: { stop_reason: stopReason, stop_sequence: null }, usage: usageBody(usage) }) +
      send('message_stop', {}),
    body: (usage) => message(content, stopReason, usageBody(usage)),
    fail: (failure) => event('error', anthropicError(failure)),
  };
}

function blockBody({ block, id, text }: OpenBlock, how: 'empty' | 'whole'): object {
  switch (block.kind) {
    case 'say':
      return { type: 'text', text };
    case 'reason':
      return { type: 'thinking', thinking: text, signature: how === 'whole' ? SIGNATURE : '' };
    case 'call':
      return { type: 'tool_use', id, name: block.call.name, input: how === 'whole' ? parsed(text) : {} };
  }
}

// A scenario may send broken arguments on purpose.
function parsed(text: string): object {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function usageBody(usage: UsageNumbers): object {
  return {
    // Unlike OpenAI's, this count leaves out what a cache gave.
    input_tokens: usage.input - usage.cached - usage.cacheWrite,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cached,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite, ephemeral_1h_input_tokens: 0 },
    output_tokens: usage.output,
    service_tier: 'standard',
  };
}

function mustBeOpen(block: OpenBlock | undefined): OpenBlock {
  if (block === undefined) throw new Error('no content block is open');
  return block;
}
