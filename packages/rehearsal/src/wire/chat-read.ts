// Reads an OpenAI Chat Completions request, as opencode 1.18.33, kimi-code 2.1.0 and the vendor's SDK send it.
import type { Conversation, Entry, Tool } from '../conversation.ts';
import { personText } from '../person.ts';
import { isObject, objectOf, objectsOf, stringOf, textsOf, type JsonObject } from '../shape.ts';

export function readChat(raw: unknown): Conversation {
  const body = objectOf(raw);
  const messages = objectsOf(body['messages']);
  const outputSchema = outputSchemaOf(objectOf(body['response_format']));
  return {
    dialect: 'chat',
    model: stringOf(body['model']) || 'rehearsal',
    stream: body['stream'] === true,
    entries: messages.flatMap(entriesOf),
    tools: objectsOf(body['tools']).flatMap(toolOf),
    ...(outputSchema !== undefined && { outputSchema }),
    machineText: messages.flatMap(machineTexts).join('\n'),
    // `thinking` is Moonshot's and Z.AI's addition.
    wantsReasoning: body['reasoning_effort'] !== 'none' && objectOf(body['thinking'])['type'] !== 'disabled',
    wantsUsage: objectOf(body['stream_options'])['include_usage'] === true,
  };
}

function outputSchemaOf(format: JsonObject): JsonObject | undefined {
  switch (format['type']) {
    case 'json_schema':
      return objectOf(objectOf(format['json_schema'])['schema']);
    case 'json_object':
      return { type: 'object' };
    default:
      return undefined;
  }
}

function entriesOf(message: JsonObject): readonly Entry[] {
  const texts = textsOf(message['content']);
  switch (message['role']) {
    case 'user': {
      const text = personText(texts);
      return text === undefined ? [] : [{ kind: 'person', text }];
    }
    case 'assistant': {
      const text = texts.join('');
      return [...(text === '' ? [] : [{ kind: 'answer', text } as const]), ...callsOf(message)];
    }
    case 'tool':
      return [{ kind: 'result', id: stringOf(message['tool_call_id']), text: texts.join('\n'), failed: false }];
    default:
      return [];
  }
}

function callsOf(message: JsonObject): readonly Entry[] {
  return objectsOf(message['tool_calls']).map((call) => ({
    kind: 'call',
    id: stringOf(call['id']),
    name: stringOf(objectOf(call['function'])['name']),
  }));
}

// The person's own messages are left out: they may not speak for the machine.
function machineTexts(message: JsonObject): readonly string[] {
  const texts = textsOf(message['content']);
  switch (message['role']) {
    case 'system':
    case 'developer':
      return texts;
    case 'user':
      return texts.filter((text) => personText([text]) === undefined);
    default:
      return [];
  }
}

function toolOf(tool: JsonObject): readonly Tool[] {
  const { name, parameters } = objectOf(tool['function']);
  if (tool['type'] !== 'function' || typeof name !== 'string') return [];
  return [{ name, schema: isObject(parameters) ? parameters : {}, freeform: false }];
}
