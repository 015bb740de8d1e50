// Markdown as the page shows it: lexed by marked, each block an element of its own that is drawn again only when its text changed.
// There is no HTML in between, so there is nothing to sanitize.

import type { Token } from 'marked';
import { memo, useMemo, useRef } from 'react';
import { Block } from './Block.tsx';
import { lexGrowing, lexWhole, nothingLexed } from './lex-growing.ts';

interface Props {
  readonly text: string;
  /** True while more text may come. */
  readonly growing: boolean;
}

export const Markdown = memo(function Markdown({ text, growing }: Props) {
  const before = useRef(nothingLexed);
  const { blocks } = useMemo(() => {
    // A cache, not state: lexing again from any earlier text, or from none, gives the same blocks.
    const lexed = growing ? lexGrowing(before.current, text) : lexWhole(text);
    before.current = lexed;
    return lexed;
  }, [text, growing]);
  return (
    <div className="prose-parley">
      {blocks.map((token, index) => (
        <MemoBlock key={index} token={token} growing={growing && index === blocks.length - 1} />
      ))}
    </div>
  );
});

interface BlockProps {
  readonly token: Token;
  readonly growing: boolean;
}

const MemoBlock = memo(
  Block,
  (before: BlockProps, after: BlockProps) =>
    before.growing === after.growing &&
    (before.token === after.token ||
      // Link definitions may resolve later, at the complete text: the tokens differ then although the text is the same.
      (before.token.raw === after.token.raw &&
        before.token.type === after.token.type &&
        !before.token.raw.includes('['))),
);
