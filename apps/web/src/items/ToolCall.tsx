// Any other tool: its name and what it does; arguments and output behind it.

import type { ToolCallItem } from '@parley/schema';
import { memo } from 'react';
import { ActivityRow } from './ActivityRow.tsx';
import { isBad, statusText } from './item-status.ts';
import { OutputBlock } from './OutputBlock.tsx';
import { prettyJson } from './pretty-json.ts';

export const ToolCall = memo(function ToolCall({
  item,
  open,
}: {
  readonly item: ToolCallItem;
  readonly open: boolean;
}) {
  const { input, output } = item;
  const name = item.server === undefined ? item.name : `${item.server} · ${item.name}`;
  const hasContent = (input ?? '') !== '' || (output ?? '') !== '';
  return (
    <ActivityRow
      icon="tool"
      kind="Tool"
      running={open}
      bad={isBad(item.status)}
      title={
        <>
          <span className="font-medium">{name}</span>
          {item.title !== undefined && item.title !== item.name && <span className="text-muted"> {item.title}</span>}
        </>
      }
      end={statusText(item.status)}
      content={
        hasContent
          ? () => (
              <>
                {input !== undefined && input !== '' && <OutputBlock output={prettyJson(input)} label="Arguments" />}
                {output !== undefined && output !== '' && <OutputBlock output={output} label="Output" />}
              </>
            )
          : undefined
      }
    />
  );
});
