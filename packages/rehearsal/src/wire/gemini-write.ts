// Writes a Gemini answer: the chunks of `streamGenerateContent?alt=sse`, or the one `GenerateContentResponse`.
import type { Conversation } from '../conversation.ts';
import { objectOf, type JsonObject } from '../shape.ts';
import type { UsageNumbers } from '../reply.ts';
import { data, type Block, type Encoder } from './encoder.ts';
import { googleError } from './errors.ts';
import { newId } from './ids.ts';

// Newer models sign their calls; clients send that back and only the vendor checks it.
const SIGNATURE = Buffer.from('rehearsal').toString('base64');

export function geminiEncoder(conversation: Conversation, input: UsageNumbers): Encoder {
  const head = { modelVersion: conversation.model, responseId: newId('rehearsal') };
  const parts: JsonObject[] = [];
  let open: Block | undefined;
  let text = '';

  const response = (given: readonly object[], usage: UsageNumbers, finish?: string): object => ({
    candidates: [
      {
        content: { role: 'model', parts: given },
        ...(finish !== undefined && { finishReason: finish }),
        index: 0,
      },
    ],
    usageMetadata: usageBody(usage),
    ...head,
  });

  return {
    begin: () => '',
    open(block) {
      open = block;
      text = '';
      return '';
    },
    delta(piece) {
      const block = mustBeOpen(open);
      text += piece;
      // A call comes whole, in one part.
      return block.kind === 'call' ? '' : data(response([partOf(block, piece)], input));
    },
    close() {
      const block = mustBeOpen(open);
      const part = partOf(block, text);
      parts.push(part);
      open = undefined;
      return block.kind === 'call' ? data(response([part], input)) : '';
    },
    end: (usage) => data(response([{ text: '' }], usage, 'STOP')),
    body: (usage) => response(parts, usage, 'STOP'),
    // Not an event: Google breaks a stream off with the bare error, and its SDK finds it only so (`@google/genai` 1.30.0).
    fail: (failure) => `${JSON.stringify(googleError(failure))}\n`,
  };
}

function partOf(block: Block, text: string): JsonObject {
  switch (block.kind) {
    case 'say':
      return { text };
    case 'reason':
      return { text, thought: true };
    case 'call':
      return {
        functionCall: { id: newId('call'), name: block.call.name, args: parsed(text) },
        thoughtSignature: SIGNATURE,
      };
  }
}

// A scenario may send broken arguments on purpose; this format has no way to.
function parsed(text: string): object {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function usageBody(usage: UsageNumbers): object {
  return {
    promptTokenCount: usage.input,
    ...(usage.cached > 0 && { cachedContentTokenCount: usage.cached }),
    // Unlike OpenAI's, this count leaves out the reasoning.
    candidatesTokenCount: Math.max(0, usage.output - usage.reasoning),
    ...(usage.reasoning > 0 && { thoughtsTokenCount: usage.reasoning }),
    totalTokenCount: usage.input + usage.output,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: usage.input }],
  };
}

function mustBeOpen(block: Block | undefined): Block {
  if (block === undefined) throw new Error('no part of the answer is open');
  return block;
}
