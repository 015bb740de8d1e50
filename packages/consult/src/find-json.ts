// Finds JSON objects in what an agent wrote: alone, in code fences, or in the middle of prose.

export type JsonObject = Readonly<Record<string, unknown>>;

/** So begins every object that says something; braces of code and of prose mostly do not. */
const beginning = /\{\s*"/g;

/** Characters that are looked at in all, so that an answer full of braces costs milliseconds and not minutes. */
const budget = 20_000_000;

/**
 * The outermost objects of a text, in their order. Trailing commas are forgiven; what is not closed is none.
 *
 * ```ts
 * findObjects('I think so: {"verdict": "approve",}'); // [{ verdict: 'approve' }]
 * ```
 */
export function findObjects(text: string): readonly JsonObject[] {
  const found: JsonObject[] = [];
  let left = budget;
  let from = 0;
  for (const { index } of text.matchAll(beginning)) {
    if (index < from) continue;
    const end = endOfObject(text, index, left);
    left -= (end ?? text.length) - index;
    if (left <= 0) break;
    const object = end === undefined ? undefined : parseObject(text.slice(index, end));
    // A brace that opens nothing readable may stand before one that does, even around it.
    if (object === undefined || end === undefined) continue;
    found.push(object);
    from = end;
  }
  return found;
}

/** The index after the brace that closes the one at `start`; braces in strings do not count. */
function endOfObject(text: string, start: number, limit: number): number | undefined {
  let depth = 0;
  let inString = false;
  const last = Math.min(text.length, start + limit);
  for (let index = start; index < last; index++) {
    const character = text.charAt(index);
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth += 1;
    else if (character === '}' && --depth === 0) return index + 1;
  }
  return undefined;
}

function parseObject(text: string): JsonObject | undefined {
  return parse(text) ?? parse(withoutTrailingCommas(text));
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // What is not JSON is prose with braces: nobody's error.
    return undefined;
  }
}

/** Strings are matched first, so that a comma in one stays. */
function withoutTrailingCommas(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/gs, (match) => (match === ',' ? '' : match));
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
