// Reads an Anthropic Messages request, as claude 2.1.329 and the vendor's SDK send it.
import type { Conversation, Entry, Tool } from '../conversation.ts';
import { midTurnText, personText } from '../person.ts';
import { isObject, objectOf, objectsOf, stringOf, textsOf, type JsonObject } from '../shape.ts';

export function readMessages(raw: unknown): Conversation {
  const body = objectOf(raw);
  const messages = objectsOf(body['messages']);
  const outer = objectOf(body['output_config'])['format'] ?? body['output_format'];
  const format = objectOf(outer);
  return {
    dialect: 'messages',
    model: stringOf(body['model']) || 'rehearsal',
    stream: body['stream'] === true,
    entries: messages.flatMap(entriesOf),
    tools: objectsOf(body['tools']).flatMap(toolOf),
    ...(format['type'] === 'json_schema' && { outputSchema: objectOf(format['schema']) }),
    machineText: [...textsOf(body['system']), ...messages.flatMap(machineTexts)].join('\n'),
    wantsReasoning: objectOf(body['thinking'])['type'] !== 'disabled',
  };
}

function entriesOf(message: JsonObject): readonly Entry[] {
  switch (message['role']) {
    case 'user':
      return userEntries(message['content']);
    case 'assistant':
      return typeof message['content'] === 'string'
        ? [{ kind: 'answer', text: message['content'] }]
        : objectsOf(message['content']).flatMap(answerEntries);
    case 'system': {
      const text = midTurnText(textsOf(message['content']).join('\n'));
      return text === undefined ? [] : [{ kind: 'person', text }];
    }
    default:
      return [];
  }
}

function userEntries(content: unknown): readonly Entry[] {
  const results = objectsOf(content).flatMap((block): readonly Entry[] =>
    block['type'] === 'tool_result'
      ? [
          {
            kind: 'result',
            id: stringOf(block['tool_use_id']),
            text: textsOf(block['content']).join('\n'),
            failed: block['is_error'] === true,
          },
        ]
      : [],
  );
  const text = personText(textsOf(content));
  return text === undefined ? results : [...results, { kind: 'person', text }];
}

function answerEntries(block: JsonObject): readonly Entry[] {
  if (block['type'] === 'text') return [{ kind: 'answer', text: stringOf(block['text']) }];
  if (block['type'] === 'tool_use') return [{ kind: 'call', id: stringOf(block['id']), name: stringOf(block['name']) }];
  return [];
}

// Reminders count as machine text, the person's own blocks do not: they may not speak for the machine.
function machineTexts(message: JsonObject): readonly string[] {
  if (message['role'] === 'assistant') return [];
  return textsOf(message['content']).filter((text) => message['role'] === 'system' || personText([text]) === undefined);
}

function toolOf(tool: JsonObject): readonly Tool[] {
  // Tools that the vendor runs itself have no schema; deferred ones cannot be called yet.
  if (!isObject(tool['input_schema']) || tool['defer_loading'] === true) return [];
  return [{ name: stringOf(tool['name']), schema: tool['input_schema'], freeform: false }];
}
