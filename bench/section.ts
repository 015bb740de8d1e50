// What a benchmark has to say: a table, the aim, and whether this run met it.

export interface Section {
  readonly title: string;
  /** What was measured, in a sentence or two. Markdown. */
  readonly measures: string;
  readonly aim: string;
  readonly met: boolean;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a reader should know to read the numbers. Markdown. */
  readonly notes?: readonly string[];
}

/** As Markdown. */
export function showSection({ title, measures, aim, met, head, rows, notes = [] }: Section): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const table = [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)];
  const said = [measures, '', ...table, '', `Aim: ${aim}. ${met ? 'Met.' : '**Not met in this run.**'}`];
  return [`## ${title}`, '', ...said, ...notes.flatMap((note) => ['', note])].join('\n') + '\n';
}
