// Writes an OpenAI Chat Completions answer: the chunks of the vendor's stream, or its `chat.completion` object. Reasoning
// goes into `reasoning_content`, as DeepSeek, Moonshot and most compatible servers do it; the vendor itself shows none.
import type { Conversation } from '../conversation.ts';
import type { UsageNumbers } from '../reply.ts';
import { data, type Block, type Encoder } from './encoder.ts';
import { openaiError } from './errors.ts';
import { newId } from './ids.ts';

export function chatEncoder(conversation: Conversation): Encoder {
  const head = {
    id: newId('chatcmpl'),
    created: Math.floor(Date.now() / 1000),
    model: conversation.model,
  };
  const calls: { readonly id: string; readonly name: string; text: string }[] = [];
  let said = '';
  let reasoned = '';
  let open: Block['kind'] | undefined;

  const finishReason = (): string => (calls.length > 0 ? 'tool_calls' : 'stop');
  const chunk = (choices: readonly object[], more: object = {}): string =>
    data({ ...head, object: 'chat.completion.chunk', choices, ...more });
  const delta = (part: object, finish: string | null = null): string =>
    chunk([{ index: 0, delta: part, logprobs: null, finish_reason: finish }]);
  const callDelta = (part: object): string => delta({ tool_calls: [{ index: calls.length - 1, ...part }] });

  return {
    begin: () => delta({ role: 'assistant', content: '' }),
    open(block) {
      open = block.kind;
      if (block.kind !== 'call') return '';
      const call = { id: newId('call'), name: block.call.name, text: '' };
      calls.push(call);
      return callDelta({ id: call.id, type: 'function', function: { name: call.name, arguments: '' } });
    },
    delta(piece) {
      switch (open) {
        case 'say':
          said += piece;
          return delta({ content: piece });
        case 'reason':
          reasoned += piece;
          return delta({ reasoning_content: piece });
        case 'call': {
          const call = calls.at(-1);
          if (call !== undefined) call.text += piece;
          return callDelta({ function: { arguments: piece } });
        }
        case undefined:
          throw new Error('no part of the answer is open');
      }
    },
    close() {
      open = undefined;
      return '';
    },
    end: (usage) =>
      delta({}, finishReason()) +
      (conversation.wantsUsage === true ? chunk([], { usage: usageBody(usage) }) : '') +
      'data: [DONE]\n\n',
    body: (usage) => ({
      ...head,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: said === '' && calls.length > 0 ? null : said,
            ...(reasoned !== '' && { reasoning_content: reasoned }),
            ...(calls.length > 0 && {
              tool_calls: calls.map(({ id, name, text }) => ({
                id,
                type: 'function',
                function: { name, arguments: text },
              })),
            }),
            refusal: null,
          },
          logprobs: null,
          finish_reason: finishReason(),
        },
      ],
      usage: usageBody(usage),
    }),
    fail: (failure) => data(openaiError(failure)),
  };
}

function usageBody(usage: UsageNumbers): object {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoning, audio_tokens: 0 },
  };
}
