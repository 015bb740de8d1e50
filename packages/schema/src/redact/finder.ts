// Finds the secrets in a text, from left to right.

import { isSecretInQuery, isSecretName, looksAssigned, looksSecret } from './secret-names.ts';
import { vendorKeyAt } from './vendor-keys.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Characters of a value that are looked at to decide whether it is a secret, and of an address in which a password is looked for. */
const decidingCharacters = 128;
const authorityCharacters = 512;
/** Blanks around a `:` or `=`. */
const maxBlanks = 16;

const code = (character: string): number => character.charCodeAt(0);
const dash = code('-');
const dot = code('.');
const slash = code('/');
const colon = code(':');
const equals = code('=');
const quote = code('"');
const apostrophe = code("'");
const backtick = code('`');
const backslash = code('\\');
const less = code('<');
const more = code('>');
const newline = 10;
const end = -1;

const setOf = (characters: string): ReadonlySet<number> => new Set(Array.from(characters, code));
const blanks = setOf(' \t');
const lineEnds = new Set([end, newline, 13]);
const quotes = new Set([quote, apostrophe, backtick]);
const afterValue = new Set([...setOf(' \t\n\r,;&)}]"\'`<>(\\#|'), end]);
const afterEnvironmentValue = new Set([...setOf(' \t\n\r"\'`<>;|&'), end]);
const afterAuthority = new Set([...setOf(' \t\n\r/?#"\'`<>\\,|()'), end]);
/** What stands for a value and is none: `$TOKEN`, `<token>`, `{{token}}`, `***`. */
const placeholders = setOf('$<{%*([…');
const schemes = /^(?:bearer|basic|token|apikey|digest|negotiate)$/i;

const isWord = (c: number): boolean =>
  (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 95; /* a-z A-Z 0-9 _ */
const isBase64 = (c: number): boolean => isWord(c) || c === 43 || c === slash || c === equals || c === dash;

export class Finder {
  /** Characters that were looked at, each as often as it was. */
  looks = 0;
  readonly #text: string;
  readonly #found: Span[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** In order, without overlaps. What already bears the mark is no secret any more. */
  find(mark: string): readonly Span[] {
    for (let i = 0; i < this.#text.length;) {
      const c = this.#at(i);
      if (c === dash && this.#text.startsWith('-----BEGIN ', i)) i = this.#privateKey(i);
      else if (!isWord(c)) i += 1;
      else if (i > 0 && this.#at(i - 1) === backslash) i += this.#escapeLength(i);
      else i = this.#word(i, mark);
    }
    return this.#found;
  }

  #at(i: number): number {
    this.looks += 1;
    return i < this.#text.length ? this.#text.charCodeAt(i) : end;
  }

  #take(from: number, to: number): number {
    this.#found.push({ from, to });
    return to;
  }

  /** The first place from `i` on that is not so, at most `limit` on. */
  #skip(i: number, belongs: (c: number, at: number) => boolean, limit = Infinity): number {
    let j = i;
    while (j - i < limit && j < this.#text.length && belongs(this.#at(j), j)) j += 1;
    return j;
  }

  /** The letter after a backslash is none of a word: `\nsk-…` in JSON. */
  #escapeLength(i: number): number {
    if (this.#at(i) === code('u') && /^[\da-f]{4}$/i.test(this.#text.slice(i + 1, i + 5))) return 5;
    return 1;
  }

  /** A private key in PEM. Its body goes, whether its end is there or not. */
  #privateKey(i: number): number {
    const header = /^-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/.exec(this.#text.slice(i, i + 90))?.[0];
    if (header === undefined) return i + 11;
    const body = i + header.length;
    let j = body;
    for (let c = this.#at(j); ; c = this.#at(++j)) {
      if (c === dash && this.#text.startsWith('-----END', j)) break;
      // Lines of base64, headers ("Proc-Type: 4,ENCRYPTED"), and newlines as JSON writes them.
      if (!isBase64(c) && !blanks.has(c) && c !== newline && c !== 13 && c !== backslash && c !== colon && c !== 44)
        break;
      if (j - body === 24 && !/^(?:\s|\\[nr])*[\w+/-]{10}/.test(this.#text.slice(body, j))) return body; // Prose about keys.
    }
    return j - body < 24 ? body : this.#take(body, j);
  }

  /** Five dashes are not of a word: they begin or end a key. */
  #word(i: number, mark: string): number {
    const j = this.#skip(i, (c, at) => isWord(c) || (c === dash && !this.#text.startsWith('-----', at)));
    return (
      this.#key(i, j) ?? this.#jwt(i, j) ?? this.#address(i, j) ?? this.#bearer(i, j) ?? this.#named(i, j, mark) ?? j
    );
  }

  #key(i: number, j: number): number | undefined {
    const key = vendorKeyAt(this.#text, i, j);
    if (key === undefined) return undefined;
    if (key.dotted !== true) return this.#take(i, j);
    const to = this.#skip(i + key.begins.length, (c) => isWord(c) || c === dash || c === dot, 4096);
    return to - i - key.begins.length < key.more ? undefined : this.#take(i, to);
  }

  /** JSON, signed or not, in base64url: `eyJ…`. */
  #jwt(i: number, j: number): number | undefined {
    if (!this.#text.startsWith('eyJ', i) || j - i < 10 || this.#at(j) !== dot) return undefined;
    const second = this.#skip(j + 1, (c) => isWord(c) || c === dash, 10);
    if (second - j - 1 < 10) return undefined;
    return this.#take(
      i,
      this.#skip(second, (c) => isWord(c) || c === dash || c === dot),
    );
  }

  /** `scheme://user:password@host`: the password goes; a name alone only where it is long, as a token is. */
  #address(i: number, j: number): number | undefined {
    if (!this.#text.startsWith('://', j)) return undefined;
    const from = j + 3;
    const to = this.#skip(from, (c) => !afterAuthority.has(c), authorityCharacters);
    const user = this.#text.slice(from, to);
    const length = user.lastIndexOf('@');
    if (length <= 0) return from;
    const before = user.indexOf(':');
    const secret = before >= 0 && before < length ? from + before + 1 : length >= 20 ? from : undefined;
    if (secret === undefined || secret === from + length) return from + length;
    return this.#take(secret, from + length);
  }

  /** `Bearer …` and what stands after `Authorization:`. */
  #bearer(i: number, j: number): number | undefined {
    const word = this.#text.slice(i, Math.min(j, i + 20)).toLowerCase();
    let from = j;
    if (word === 'authorization' || word === 'proxy-authorization') {
      from = this.#skip(
        j,
        (c) => quotes.has(c) || c === backslash || c === colon || c === equals || blanks.has(c),
        maxBlanks,
      );
      if (from === j) return undefined;
      const scheme = this.#skip(from, isWord, 20);
      if (schemes.test(this.#text.slice(from, scheme))) from = scheme;
      else return this.#credential(from, 6, j);
    } else if (word !== 'bearer') return undefined;
    const blank = this.#skip(from, (c) => blanks.has(c), maxBlanks);
    return blank === from ? undefined : this.#credential(blank, word === 'bearer' ? 16 : 6, j);
  }

  #credential(from: number, least: number, otherwise: number): number {
    const belongs = (c: number): boolean => isBase64(c) || c === dot || c === 126; /* ~ */
    const first = this.#skip(from, belongs, decidingCharacters);
    const value = this.#text.slice(from, first);
    if (value.length < least || !/[\d=+/]|[A-Z].*[a-z].*[A-Z]/.test(value)) return otherwise;
    return this.#take(from, this.#skip(first, belongs));
  }

  /** `name=value`, `name: value`, `"name": "value"`, `--name value`, `?name=value`, `<name>value<`. */
  #named(i: number, j: number, mark: string): number | undefined {
    if (j - i > 64) return undefined;
    const name = this.#text.slice(i, j);
    const before = i === 0 ? end : this.#at(i - 1);
    const inQuery = before === code('?') || before === code('&');
    if (!(inQuery ? isSecretInQuery(name) : isSecretName(name))) return undefined;
    if (before === less && this.#at(j) === more) return this.#element(j + 1);
    const flag = before === dash && i > 1 && this.#at(i - 2) === dash;

    // The quotes of a JSON member's name, and the bracket of `env["NAME"]`.
    const closed = this.#skip(j, (c) => quotes.has(c) || c === backslash || c === 93, 4);
    const spaced = this.#skip(closed, (c) => blanks.has(c), maxBlanks);
    const sign = this.#at(spaced);
    let from = spaced;
    if (sign === colon || sign === equals) {
      from = this.#skip(spaced, (c) => c === colon || c === equals || c === more, 3);
      // A comparison, and a member of a C++ namespace.
      const signs = this.#text.slice(spaced, from);
      if (signs !== ':' && signs !== '=' && signs !== ':=' && signs !== '=>') return undefined;
    } else if (!flag || spaced === j) return undefined;
    const value = this.#skip(from, (c) => blanks.has(c), maxBlanks);
    if (this.#text.startsWith(mark, value)) return value + mark.length;

    const opening = this.#skip(value, (c) => c === backslash, 4);
    if (quotes.has(this.#at(opening))) return this.#quoted(value, opening);
    if (placeholders.has(this.#at(value))) return undefined;
    const tight = sign === equals && value === spaced + 1 && closed === j;
    return this.#bare(value, { name, i, tight, certain: tight && (inQuery || flag || before === 59) });
  }

  /** Up to the quote that closes it; where none does, up to the end of the line. */
  #quoted(value: number, opening: number): number {
    const from = opening + 1;
    const escapes = opening - value;
    const closing = this.#at(opening);
    if (this.#at(from) === code('$') || this.#at(from) === less || this.#at(from) === 123) return from;
    let j = from;
    for (let c = this.#at(j); !lineEnds.has(c); c = this.#at(++j)) {
      if (c === closing && escapes === 0) break;
      if (c !== backslash) continue;
      // In a JSON text inside of JSON the closing quote has as many backslashes as the opening one.
      if (escapes > 0 && this.#at(j + escapes) === closing) break;
      j += 1;
    }
    j = Math.min(j, this.#text.length);
    return j === from ? from : this.#take(from, j);
  }

  #bare(
    from: number,
    {
      name,
      i,
      tight,
      certain,
    }: { readonly name: string; readonly i: number; readonly tight: boolean; readonly certain: boolean },
  ): number | undefined {
    const environment = tight && name === name.toUpperCase();
    const ends = environment ? afterEnvironmentValue : afterValue;
    const first = this.#skip(from, (c) => !ends.has(c), decidingCharacters);
    if (first === from) return undefined;
    const value = this.#text.slice(from, first);
    const after = this.#at(first);
    const takes =
      certain ||
      environment ||
      (looksSecret(value) && after !== code('(')) ||
      (tight && lineEnds.has(after) && this.#beginsLine(i) && looksAssigned(name, value));
    return takes
      ? this.#take(
          from,
          this.#skip(first, (c) => !ends.has(c)),
        )
      : undefined;
  }

  #beginsLine(i: number): boolean {
    const before = this.#text.slice(Math.max(0, i - 41), i);
    const line = before.lastIndexOf('\n');
    if (line < 0 && i > 40) return false;
    return /^[ \t]*(?:export[ \t]+|set[ \t]+)?[\w.-]*$/.test(before.slice(line + 1));
  }

  #element(from: number): number | undefined {
    const to = this.#skip(from, (c) => c !== less && !lineEnds.has(c));
    return to > from && this.#at(to) === less ? this.#take(from, to) : undefined;
  }
}
