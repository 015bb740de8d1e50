// Markdown's inline tokens as elements. HTML in Markdown is shown as the text it is; images are named and linked, never loaded.

import type { MarkedToken, Token } from 'marked';
import type { ReactNode } from 'react';
import { decodeReferences } from './decode-references.ts';
import { safeUrl } from './safe-url.ts';

export function Inline({ tokens }: { readonly tokens: readonly Token[] | undefined }): ReactNode {
  return tokens?.map((token, index) => <InlineToken key={index} token={token as MarkedToken} />);
}

function InlineToken({ token }: { readonly token: MarkedToken }): ReactNode {
  switch (token.type) {
    case 'text':
      if (token.tokens !== undefined) return <Inline tokens={token.tokens} />;
      return token.escaped === true ? token.text : decodeReferences(token.text);
    case 'escape':
      return token.text;
    case 'strong':
      return (
        <strong>
          <Inline tokens={token.tokens} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inline tokens={token.tokens} />
        </em>
      );
    case 'del':
      return (
        <del>
          <Inline tokens={token.tokens} />
        </del>
      );
    case 'codespan':
      return <code>{token.text}</code>;
    case 'br':
      return <br />;
    case 'link':
      return (
        <SafeLink href={token.autolink === true ? token.href : decodeReferences(token.href)}>
          <Inline tokens={token.tokens} />
        </SafeLink>
      );
    case 'image':
      return (
        <SafeLink
          href={decodeReferences(token.href)}
        >{`Image: ${decodeReferences(token.text) || token.href}`}</SafeLink>
      );
    case 'html':
      // The one tag that people write because Markdown's tables have no other way.
      return /^<br\s*\/?>$/i.test(token.text) ? <br /> : token.text;
    case 'checkbox':
      return (
        <>
          <span aria-hidden="true">{token.checked ? '☑' : '☐'}</span>
          <span className="sr-only">{token.checked ? 'done: ' : 'to do: '}</span>{' '}
        </>
      );
    default:
      return token.raw;
  }
}

function SafeLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  const url = safeUrl(href);
  if (url === undefined) return <span title={href}>{children}</span>;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
