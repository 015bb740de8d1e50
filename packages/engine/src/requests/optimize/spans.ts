// Within a paragraph of prose: the parts that must stay as they are. Inline code, and whatever stands in quotation marks.

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Quotation marks that are still open, which a quotation of several paragraphs leaves behind. */
export interface OpenQuotes {
  readonly straight: boolean;
  readonly curly: number;
}

export const noQuotes: OpenQuotes = { straight: false, curly: 0 };

/** Ascending, and apart from each other. What is never closed goes on to the end of the text. */
export function exactSpans(
  paragraph: string,
  before: OpenQuotes,
): { readonly spans: readonly Span[]; readonly after: OpenQuotes } {
  const code = codeSpans(paragraph);
  const quoted = quotedSpans(paragraph, code, before);
  return { spans: merged([...code, ...quoted.spans, ...singleQuoted(paragraph)]), after: quoted.after };
}

function codeSpans(text: string): readonly Span[] {
  const runs = [...text.matchAll(/`+/g)].map(({ index, 0: ticks }) => ({ index, length: ticks.length }));
  /** Of each run the next one of the same length. */
  const partners: (number | undefined)[] = [];
  const latest = new Map<number, number>();
  for (const [n, { length }] of [...runs.entries()].reverse()) {
    partners[n] = latest.get(length);
    latest.set(length, n);
  }
  const spans: Span[] = [];
  for (let n = 0; n < runs.length; n += 1) {
    const opening = runs[n];
    if (opening === undefined) break;
    const partner = partners[n];
    const closing = partner === undefined ? undefined : runs[partner];
    spans.push({ start: opening.index, end: closing === undefined ? text.length : closing.index + closing.length });
    n = partner ?? runs.length;
  }
  return spans;
}

function quotedSpans(
  text: string,
  code: readonly Span[],
  before: OpenQuotes,
): { readonly spans: readonly Span[]; readonly after: OpenQuotes } {
  let { straight, curly } = before;
  let start = straight || curly > 0 ? 0 : undefined;
  const spans: Span[] = [];
  let inCode = 0;
  for (const { index, 0: mark } of text.matchAll(/["“”«»„]/g)) {
    while ((code[inCode]?.end ?? Infinity) <= index) inCode += 1;
    if ((code[inCode]?.start ?? Infinity) <= index) continue;
    if (mark === '"') straight = !straight;
    else if (mark === '”' || mark === '»') curly = Math.max(0, curly - 1);
    // German quotations end with the mark that opens English ones.
    else if (mark === '“' && curly > 0) curly -= 1;
    else curly += 1;
    const open = straight || curly > 0;
    if (open) start ??= index;
    else if (start !== undefined) {
      spans.push({ start, end: index + 1 });
      start = undefined;
    }
  }
  if (start !== undefined) spans.push({ start, end: text.length });
  return { spans, after: { straight, curly } };
}

/** A single quotation mark is also an apostrophe: only those count that stand where a quotation begins and ends. */
function singleQuoted(text: string): readonly Span[] {
  const closings = [...text.matchAll(/(?<=\S)['’](?![\p{L}\p{N}])/gu)].map(({ index }) => index);
  const spans: Span[] = [];
  let next = 0;
  for (const { index } of text.matchAll(/(?<![\p{L}\p{N}])['‘](?=\S)/gu)) {
    if (index < (spans.at(-1)?.end ?? 0)) continue;
    while ((closings[next] ?? Infinity) <= index) next += 1;
    const end = closings[next];
    if (end === undefined) break;
    spans.push({ start: index, end: end + 1 });
  }
  return spans;
}

function merged(spans: readonly Span[]): readonly Span[] {
  const apart: { start: number; end: number }[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const last = apart.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else apart.push({ start, end });
  }
  return apart;
}
