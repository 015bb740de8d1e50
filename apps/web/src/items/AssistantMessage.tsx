// What the agent said, as Markdown.

import type { AssistantMessageItem } from '@parley/schema';
import { memo } from 'react';
import { Markdown } from '../markdown/LazyMarkdown.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';

export const AssistantMessage = memo(function AssistantMessage({
  item,
  open,
}: {
  readonly item: AssistantMessageItem;
  readonly open: boolean;
}) {
  if (item.text.trim() === '') return null;
  return (
    <div className="group">
      <Markdown text={item.text} growing={open} />
      {!open && (
        <div className="-ml-1.5 opacity-0 transition-opacity group-hover:opacity-100 focus-within:opacity-100 pointer-coarse:opacity-100">
          <CopyButton text={item.text} label="Copy answer" />
        </div>
      )}
    </div>
  );
});
