// A block of code with its language's name, a copy button, and colours as soon as the highlighter is there.

import { useEffect, useState } from 'react';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Scrolled } from '../ui/Scrolled.tsx';
import type { CodeLine } from './highlight.ts';

interface Props {
  readonly code: string;
  /** The fence's info string. */
  readonly language: string | undefined;
  readonly growing: boolean;
}

/** Longer code stays plain: colouring it would hold up the page. In characters. */
const longest = 40_000;

export function CodeBlock({ code, language, growing }: Props) {
  const name = language?.split(/[\s,{]/, 1)[0]?.toLowerCase() ?? '';
  const lines = useColours(code, name, !growing && name !== '' && code.length <= longest);
  return (
    <figure className="overflow-hidden rounded-xl border border-line bg-sunken">
      <figcaption className="flex items-center justify-between border-b border-line px-3 py-1 text-xs text-muted">
        <span>{name || 'code'}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      <Scrolled label="Code" className="overflow-x-auto p-3">
        <pre className="w-max font-mono text-[0.8125rem] leading-relaxed">
          <code>
            {lines === undefined
              ? code
              : lines.map((line, index) => <Line key={index} line={line} isFirst={index === 0} />)}
          </code>
        </pre>
      </Scrolled>
    </figure>
  );
}

/** Newlines stand between lines only: coloured or plain, a block has the same text. */
function Line({ line, isFirst }: { readonly line: CodeLine; readonly isFirst: boolean }) {
  return (
    <>
      {isFirst ? '' : '\n'}
      {line.map((token, index) =>
        token.kind === undefined ? (
          token.text
        ) : (
          <span key={index} className={`tok-${token.kind}`}>
            {token.text}
          </span>
        ),
      )}
    </>
  );
}

function useColours(code: string, language: string, wanted: boolean): readonly CodeLine[] | undefined {
  const [coloured, setColoured] = useState<{
    readonly code: string;
    readonly lines: readonly CodeLine[] | undefined;
  }>();
  useEffect(() => {
    if (!wanted) return undefined;
    let gone = false;
    import('./highlight.ts')
      .then(({ highlight }) => highlight(code, language))
      .then(
        (lines) => !gone && setColoured({ code, lines }),
        // Without the highlighter (the daemon is away while it would load) the code is plain.
        () => undefined,
      );
    return () => {
      gone = true;
    };
  }, [code, language, wanted]);
  return coloured?.code === code ? coloured.lines : undefined;
}
