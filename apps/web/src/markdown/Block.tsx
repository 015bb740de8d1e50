// One Markdown block as elements.

import type { MarkedToken, Token, Tokens } from 'marked';
import type { ReactNode } from 'react';
import { CodeBlock } from './CodeBlock.tsx';
import { Inline } from './Inline.tsx';
import { Scrolled } from '../ui/Scrolled.tsx';

interface Props {
  readonly token: Token;
  /** True while this block may still grow: its code is not coloured yet. */
  readonly growing: boolean;
}

export function Block({ token: any, growing }: Props): ReactNode {
  const token = any as MarkedToken;
  switch (token.type) {
    case 'space':
    case 'def':
      return null;
    case 'heading': {
      // The page's own headings are the first two levels.
      const Heading = (['h3', 'h4', 'h5', 'h6', 'h6', 'h6'] as const)[token.depth - 1] ?? 'h6';
      return (
        <Heading>
          <Inline tokens={token.tokens} />
        </Heading>
      );
    }
    case 'paragraph':
      return (
        <p className="wrap-anywhere">
          <Inline tokens={token.tokens} />
        </p>
      );
    case 'code':
      return <CodeBlock code={token.text} language={token.lang} growing={growing} />;
    case 'blockquote':
      return (
        <blockquote>
          <Blocks tokens={token.tokens} growing={growing} />
        </blockquote>
      );
    case 'list':
      return <List token={token} growing={growing} />;
    case 'table':
      return <Table token={token} />;
    case 'hr':
      return <hr />;
    case 'html':
      return <p className="whitespace-pre-wrap wrap-anywhere">{token.text.trimEnd()}</p>;
    default:
      return <Inline tokens={[token]} />;
  }
}

function Blocks({ tokens, growing }: { readonly tokens: readonly Token[]; readonly growing: boolean }): ReactNode {
  return tokens.map((token, index) => (
    <Block key={index} token={token} growing={growing && index === tokens.length - 1} />
  ));
}

function List({ token, growing }: { readonly token: Tokens.List; readonly growing: boolean }) {
  const items = token.items.map((item, index) => (
    <li key={index} className={item.task ? 'task wrap-anywhere' : 'wrap-anywhere'}>
      <Blocks tokens={item.tokens} growing={growing && index === token.items.length - 1} />
    </li>
  ));
  if (!token.ordered) return <ul>{items}</ul>;
  return <ol start={token.start === '' ? 1 : token.start}>{items}</ol>;
}

function Table({ token }: { readonly token: Tokens.Table }) {
  return (
    <Scrolled label="Table" className="overflow-x-auto">
      <table className="text-sm">
        <thead>
          <tr>
            {token.header.map((cell, index) => (
              <th key={index} style={{ textAlign: cell.align ?? 'left' }}>
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, index) => (
                <td key={index} style={{ textAlign: cell.align ?? 'left' }}>
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
