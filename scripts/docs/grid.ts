// The grid: which behaviour each way to speak to each agent has. Its cells are tests (e2e/grid): a pass is one that runs, and what an
// agent cannot do is one that fails as soon as it can.

import { behaviours } from '../../e2e/grid/behaviours.ts';
import type { Behaviour } from '../../e2e/grid/behaviours.ts';
import { subjects } from '../../e2e/grid/subjects.ts';
import type { Subject } from '../../e2e/grid/subjects.ts';
import { code, table } from './table.ts';

/** One table for each group of behaviours; a number leads to the evidence below. */
export function gridTables(): string {
  const notes: string[] = [];
  const note = (text: string): number => {
    const known = notes.indexOf(text);
    return known < 0 ? notes.push(text) : known + 1;
  };
  const groups = Object.entries(behaviours).map(([group, rows]) => {
    const lines = Object.entries(rows).map(([name, meaning]) => [
      `**${name}**: ${meaning}`,
      ...subjects.map((subject) => cell(subject, name as Behaviour, note)),
    ]);
    return `### ${group[0]?.toUpperCase()}${group.slice(1)}\n\n${table(['', ...subjects.map(headOf)], lines)}`;
  });
  const evidence = notes.map((text, index) => `${index + 1}. ${text}`).join('\n');
  return `${groups.join('\n\n')}\n\n### What they cannot do, and how it is known\n\n${evidence}`;
}

/** What was asked: the real program or a stand-in. */
export function subjectTable(): string {
  return table(
    ['agent', 'mode', 'asked'],
    subjects.map(({ agent, mode, program }) => [
      code(agent),
      code(mode),
      program === 'real' ? 'the real program' : 'a stand-in',
    ]),
  );
}

const headOf = ({ agent, mode }: Subject): string => `${agent}<br>${mode}`;

function cell({ cannot }: Subject, name: Behaviour, note: (text: string) => number): string {
  const evidence = cannot[name];
  return evidence === undefined ? 'pass' : `no (${note(evidence)})`;
}
