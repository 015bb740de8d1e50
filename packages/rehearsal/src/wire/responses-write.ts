// Writes an OpenAI Responses answer: the event sequence of the vendor's API, or its `response` object.
import type { Conversation } from '../conversation.ts';
import type { UsageNumbers } from '../reply.ts';
import { event, type Block, type Encoder } from './encoder.ts';
import { openaiError } from './errors.ts';
import { newId } from './ids.ts';

interface OpenItem {
  readonly block: Block;
  readonly id: string;
  readonly callId: string;
  readonly index: number;
  text: string;
}

export function responsesEncoder(conversation: Conversation): Encoder {
  const response = {
    id: newId('resp'),
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    model: conversation.model,
  };
  const output: object[] = [];
  let open: OpenItem | undefined;
  let sequence = 0;

  const send = (type: string, data: object): string => event(type, { type, sequence_number: sequence++, ...data });
  const whole = (status: string, more: object): object => ({ ...response, status, output, ...more });
  const place = (item: OpenItem): object => ({ item_id: item.id, output_index: item.index });
  const part = (item: OpenItem): object => ({
    ...place(item),
    [item.block.kind === 'reason' ? 'summary_index' : 'content_index']: 0,
  });

  const finished = (item: OpenItem, text: string): string => {
    switch (kindOf(item.block)) {
      case 'say':
        return (
          send('response.output_text.done', { ...part(item), text, logprobs: [] }) +
          send('response.content_part.done', { ...part(item), part: textPart(text) })
        );
      case 'reason':
        return (
          send('response.reasoning_summary_text.done', { ...part(item), text }) +
          send('response.reasoning_summary_part.done', { ...part(item), part: summaryPart(text) })
        );
      case 'call':
        return send('response.function_call_arguments.done', { ...place(item), arguments: text });
      case 'freeform':
        return send('response.custom_tool_call_input.done', { ...place(item), input: text });
    }
  };

  return {
    begin() {
      const started = { response: whole('in_progress', { usage: null }) };
      return send('response.created', started) + send('response.in_progress', started);
    },
    open(block) {
      const item: OpenItem = {
        block,
        id: newId(PREFIX[kindOf(block)]),
        callId: newId('call'),
        index: output.length,
        text: '',
      };
      open = item;
      const added = send('response.output_item.added', {
        output_index: item.index,
        item: itemBody(item, 'in_progress'),
      });
      if (block.kind === 'say')
        return added + send('response.content_part.added', { ...part(item), part: textPart('') });
      if (block.kind === 'reason')
        return added + send('response.reasoning_summary_part.added', { ...part(item), part: summaryPart('') });
      return added;
    },
    delta(piece) {
      const item = mustBeOpen(open);
      item.text += piece;
      switch (kindOf(item.block)) {
        case 'say':
          return send('response.output_text.delta', { ...part(item), delta: piece, logprobs: [] });
        case 'reason':
          return send('response.reasoning_summary_text.delta', { ...part(item), delta: piece });
        case 'call':
          return send('response.function_call_arguments.delta', { ...place(item), delta: piece });
        case 'freeform':
          return send('response.custom_tool_call_input.delta', { ...place(item), delta: piece });
      }
    },
    close() {
      const item = mustBeOpen(open);
      const { text } = item;
      open = undefined;
      const body = itemBody(item, 'completed');
      output.push(body);
      return finished(item, text) + send('response.output_item.done', { output_index: item.index, item: body });
    },
    end: (usage) => send('response.completed', { response: whole('completed', { usage: usageBody(usage) }) }),
    body: (usage) => whole('completed', { error: null, incomplete_details: null, usage: usageBody(usage) }),
    fail(failure) {
      const { code, message } = openaiError(failure).error;
      return send('response.failed', {
        response: whole('failed', { error: { code: code ?? 'server_error', message }, usage: null }),
      });
    },
  };
}

type Kind = 'say' | 'reason' | 'call' | 'freeform';
const PREFIX: Readonly<Record<Kind, string>> = { say: 'msg', reason: 'rs', call: 'fc', freeform: 'ctc' };

function kindOf(block: Block): Kind {
  return block.kind === 'call' && block.call.freeform ? 'freeform' : block.kind;
}

function itemBody({ block, id, callId, text }: OpenItem, status: 'in_progress' | 'completed'): object {
  switch (block.kind) {
    case 'say':
      return {
        id,
        type: 'message',
        status,
        role: 'assistant',
        content: status === 'completed' ? [textPart(text)] : [],
      };
    case 'reason':
      // Codex asks for the encrypted form and sends it back with the next request; nothing reads it.
      return {
        id,
        type: 'reasoning',
        summary: status === 'completed' ? [summaryPart(text)] : [],
        encrypted_content: 'rehearsal',
      };
    case 'call': {
      const { name, namespace, freeform } = block.call;
      const named = { name, ...(namespace !== undefined && { namespace }) };
      return freeform
        ? { id, type: 'custom_tool_call', status, call_id: callId, ...named, input: text }
        : { id, type: 'function_call', status, call_id: callId, ...named, arguments: text };
    }
  }
}

function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function summaryPart(text: string): object {
  return { type: 'summary_text', text };
}

function usageBody(usage: UsageNumbers): object {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached, cache_write_tokens: usage.cacheWrite },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  };
}

function mustBeOpen(item: OpenItem | undefined): OpenItem {
  if (item === undefined) throw new Error('no output item is open');
  return item;
}
