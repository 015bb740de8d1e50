// Makes text from agents safe for a terminal: no escape sequence reaches it, so nothing can move the cursor, set the title, write to the
// clipboard or hide what an approval asks.

// Control characters by name, because in a regular expression they would be unreadable.
const escape = String.fromCharCode(0x1b);
const bell = String.fromCharCode(0x07);
/** 8-bit forms: CSI, string terminator, and the strings DCS, SOS, OSC, PM, APC. */
const csi = String.fromCharCode(0x9b);
const terminator = String.fromCharCode(0x9c);
const strings = [0x90, 0x98, 0x9d, 0x9e, 0x9f].map((code) => String.fromCharCode(code)).join('');

const parameters = '[0-?]*[ -/]*';
const inString = `[^${bell}${escape}${terminator}]*`;
const opensString = `(?:${escape}[\\]PX^_]|[${strings}])`;

/** ECMA-48 sequences from their first to their last character. */
const sequence = new RegExp(
  `(?:${escape}\\[|${csi})${parameters}[@-~]|${opensString}${inString}(?:${bell}|${escape}\\\\|${terminator})|${escape}[ -/]*[0-OQ-WYZ\\\\\\x60-~]`,
  'g',
);

/** The beginning of one, at the end of a piece of text. A carriage return may be half of a line's end. */
const beginning = new RegExp(
  `(?:(?:${escape}\\[|${csi})${parameters}|${opensString}${inString}${escape}?|${escape}[ -/]*|\\r)$`,
);

/** What is left of control characters, and the marks that reorder text on screen. */
const controls = new RegExp(
  `[${range(0x00, 0x08)}${range(0x0b, 0x1f)}${range(0x7f, 0x9f)}${range(0x202a, 0x202e)}${range(0x2066, 0x2069)}]`,
  'g',
);

/** A sequence that has not ended after so many characters is none. */
const longestSequence = 4096;

/** Newlines and tabs stay. */
export function plainText(text: string): string {
  return withoutControls(text.replace(sequence, ''));
}

/** On one line, at most so many characters. */
export function plainLine(text: string, width = Infinity): string {
  const line = plainText(text).replace(/\s+/g, ' ').trim();
  return line.length <= width ? line : `${line.slice(0, Math.max(1, width - 1)).trimEnd()}…`;
}

/** The same for text that comes in pieces: a sequence may be cut anywhere. */
export class PlainStream {
  #rest = '';

  push(piece: string): string {
    const text = (this.#rest + piece).replace(sequence, '');
    const rest = beginning.exec(text)?.[0] ?? '';
    this.#rest = rest.length <= longestSequence ? rest : '';
    return withoutControls(text.slice(0, text.length - this.#rest.length));
  }

  /** What was held back. */
  end(): string {
    const rest = this.#rest;
    this.#rest = '';
    return plainText(rest);
  }
}

function withoutControls(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replace(controls, '');
}

function range(first: number, last: number): string {
  return `${String.fromCharCode(first)}-${String.fromCharCode(last)}`;
}
