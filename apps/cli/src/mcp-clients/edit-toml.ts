// Sets or removes the table `[container.name]` in a text of TOML; all other lines stay.

import { parse, stringify } from 'smol-toml';
import type { TomlTable } from 'smol-toml';

type Table = Record<string, unknown>;

/** The table `container.name`; undefined when it is not there. Throws smol-toml's error for what is no TOML. */
export function entryInToml(text: string, container: string, name: string): unknown {
  const holder: unknown = parse(text)[container];
  if (holder === undefined) return undefined;
  if (!isTable(holder)) throw new Error(`has something else than a table at "${container}"`);
  return holder[name];
}

/** The same text with that table, at the end where it was not there. A remark inside the old table goes with it. */
export function setInToml(text: string, container: string, name: string, value: Table): string {
  const fresh = stringify({ [container]: { [name]: value as TomlTable } })
    .trimEnd()
    .replaceAll('\n', lineBreakOf(text));
  const line = lineBreakOf(text);
  const span = sectionOf(text, container, name);
  if (span !== undefined) return text.slice(0, span.start) + fresh + line + text.slice(span.end);
  if (text === '') return fresh + line;
  return `${text}${text.endsWith('\n') ? '' : line}${line}${fresh}${line}`;
}

/** The same text without that table and the empty line before it. */
export function removeFromToml(text: string, container: string, name: string): string {
  const span = sectionOf(text, container, name);
  if (span === undefined) return text;
  const before = text.slice(0, span.start);
  return before.replace(/(^|\n)\r?\n$/, '$1') + text.slice(span.end);
}

/**
 * The lines of the table and the tables below it. Finds headers by their look: whoever uses this compares what the new text says with what
 * it should say, so a header inside a multi-line string, or a table in another notation, is refused and not damaged.
 */
function sectionOf(text: string, container: string, name: string): { start: number; end: number } | undefined {
  const word = (key: string): string => `\\s*(?:${key}|"${key}"|'${key}')\\s*`;
  const own = new RegExp(`^\\s*\\[${word(container)}\\.${word(name)}[\\].]`);
  let at = 0;
  let start: number | undefined;
  let end = 0;
  for (const line of text.split(/(?<=\n)/)) {
    const isHeader = /^\s*\[/.test(line);
    if (own.test(line)) start ??= at;
    else if (isHeader && start !== undefined) return { start, end };
    at += line.length;
    // Blank lines and remarks before the next header are that one's.
    if (start !== undefined && /^\s*[^\s#]/.test(line)) end = at;
  }
  return start === undefined ? undefined : { start, end };
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
