// What the agent said, as Markdown.

import type { AssistantMessageItem } from '@parley/schema';
import { memo } from 'react';
import { Markdown } from '../markdown/LazyMarkdown.tsx';

export const AssistantMessage = memo(function AssistantMessage({
  item,
  open,
}: {
  readonly item: AssistantMessageItem;
  readonly open: boolean;
}) {
  if (item.text.trim() === '') return null;
  return <Markdown text={item.text} growing={open} />;
});
