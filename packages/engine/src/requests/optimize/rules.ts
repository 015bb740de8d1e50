// What may be left out of a paragraph of prose without changing what it says. Adjectives, words for types and the shape of lists stay:
// "critical" and "string" mean something.

import type { Span } from './spans.ts';

export interface Rule {
  readonly name: string;
  /** Parts to leave out, ascending; each is replaced by `by`. */
  readonly find: (paragraph: string) => Iterable<Span>;
  readonly by: string;
}

/** Two or more spaces after a sentence. Not after "1." or "a.": there they are the indentation of a list. */
const afterSentences: Rule = {
  name: 'spaces between sentences',
  find: (text) => spansOf(text.matchAll(/(?<=[\p{L})]{2}[.!?]) {2,}(?=\p{Lu})/gu)),
  by: ' ',
};

/** Several of them are likely to be columns. */
const loneSpaces: Rule = {
  name: 'spaces between words',
  find: (text) => {
    const runs = spansOf(text.matchAll(/(?<=[^ \n]) {2,}(?=[^ \r\n])/g));
    const [only, another] = runs;
    if (only === undefined || another !== undefined) return [];
    return /^\p{Ll} +\p{Ll}$/u.test(text.slice(only.start - 1, only.end + 1)) ? [only] : [];
  },
  by: ' ',
};

const lineEnds: Rule = {
  name: 'spaces at the end of a line',
  find: (text) => spansOf(text.matchAll(/(?<![ \t])[ \t]+(?=\r?(?:\n|$))/g)),
  by: '',
};

export const spaceRules: readonly Rule[] = [afterSentences, loneSpaces, lineEnds];

/** "Can you …?" alone may be a question, so it stays. */
const openers = [
  'please',
  'kindly',
  '(?:could|can|would|will) you (?:please|kindly)',
  "i(?: would|['’]d) (?:really )?(?:like|appreciate it if) you(?: to| could)",
  'i (?:would )?(?:want|need) you to',
  'i was wondering (?:if|whether) you could',
  'as you (?:may |might )?(?:already )?know',
  'needless to say',
].join('|');
const opener = new RegExp(`(?<=^|[.!?][ \\n])[ ]*(?:(?:${openers}),? +)+(?=[\\p{L}\\p{N}]|\`(?!\`))`, 'giu');

/** From here on the words may be what the agent is to work on, not what it is told. */
const material =
  /[:"“”«»„‘\x60<>{}[\]]|\b(?:following|below|above|text|sentence|phrase|message|letter|poem|translat\w*|rephrase|rewrite|paraphrase|proofread|reply|answer)\b|\be-?mail\b/i;

/** Of the first paragraph only. */
export const courtesy: Rule = {
  name: 'courtesy',
  find: (text) => {
    const until = material.exec(text)?.index ?? text.length;
    return spansOf(text.matchAll(opener)).filter(({ start, end }) => start === 0 || end <= until);
  },
  by: '',
};

function spansOf(matches: Iterable<RegExpExecArray>): readonly Span[] {
  return Array.from(matches, ({ index, 0: found }) => ({ start: index, end: index + found.length }));
}
