// Narrow readers for JSON that came from outside: each gives a usable value or an empty one, never throws.

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The texts of a content field: a plain string, or blocks that carry `text`. Pictures and files are skipped. */
export function textsOf(content: unknown): readonly string[] {
  if (typeof content === 'string') return [content];
  return objectsOf(content).flatMap((block) => (typeof block['text'] === 'string' ? [block['text']] : []));
}
