// A text as blocks: what is prose, what is empty, and what must stay as it is, byte for byte. In doubt a line is exact.

export interface Block {
  readonly kind: 'prose' | 'blank' | 'exact';
  /** Without their line feeds; a carriage return stays in its line. */
  readonly lines: readonly string[];
}

const blank = /^[ \t\r]*$/;
/** Also one that stands in an item of a list. */
const fence = /^[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?(`{3,}|~{3,})(.*)$/;
/** Everything after the first line of a diff may belong to it. */
const diff = /^(?:diff --git |@@ -\d|Index: |\*\*\* Begin Patch)/;
const tag = /^[ \t]*<([A-Za-z][\w:.-]*)(?:[ \t][^>]*)?>/;
const closingTags = /<\/([A-Za-z][\w:.-]*)[ \t]*>/g;
/** Indented code, tables, quotations, headings, heads of diffs, JSON and the like. */
const exactLine = /^(?: {4}| {0,3}\t)|\||^[ \t]*(?:>|#|["{}[\]]|(?:---|\+\+\+)(?:[ \t]|\r?$))|;\r?$/;
const opensBrackets = /[{[][ \t\r]*$/;

export function blocksOf(text: string): readonly Block[] {
  const lines = text.split('\n');
  const closed = closingLines(lines);
  const blocks: { readonly kind: Block['kind']; readonly lines: string[] }[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    const kind = blank.test(line) ? 'blank' : exactLine.test(line) ? 'exact' : 'prose';
    const until = endOfExact(lines, at, closed) ?? at + 1;
    const found = until > at + 1 || isOpening(line) ? 'exact' : kind;
    const last = blocks.at(-1);
    const taken = lines.slice(at, until);
    if (last?.kind === found) for (const each of taken) last.lines.push(each);
    else blocks.push({ kind: found, lines: taken });
    at = until;
  }
  return blocks;
}

const isOpening = (line: string): boolean =>
  isFence(line) !== undefined || diff.test(line) || tag.test(line) || opensBrackets.test(line);

/** Where something that begins in this line ends; undefined when nothing does. What is never closed goes on to the end. */
function endOfExact(
  lines: readonly string[],
  at: number,
  closed: ReadonlyMap<string, readonly number[]>,
): number | undefined {
  const line = lines[at] ?? '';
  const opened = isFence(line);
  if (opened !== undefined) return endOfFence(lines, at, opened);
  if (diff.test(line)) return lines.length;
  const name = tag.exec(line)?.[1];
  if (name !== undefined) {
    const end = firstFrom(closed.get(name.toLowerCase()) ?? [], at);
    return end === undefined ? at + 1 : end + 1;
  }
  return opensBrackets.test(line) ? endOfBrackets(lines, at) : undefined;
}

/** The mark that opens a block of code. */
function isFence(line: string): string | undefined {
  const [, mark, info = ''] = fence.exec(line) ?? [];
  return mark === undefined || (mark.startsWith('`') && info.includes('`')) ? undefined : mark;
}

function endOfFence(lines: readonly string[], at: number, mark: string): number {
  for (let end = at + 1; end < lines.length; end += 1) {
    const line = (lines[end] ?? '').trim();
    if (line.length >= mark.length && line === mark.charAt(0).repeat(line.length)) return end + 1;
  }
  return lines.length;
}

function endOfBrackets(lines: readonly string[], at: number): number {
  let depth = 0;
  for (let end = at; end < lines.length; end += 1) {
    for (const char of lines[end] ?? '') {
      if (char === '{' || char === '[') depth += 1;
      if (char === '}' || char === ']') depth -= 1;
    }
    if (depth <= 0) return end + 1;
  }
  return lines.length;
}

/** By the name of a tag, the lines in which it is closed. */
function closingLines(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const closed = new Map<string, number[]>();
  for (const [at, line] of lines.entries()) {
    for (const [, name = ''] of line.matchAll(closingTags)) {
      const key = name.toLowerCase();
      const known = closed.get(key);
      if (known === undefined) closed.set(key, [at]);
      else known.push(at);
    }
  }
  return closed;
}

/** The first of the ascending numbers that is not below `from`. */
function firstFrom(numbers: readonly number[], from: number): number | undefined {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return numbers[low];
}
