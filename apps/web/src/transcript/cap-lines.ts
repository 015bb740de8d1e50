// Long texts are put into the page in part; the reader asks for the rest.

export interface CappedText {
  readonly text: string;
  /** Lines left out; 0 when the text is whole. */
  readonly hiddenLines: number;
  /** True when only the characters were too many (one enormous line, say). */
  readonly cut: boolean;
}

/** The last `lines` lines and at most `characters` characters of a text: the end of an output tells how it went. */
export function capLines(text: string, lines: number, characters: number): CappedText {
  const trimmed = text.endsWith('\n') ? text.slice(0, -1) : text;
  let from = trimmed.length;
  for (let kept = 0; kept < lines && from >= 0; kept++) from = from === 0 ? -1 : trimmed.lastIndexOf('\n', from - 1);
  const byLines = from < 0 ? 0 : from + 1;
  const start = Math.max(byLines, trimmed.length - characters);
  if (start === 0) return { text: trimmed, hiddenLines: 0, cut: false };
  return { text: trimmed.slice(start), hiddenLines: countNewlines(trimmed, start), cut: start > byLines };
}

function countNewlines(text: string, until: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < until; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
