// Counts the lines that a unified diff adds and removes.

export interface DiffCounts {
  readonly added: number;
  readonly removed: number;
}

/** `+` and `-` lines inside the hunks; the `+++`/`---` head of a file is before its first hunk and does not count. */
export function countDiff(diff: string): DiffCounts {
  let added = 0;
  let removed = 0;
  let inHunk = false;
  for (let at = 0; at < diff.length;) {
    const end = diff.indexOf('\n', at);
    const first = diff.charAt(at);
    if (diff.startsWith('@@', at)) inHunk = true;
    else if (diff.startsWith('diff --git ', at)) inHunk = false;
    else if (inHunk && first === '+') added++;
    else if (inHunk && first === '-') removed++;
    if (end === -1) break;
    at = end + 1;
  }
  return { added, removed };
}

/** How many lines a text has: a last one without its newline counts too. */
export function countLines(text: string): number {
  if (text === '') return 0;
  let lines = text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
