// What an MCP server asks through Codex: a form of simple fields ↔ the questions of an approval.

import type { ApprovalQuestion } from '@parley/schema';
import { isObject, listIn, objectIn, stringIn } from './json.ts';
import type { Json } from './json.ts';

/** One field of a form, as much as is needed to turn words back into its value. */
export interface FormField {
  readonly name: string;
  readonly type: 'string' | 'number' | 'boolean' | 'list';
  /** What is shown → what is sent. */
  readonly values: readonly { readonly label: string; readonly value: string }[];
}

export interface Form {
  readonly fields: readonly FormField[];
  readonly questions: readonly ApprovalQuestion[];
}

/** The form of a `requestedSchema`: an object of strings, numbers, booleans and choices. */
export function readForm(schema: unknown): Form {
  const fields: FormField[] = [];
  const questions: ApprovalQuestion[] = [];
  for (const [name, value] of Object.entries(objectIn(objectIn(schema)['properties']))) {
    const property = objectIn(value);
    const field: FormField = { name, type: typeOf(property), values: choicesOf(property) };
    const title = stringIn(property['title']) ?? name;
    const description = stringIn(property['description']);
    fields.push(field);
    questions.push({
      id: name,
      text: description === undefined ? title : `${title}: ${description}`,
      choices:
        field.type === 'boolean' ? [{ label: 'Yes' }, { label: 'No' }] : field.values.map(({ label }) => ({ label })),
      multiple: field.type === 'list',
    });
  }
  return { fields, questions };
}

/** The `content` of an accepted form. Fields that nobody filled in are left out. */
export function fillForm(fields: readonly FormField[], answers: Readonly<Record<string, readonly string[]>>): Json {
  const content: Record<string, unknown> = {};
  for (const { name, type, values } of fields) {
    const words = (answers[name] ?? []).map((word) => values.find(({ label }) => label === word)?.value ?? word);
    const [first] = words;
    if (first === undefined) continue;
    if (type === 'list') content[name] = words;
    else if (type === 'boolean') content[name] = /^(yes|true|y|1)$/i.test(first.trim());
    else if (type === 'number' && first.trim() !== '' && Number.isFinite(Number(first))) content[name] = Number(first);
    else content[name] = first;
  }
  return content;
}

function typeOf(property: Json): FormField['type'] {
  switch (property['type']) {
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      return 'list';
    default:
      return 'string';
  }
}

/** `enum` with `enumNames`, or `oneOf` / `anyOf` with `const` and `title`; a list's choices stand in its `items`. */
function choicesOf(property: Json): FormField['values'] {
  const place = isObject(property['items']) ? property['items'] : property;
  const titles = listIn(place['enumNames']);
  const plain = listIn(place['enum']).flatMap((value, i) =>
    typeof value === 'string' ? [{ label: stringIn(titles[i]) ?? value, value }] : [],
  );
  if (plain.length > 0) return plain;
  return [...listIn(place['oneOf']), ...listIn(place['anyOf'])].flatMap((each) => {
    const value = stringIn(objectIn(each)['const']);
    return value === undefined ? [] : [{ label: stringIn(objectIn(each)['title']) ?? value, value }];
  });
}
