// The smallest value that a JSON Schema accepts: for structured output and for arguments that nobody gave.
import { isObject, objectOf, objectsOf, stringOf, stringsOf, type JsonObject } from './shape.ts';

// Deep enough for real schemas; ends a schema that requires itself.
const DEEPEST = 32;

/** Understands local `$ref`, `allOf`, the first of `anyOf` / `oneOf`, bounds and common formats; a `pattern` is not solved. */
export function smallestValue(schema: JsonObject): unknown {
  return smallest(schema, schema, 0);
}

function smallest(given: JsonObject, root: JsonObject, depth: number): unknown {
  if (depth > DEEPEST) return null;
  const schema = flatten(given, root, depth);
  if ('const' in schema) return schema['const'];
  if ('default' in schema) return schema['default'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0] ?? null;
  const choice = objectsOf(schema['anyOf'])[0] ?? objectsOf(schema['oneOf'])[0];
  if (choice !== undefined)
    return smallest({ ...schema, anyOf: undefined, oneOf: undefined, ...choice }, root, depth + 1);
  switch (typeOf(schema)) {
    case 'object':
      return smallestObject(schema, root, depth);
    case 'array':
      return Array.from({ length: count(schema['minItems']) }, (_, index) =>
        smallest(objectsOf(schema['prefixItems'])[index] ?? objectOf(schema['items']), root, depth + 1),
      );
    case 'string':
      return smallestString(schema);
    case 'integer':
    case 'number':
      return smallestNumber(schema);
    case 'boolean':
      return false;
    default:
      return null;
  }
}

function flatten(schema: JsonObject, root: JsonObject, depth: number): JsonObject {
  const ref = stringOf(schema['$ref']);
  let flat: JsonObject = schema;
  if (ref.startsWith('#') && depth < DEEPEST) {
    const { $ref: _, ...rest } = schema;
    flat = { ...flatten(target(ref, root), root, depth + 1), ...rest };
  }
  for (const part of objectsOf(flat['allOf'])) {
    const other = flatten(part, root, depth + 1);
    flat = {
      ...flat,
      ...other,
      properties: { ...objectOf(flat['properties']), ...objectOf(other['properties']) },
      required: [...stringsOf(flat['required']), ...stringsOf(other['required'])],
    };
  }
  return flat;
}

function target(ref: string, root: JsonObject): JsonObject {
  let found: unknown = root;
  for (const step of ref.slice(1).split('/').filter(Boolean)) {
    found = objectOf(found)[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return objectOf(found);
}

function typeOf(schema: JsonObject): string {
  const { type } = schema;
  if (Array.isArray(type)) return type.includes('null') ? 'null' : stringOf(type[0]);
  if (typeof type === 'string') return type;
  if (isObject(schema['properties']) || stringsOf(schema['required']).length > 0) return 'object';
  return 'items' in schema ? 'array' : '';
}

function smallestObject(schema: JsonObject, root: JsonObject, depth: number): JsonObject {
  const properties = objectOf(schema['properties']);
  return Object.fromEntries(
    stringsOf(schema['required']).map((name) => [name, smallest(objectOf(properties[name]), root, depth + 1)]),
  );
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2000-01-01',
  time: '00:00:00Z',
  'date-time': '2000-01-01T00:00:00Z',
  email: 'a@example.org',
  uri: 'http://example.org',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function smallestString(schema: JsonObject): string {
  return (FORMATS[stringOf(schema['format'])] ?? '').padEnd(count(schema['minLength']), '-');
}

function smallestNumber(schema: JsonObject): number {
  const step = typeof schema['multipleOf'] === 'number' ? schema['multipleOf'] : typeOf(schema) === 'integer' ? 1 : 0;
  // An exclusive bound moves by one step; without a step by a little less than any bound that people write.
  const margin = step === 0 ? 1e-6 : step;
  const low = Math.max(
    bound(schema['minimum'], lowestInWords(schema)),
    bound(schema['exclusiveMinimum'], -Infinity) + margin,
  );
  const high = Math.min(bound(schema['maximum'], Infinity), bound(schema['exclusiveMaximum'], Infinity) - margin);
  if (low <= 0 && high >= 0) return 0;
  const nearest = low > 0 ? low : high;
  if (step === 0) return nearest;
  return (low > 0 ? Math.ceil(nearest / step) : Math.floor(nearest / step)) * step;
}

// The router of gemini 0.61.0 gives its range in words only ("Complexity score from 1-100.") and refuses what is outside.
function lowestInWords(schema: JsonObject): number {
  const low = /\bfrom (\d+) ?(?:-|to) ?\d+\b/.exec(stringOf(schema['description']))?.[1];
  return low === undefined ? -Infinity : Number(low);
}

function bound(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.ceil(value) : 0;
}
