// Lexes Markdown that grows at its end: only its last two blocks are read again, so a long streamed answer costs what its end costs.

import { lexer } from 'marked';
import type { Token } from 'marked';

export interface Lexed {
  readonly text: string;
  readonly blocks: readonly Token[];
}

export const nothingLexed: Lexed = { text: '', blocks: [] };

/**
 * The blocks of `text`. When it begins with the text that was lexed before, all but the last two blocks keep their identity.
 * A link defined far below (`[name]: url`) reaches only blocks that are lexed together with it: `lexer(text)` over the whole,
 * once the text is complete, has them all.
 */
export function lexGrowing(before: Lexed, text: string): Lexed {
  if (text === before.text) return before;
  if (before.text === '' || !text.startsWith(before.text)) return { text, blocks: lexer(text) };
  // A line that grows may change what it is ("*" begins a list, "**bold" goes on with the one before), so the last two blocks are
  // open. A blank line closes nothing: space does not count.
  const last = before.blocks.findLastIndex((block) => block.type !== 'space');
  const keep = before.blocks.findLastIndex((block, index) => index < last && block.type !== 'space');
  const kept = before.blocks.slice(0, Math.max(0, keep));
  const start = kept.reduce((length, block) => length + block.raw.length, 0);
  // Where the lexer has changed the text it read (tabs, carriage returns), lengths do not tell the place: read all of it.
  if (!before.text.startsWith(kept.map((block) => block.raw).join(''))) return { text, blocks: lexer(text) };
  return { text, blocks: [...kept, ...lexer(text.slice(start))] };
}

/** The blocks of a text that will not grow any more. */
export function lexWhole(text: string): Lexed {
  return { text, blocks: lexer(text) };
}
