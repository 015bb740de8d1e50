// A shell command: one line with how it stands; its output, exit code and duration behind it.

import type { CommandItem } from '@parley/schema';
import { memo } from 'react';
import { durationText } from '../transcript/time-text.ts';
import { ActivityRow } from './ActivityRow.tsx';
import { CommandText } from './CommandText.tsx';
import { isBad, statusText } from './item-status.ts';
import { OutputBlock } from './OutputBlock.tsx';

export const Command = memo(function Command({ item, open }: { readonly item: CommandItem; readonly open: boolean }) {
  const failedExit = item.exitCode !== undefined && item.exitCode !== 0;
  const end = [
    failedExit ? `exit ${item.exitCode}` : statusText(item.status),
    item.durationMs === undefined ? '' : durationText(item.durationMs),
  ];
  return (
    <ActivityRow
      icon="terminal"
      kind="Command"
      running={open}
      bad={failedExit || isBad(item.status)}
      title={<code className="font-mono text-[0.8125rem]">{item.command.split('\n', 1)[0]}</code>}
      end={end.filter((word) => word !== '').join(' · ')}
      content={() => (
        <>
          <CommandText command={item.command} cwd={item.cwd} />
          {item.output === undefined || item.output === '' ? (
            <p className="text-sm text-muted">{open ? 'No output yet.' : 'No output.'}</p>
          ) : (
            <OutputBlock output={item.output} label="Output" />
          )}
          {!open && (
            <p className="text-xs text-muted">
              {item.exitCode === undefined ? 'Exit code unknown' : `Exit code ${item.exitCode}`}
              {item.durationMs !== undefined && ` · ${durationText(item.durationMs)}`}
            </p>
          )}
        </>
      )}
    />
  );
});
