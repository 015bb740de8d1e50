// A unified diff, coloured, with line numbers. Added and removed lines differ by their sign too, not by colour alone.

import { memo, useMemo, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { Scrolled } from '../ui/Scrolled.tsx';
import { parseDiff } from './parse-diff.ts';
import type { DiffLine } from './parse-diff.ts';

/** More lines than this are shown on request. */
const shownAtFirst = 300;

const looks: Readonly<
  Record<DiffLine['kind'], { readonly row: string; readonly sign: string; readonly word: string }>
> = {
  context: { row: '', sign: ' ', word: '' },
  added: { row: 'bg-added-soft text-added', sign: '+', word: 'added: ' },
  removed: { row: 'bg-removed-soft text-removed', sign: '−', word: 'removed: ' },
  hunk: { row: 'text-muted bg-hover', sign: '', word: '' },
  note: { row: 'text-muted italic', sign: '', word: '' },
};

export const DiffView = memo(function DiffView({ diff, label }: { readonly diff: string; readonly label: string }) {
  const lines = useMemo(() => parseDiff(diff), [diff]);
  const [all, setAll] = useState(false);
  const shown = all ? lines : lines.slice(0, shownAtFirst);
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-sunken">
      <Scrolled label={`Diff of ${label}`} className="max-h-[60vh] overflow-auto">
        <div className="min-w-max py-1 font-mono text-xs leading-5">
          {shown.map((line, index) => (
            <Line key={index} line={line} />
          ))}
        </div>
      </Scrolled>
      {shown.length < lines.length && (
        <Button weight="quiet" className="w-full rounded-none border-t border-line" onClick={() => setAll(true)}>
          Show all {lines.length.toLocaleString('en-US')} lines
        </Button>
      )}
    </div>
  );
});

function Line({ line }: { readonly line: DiffLine }) {
  const { row, sign, word } = looks[line.kind];
  return (
    <div className={`flex pr-3 ${row}`}>
      <span
        aria-hidden="true"
        className="w-10 shrink-0 pr-1 text-right text-muted tabular-nums select-none max-sm:hidden"
      >
        {line.before}
      </span>
      <span aria-hidden="true" className="w-10 shrink-0 pr-1 text-right text-muted tabular-nums select-none">
        {line.after ?? ''}
      </span>
      <span aria-hidden="true" className="w-5 shrink-0 text-center select-none">
        {sign}
      </span>
      {word !== '' && <span className="sr-only">{word}</span>}
      <span className="whitespace-pre">{line.text === '' ? ' ' : line.text}</span>
    </div>
  );
}
