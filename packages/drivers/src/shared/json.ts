// Reading JSON of unknown shape: narrow guards that are cheap enough for the hot path and never throw.

export type Json = Readonly<Record<string, unknown>>;

/** The object that a line holds; undefined when it is no JSON, or JSON but no object. */
export function objectOfLine(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const nothing: Json = Object.freeze({});

/** The object, or an empty one: `objectIn(objectIn(message.params).turn).id` is safe on anything. */
export function objectIn(value: unknown): Json {
  return isObject(value) ? value : nothing;
}

const none: readonly unknown[] = Object.freeze([]);

export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : none;
}

export function stringIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A count: a whole number of at least 0. */
export function countIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** JSON text of a value, for people or for `input` of a tool call; undefined where there is nothing to show. */
export function jsonTextOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}

/** At most `limit` UTF-16 units of a text, never half a character, with a mark where it was cut. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit)}…`;
}
