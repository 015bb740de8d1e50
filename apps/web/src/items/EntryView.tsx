// One entry of a turn as what it is.

import { memo } from 'react';
import type { Entry, ItemEntry } from '../transcript/model.ts';
import { ApprovalRecord } from './ApprovalRecord.tsx';
import { AssistantMessage } from './AssistantMessage.tsx';
import { Command } from './Command.tsx';
import { FileChanges } from './FileChanges.tsx';
import { Notice } from './Notice.tsx';
import { Plan } from './Plan.tsx';
import { Reasoning } from './Reasoning.tsx';
import { ToolCall } from './ToolCall.tsx';
import { UserMessage } from './UserMessage.tsx';

interface Props {
  readonly entry: Entry;
  /** Whether the turn is running. */
  readonly live: boolean;
}

export const EntryView = memo(function EntryView({ entry, live }: Props) {
  switch (entry.kind) {
    case 'item':
      return <ItemView entry={entry} live={live} />;
    case 'approval':
      // While it waits it stands at the end of the turn, as a card.
      return entry.approval.resolution === undefined && live ? null : <ApprovalRecord approval={entry.approval} />;
    case 'notice':
      return <Notice notice={entry} live={live} />;
  }
});

function ItemView({ entry: { item, open }, live }: { readonly entry: ItemEntry; readonly live: boolean }) {
  switch (item.type) {
    case 'user_message':
      return <UserMessage item={item} />;
    case 'assistant_message':
      return <AssistantMessage item={item} open={open} />;
    case 'reasoning':
      return <Reasoning item={item} open={open} />;
    case 'command':
      return <Command item={item} open={open} />;
    case 'file_change':
      return <FileChanges item={item} open={open} />;
    case 'tool_call':
      return <ToolCall item={item} open={open} />;
    case 'plan':
      return <Plan item={item} live={live} />;
  }
}
