// Reads JSON as editors' settings have it (comments, trailing commas, a byte order mark) and remembers where everything stands, so that
// one entry can be changed and every other byte left alone.

/** From the first character to behind the last. */
interface Span {
  readonly start: number;
  readonly end: number;
}

export interface JsonMember {
  readonly key: string;
  /** Where the key begins. */
  readonly start: number;
  readonly value: JsonPlace;
}

export type JsonPlace =
  | (Span & { readonly kind: 'object'; readonly members: readonly JsonMember[] })
  | (Span & { readonly kind: 'array'; readonly items: readonly JsonPlace[] })
  | (Span & { readonly kind: 'scalar'; readonly value: string | number | boolean | null });

export type JsonObjectPlace = Extract<JsonPlace, { kind: 'object' }>;

export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

/** Throws `JsonSyntaxError` with line and column. */
export function readPlaces(text: string): JsonPlace {
  const reader = new Reader(text);
  const root = reader.value();
  reader.expectEnd();
  return root;
}

/** What it says. Of a key that stands twice the last one counts, as everywhere. */
export function valueAt(place: JsonPlace): unknown {
  switch (place.kind) {
    case 'object':
      // Not by assignment: a key may be `__proto__`.
      return Object.fromEntries(place.members.map(({ key, value }) => [key, valueAt(value)]));
    case 'array':
      return place.items.map((item) => valueAt(item));
    case 'scalar':
      return place.value;
  }
}

/** The first place from `at` on that is neither white space nor comment. */
export function skipTrivia(text: string, at: number): number {
  trivia.lastIndex = at;
  trivia.test(text);
  return trivia.lastIndex;
}

const trivia = /(?:[\s\uFEFF]|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
const string = /"(?:[^"\\\n]|\\.)*"/y;
const scalar = /-?\d[\d.eE+-]*|true|false|null/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): JsonPlace {
    const start = this.#skip();
    switch (this.#text[start]) {
      case '{':
        return this.#object(start);
      case '[':
        return this.#array(start);
      case '"':
        return { kind: 'scalar', start, value: this.#string(), end: this.#at };
      default:
        return { kind: 'scalar', start, value: this.#scalar(), end: this.#at };
    }
  }

  expectEnd(): void {
    if (this.#skip() < this.#text.length) this.#fail();
  }

  #object(start: number): JsonObjectPlace {
    const members: JsonMember[] = [];
    this.#at += 1;
    while (this.#text[this.#skip()] !== '}') {
      const keyStart = this.#at;
      if (this.#text[keyStart] !== '"') this.#fail();
      const key = this.#string();
      if (this.#text[this.#skip()] !== ':') this.#fail();
      this.#at += 1;
      members.push({ key, start: keyStart, value: this.value() });
      this.#separator('}');
    }
    this.#at += 1;
    return { kind: 'object', start, end: this.#at, members };
  }

  #array(start: number): JsonPlace {
    const items: JsonPlace[] = [];
    this.#at += 1;
    while (this.#text[this.#skip()] !== ']') {
      items.push(this.value());
      this.#separator(']');
    }
    this.#at += 1;
    return { kind: 'array', start, end: this.#at, items };
  }

  /** A comma, or nothing before the closing bracket. */
  #separator(closing: string): void {
    const next = this.#text[this.#skip()];
    if (next === ',') this.#at += 1;
    else if (next !== closing) this.#fail();
  }

  #string(): string {
    return JSON.parse(this.#take(string)) as string;
  }

  #scalar(): number | boolean | null {
    return JSON.parse(this.#take(scalar)) as number | boolean | null;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) return this.#fail();
    try {
      JSON.parse(found);
    } catch {
      this.#fail();
    }
    this.#at += found.length;
    return found;
  }

  #skip(): number {
    this.#at = skipTrivia(this.#text, this.#at);
    return this.#at;
  }

  #fail(): never {
    const before = this.#text.slice(0, this.#at).split('\n');
    const what = this.#at >= this.#text.length ? 'ends too early' : 'is not valid';
    throw new JsonSyntaxError(`${what} at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`);
  }
}
