// A plan for people: which file, and the exact lines that go and come.

import { plainLine } from '../terminal/plain-text.ts';
import type { ClientPlan } from './plan.ts';

/** Longest line that is shown whole. Files in one line hold other servers' keys, which are nobody's business here. */
const longestLine = 300;

/** Ends with a newline. */
export function describePlan(plan: ClientPlan): string {
  const { client, file, target, action, before } = plan;
  const facts = [
    ['client', client.title],
    ['file', before === undefined ? `${file} (will be made)` : file],
    ...(target === file ? [] : [['is', target]]),
    ['change', changeOf(plan)],
  ];
  const head = facts.map(([name = '', value = '']) => `${name.padEnd(8)}${plainLine(value)}\n`).join('');
  return action === 'none' ? head : `${head}\n${differenceOf(before ?? '', plan.after)}\n`;
}

function changeOf({ action, entry }: ClientPlan): string {
  switch (action) {
    case 'add':
      return 'the entry "parley" is added';
    case 'replace':
      return 'the entry "parley" is replaced';
    case 'remove':
      return 'the entry "parley" is removed';
    case 'none':
      return entry === undefined ? 'none: there is no entry "parley"' : 'none: the entry "parley" is there';
  }
}

/** The lines between the first and the last that differ, as `-` and `+`. */
export function differenceOf(before: string, after: string): string {
  const old = linesOf(before);
  const fresh = linesOf(after);
  const most = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < most && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;
  const shown = (sign: string, lines: readonly string[]) =>
    lines.slice(head, lines.length - tail).map((line) => `  ${sign} ${cut(line)}\n`);
  return [`  line ${head + 1}\n`, ...shown('-', old), ...shown('+', fresh)].join('');
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

function cut(line: string): string {
  if (line.length <= longestLine) return plainKeepingIndent(line);
  return `(a line of ${line.length} characters)`;
}

function plainKeepingIndent(line: string): string {
  const indent = /^\s*/.exec(line)?.[0].replaceAll('\t', '  ') ?? '';
  return indent + plainLine(line.trim());
}
