// Reads a Gemini generateContent request, as gemini 0.61.0 and Google's SDK (`@google/genai`) send it.
import type { Conversation, Entry, Tool } from '../conversation.ts';
import { personText } from '../person.ts';
import { isObject, objectOf, objectsOf, stringOf, textsOf, type JsonObject } from '../shape.ts';

/** `url` as in `/v1beta/models/MODEL:streamGenerateContent?alt=sse`. */
export function readGemini(raw: unknown, url: string): Conversation {
  const body = objectOf(raw);
  const contents = objectsOf(body['contents']);
  const config = objectOf(body['generationConfig'] ?? body['generation_config']);
  const [, model = 'rehearsal', method] = /\/models\/([^/:]+):(\w+)/.exec(url) ?? [];
  const outputSchema = outputSchemaOf(config);
  return {
    dialect: 'gemini',
    model: decodeURIComponent(model),
    stream: method === 'streamGenerateContent',
    entries: contents.flatMap(entriesOf),
    tools: objectsOf(body['tools']).flatMap(toolsOf),
    ...(outputSchema !== undefined && { outputSchema }),
    machineText: [
      ...textsOf(objectOf(body['systemInstruction'] ?? body['system_instruction'])['parts']),
      ...contents.flatMap(machineTexts),
    ].join('\n'),
    wantsReasoning: objectOf(config['thinkingConfig'])['includeThoughts'] === true,
  };
}

function outputSchemaOf(config: JsonObject): JsonObject | undefined {
  const schema = config['responseJsonSchema'] ?? config['responseSchema'];
  if (isObject(schema)) return jsonSchema(schema);
  return config['responseMimeType'] === 'application/json' ? { type: 'object' } : undefined;
}

function entriesOf(content: JsonObject): readonly Entry[] {
  const parts = objectsOf(content['parts']);
  if (content['role'] === 'model') return parts.flatMap(answerEntries);
  const results = parts.flatMap(resultEntries);
  const text = personText(textsOf(parts));
  return text === undefined ? results : [...results, { kind: 'person', text }];
}

function answerEntries(part: JsonObject): readonly Entry[] {
  const call = part['functionCall'];
  if (isObject(call)) return [{ kind: 'call', id: stringOf(call['id']), name: stringOf(call['name']) }];
  const isText = typeof part['text'] === 'string' && part['thought'] !== true;
  return isText ? [{ kind: 'answer', text: stringOf(part['text']) }] : [];
}

// By the vendor's convention `response` has `output` or `error`; a tool may as well answer with an object of its own.
function resultEntries(part: JsonObject): readonly Entry[] {
  if (!isObject(part['functionResponse'])) return [];
  const { id, response } = part['functionResponse'];
  const { output, error } = objectOf(response);
  const said = output ?? error ?? response ?? '';
  return [
    {
      kind: 'result',
      id: stringOf(id),
      text: typeof said === 'string' ? said : JSON.stringify(said),
      failed: error !== undefined && output === undefined,
    },
  ];
}

// The person's own parts are left out: they may not speak for the machine.
function machineTexts(content: JsonObject): readonly string[] {
  if (content['role'] === 'model') return [];
  return textsOf(content['parts']).filter((text) => personText([text]) === undefined);
}

function toolsOf(group: JsonObject): readonly Tool[] {
  return objectsOf(group['functionDeclarations']).map((declared) => ({
    name: stringOf(declared['name']),
    schema: jsonSchema(objectOf(declared['parametersJsonSchema'] ?? declared['parameters'])),
    freeform: false,
  }));
}

/** The vendor's older schema form spells types in capitals (`STRING`); the rest reads as JSON Schema. */
function jsonSchema(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, inLowerCase(name, value)]));
}

function inLowerCase(name: string, value: unknown): unknown {
  if (name === 'type' && typeof value === 'string') return value.toLowerCase();
  if (Array.isArray(value)) return value.map((item: unknown) => (isObject(item) ? jsonSchema(item) : item));
  return isObject(value) ? jsonSchema(value) : value;
}
