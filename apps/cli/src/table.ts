// Rows for people.

import { plainLine } from './terminal/plain-text.ts';

/** Columns side by side, two spaces apart; what does not fit into `width` is cut in the last one. Ends with a newline. */
export function showTable(head: readonly string[], rows: readonly (readonly string[])[], width = Infinity): string {
  const all = [head, ...rows].map((row) => row.map((cell) => plainLine(cell)));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + 2, 0);
  const lastWidth = Math.max(10, width - before);
  return all
    .map((row) => {
      const cells = row.map((cell, column) =>
        column === widths.length - 1 ? plainLine(cell, lastWidth) : cell.padEnd(widths[column] ?? 0),
      );
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}
