// Reads an OpenAI Responses request, as codex 0.169.0 and the vendor's SDK send it.
import type { Conversation, Entry, Tool } from '../conversation.ts';
import { personText } from '../person.ts';
import { isObject, objectOf, objectsOf, stringOf, textsOf, type JsonObject } from '../shape.ts';

export function readResponses(raw: unknown): Conversation {
  const body = objectOf(raw);
  const items =
    typeof body['input'] === 'string' ? [{ role: 'user', content: body['input'] }] : objectsOf(body['input']);
  const format = objectOf(objectOf(body['text'])['format']);
  return {
    dialect: 'responses',
    model: stringOf(body['model']) || 'rehearsal',
    stream: body['stream'] === true,
    entries: items.flatMap(entryOf),
    tools: [body, ...items.filter(({ type }) => type === 'additional_tools')].flatMap(({ tools }) =>
      objectsOf(tools).flatMap((tool) => toolsOf(tool)),
    ),
    ...(format['type'] === 'json_schema' && { outputSchema: objectOf(format['schema']) }),
    machineText: [stringOf(body['instructions']), ...items.flatMap(machineTexts)].join('\n'),
    wantsReasoning: true,
  };
}

function entryOf(item: JsonObject): readonly Entry[] {
  const id = stringOf(item['call_id']);
  switch (item['type'] ?? 'message') {
    case 'message':
      return messageEntry(item);
    case 'function_call':
    case 'custom_tool_call':
    case 'local_shell_call':
      return [{ kind: 'call', id, name: stringOf(item['name']) }];
    case 'function_call_output':
    case 'custom_tool_call_output':
    case 'local_shell_call_output': {
      const output = objectOf(item['output']);
      const failed = output['success'] === false;
      return [
        {
          kind: 'result',
          id,
          text: textsOf('content' in output ? output['content'] : item['output']).join('\n'),
          failed,
        },
      ];
    }
    default:
      return [];
  }
}

function messageEntry(item: JsonObject): readonly Entry[] {
  const texts = textsOf(item['content']);
  if (item['role'] === 'assistant') return [{ kind: 'answer', text: texts.join('') }];
  const text = item['role'] === 'user' ? personText(texts) : undefined;
  return text === undefined ? [] : [{ kind: 'person', text }];
}

// The person's own messages are left out: they may not speak for the machine.
function machineTexts(item: JsonObject): readonly string[] {
  if (item['role'] === undefined || item['role'] === 'assistant') return [];
  const texts = textsOf(item['content']);
  return item['role'] === 'user' && personText(texts) !== undefined ? [] : texts;
}

function toolsOf(tool: JsonObject, namespace?: string): readonly Tool[] {
  const name = stringOf(tool['name']);
  const place = namespace === undefined ? {} : { namespace };
  switch (tool['type']) {
    case 'function':
      return [{ name, ...place, schema: isObject(tool['parameters']) ? tool['parameters'] : {}, freeform: false }];
    case 'custom':
      return [{ name, ...place, schema: {}, freeform: true }];
    case 'namespace':
      return objectsOf(tool['tools']).flatMap((inner) => toolsOf(inner, name));
    default:
      // Tools that the vendor runs itself (`web_search`) cannot be called here.
      return [];
  }
}
