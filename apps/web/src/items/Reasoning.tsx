// What the agent thought: one line, the words behind it.

import type { ReasoningItem } from '@parley/schema';
import { memo } from 'react';
import { Markdown } from '../markdown/LazyMarkdown.tsx';
import { ActivityRow } from './ActivityRow.tsx';

export const Reasoning = memo(function Reasoning({
  item,
  open,
}: {
  readonly item: ReasoningItem;
  readonly open: boolean;
}) {
  const text = item.text.trim();
  if (text === '' && !open) return null;
  const firstLine =
    text
      .split('\n', 1)[0]
      ?.replaceAll(/[*_`#]/g, '')
      .trim() ?? '';
  return (
    <ActivityRow
      icon="thought"
      kind="Reasoning"
      running={open}
      title={<span className="text-muted">{firstLine === '' ? 'Thinking …' : firstLine}</span>}
      content={
        text === ''
          ? undefined
          : () => (
              <div className="text-sm text-muted">
                <Markdown text={item.text} growing={open} />
              </div>
            )
      }
    />
  );
});
