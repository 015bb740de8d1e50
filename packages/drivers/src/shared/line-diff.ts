// The unified diff between two texts, by lines (Myers' greedy algorithm), with a limit on the work it may take.

/** Edits. Beyond that the texts are shown as wholly replaced between their common beginning and end: the work grows with its square. */
const editLimit = 1000;
const contextLines = 3;

type Mark = ' ' | '-' | '+';

interface Line {
  readonly mark: Mark;
  readonly text: string;
}

/** Hunks (`@@ … @@` and their lines), without a head; empty where the texts are the same. */
export function diffHunks(before: string, after: string): string {
  if (before === after) return '';
  const lines = compare(splitLines(before), splitLines(after));
  let hunks = '';
  let oldLine = 1;
  let newLine = 1;
  for (let at = 0; at < lines.length;) {
    const change = nextChange(lines, at);
    if (change === lines.length) break;
    const start = Math.max(at, change - contextLines);
    oldLine += start - at;
    newLine += start - at;
    const end = endOfHunk(lines, change);
    const part = lines.slice(start, end);
    const removed = part.filter(({ mark }) => mark !== '+').length;
    const added = part.filter(({ mark }) => mark !== '-').length;
    hunks += `@@ -${range(oldLine, removed)} +${range(newLine, added)} @@\n`;
    for (const { mark, text } of part)
      hunks += `${mark}${text}${text.endsWith('\n') ? '' : '\n\\ No newline at end of file\n'}`;
    oldLine += removed;
    newLine += added;
    at = end;
  }
  return hunks;
}

function range(line: number, count: number): string {
  return `${count === 0 ? line - 1 : line},${count}`;
}

function nextChange(lines: readonly Line[], from: number): number {
  let at = from;
  while (at < lines.length && lines[at]?.mark === ' ') at++;
  return at;
}

/** After the last change whose neighbours are near enough to share their context. */
function endOfHunk(lines: readonly Line[], change: number): number {
  let end = change;
  for (;;) {
    while (end < lines.length && lines[end]?.mark !== ' ') end++;
    const next = nextChange(lines, end);
    if (next === lines.length || next - end > 2 * contextLines) return Math.min(lines.length, end + contextLines);
    end = next;
  }
}

function splitLines(text: string): readonly string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

function compare(before: readonly string[], after: readonly string[]): readonly Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail++;
  const removed = before.slice(head, before.length - tail);
  const added = after.slice(head, after.length - tail);
  return [
    ...marked(' ', before.slice(0, head)),
    ...(shortestEdits(removed, added) ?? [...marked('-', removed), ...marked('+', added)]),
    ...marked(' ', before.slice(before.length - tail)),
  ];
}

function marked(mark: Mark, lines: readonly string[]): readonly Line[] {
  return lines.map((text) => ({ mark, text }));
}

/** Undefined where more than `editLimit` edits are needed. */
function shortestEdits(before: readonly string[], after: readonly string[]): readonly Line[] | undefined {
  const limit = Math.min(before.length + after.length, editLimit);
  /** For each diagonal `k = x - y` the farthest x that this many edits reach. */
  let reach = new Map<number, number>([[1, 0]]);
  const trail: ReadonlyMap<number, number>[] = [];
  for (let edits = 0; edits <= limit; edits++) {
    trail.push(reach);
    const next = new Map<number, number>();
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x++;
      next.set(k, x);
      if (x >= before.length && x - k >= after.length) return walkBack(before, after, trail, edits);
    }
    reach = next;
  }
  return undefined;
}

function walkBack(
  before: readonly string[],
  after: readonly string[],
  trail: readonly ReadonlyMap<number, number>[],
  edits: number,
): readonly Line[] {
  const lines: Line[] = [];
  let x = before.length;
  let y = after.length;
  for (let left = edits; left >= 0; left--) {
    const reach = trail[left] ?? new Map<number, number>();
    const k = x - y;
    const down = k === -left || (k !== left && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const fromX = left === 0 ? 0 : (reach.get(down ? k + 1 : k - 1) ?? 0);
    const fromY = left === 0 ? 0 : fromX - (down ? k + 1 : k - 1);
    while (x > fromX && y > fromY && x > 0 && y > 0 && before[x - 1] === after[y - 1]) {
      lines.push({ mark: ' ', text: before[x - 1] ?? '' });
      x--;
      y--;
    }
    if (left === 0) break;
    if (down) lines.push({ mark: '+', text: after[--y] ?? '' });
    else lines.push({ mark: '-', text: before[--x] ?? '' });
  }
  return lines.toReversed();
}
