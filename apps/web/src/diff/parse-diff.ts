// Reads a unified diff of one file into lines with their numbers.

export interface DiffLine {
  readonly kind: 'context' | 'added' | 'removed' | 'hunk' | 'note';
  readonly text: string;
  /** Line number in the file before; absent on added lines. */
  readonly before?: number;
  readonly after?: number;
}

/** File headers are left out (the page shows the path elsewhere); what is no diff at all comes back as notes. */
export function parseDiff(diff: string): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let leftBefore = 0;
  let leftAfter = 0;
  let inHunks = false;
  for (const line of withoutLastEmpty(diff.split('\n'))) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)$/.exec(line);
    if (hunk !== null && leftBefore <= 0 && leftAfter <= 0) {
      [before, after] = [Number(hunk[1]), Number(hunk[3])];
      [leftBefore, leftAfter] = [Number(hunk[2] ?? 1), Number(hunk[4] ?? 1)];
      inHunks = true;
      lines.push({ kind: 'hunk', text: line });
    } else if (!inHunks) {
      if (!/^(?:diff |index |--- |\+\+\+ |new file|deleted file|similarity|rename |old mode|new mode)/.test(line)) {
        lines.push({ kind: 'note', text: line });
      }
    } else if (line.startsWith('+')) {
      lines.push({ kind: 'added', text: line.slice(1), after: after++ });
      leftAfter--;
    } else if (line.startsWith('-')) {
      lines.push({ kind: 'removed', text: line.slice(1), before: before++ });
      leftBefore--;
    } else if (line.startsWith('\\')) {
      lines.push({ kind: 'note', text: line.slice(1).trim() });
    } else {
      lines.push({ kind: 'context', text: line.slice(1), before: before++, after: after++ });
      leftBefore--;
      leftAfter--;
    }
  }
  return lines;
}

function withoutLastEmpty(lines: readonly string[]): readonly string[] {
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
