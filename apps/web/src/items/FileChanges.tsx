// Changed files: each on one line with its counts, its diff behind it.

import type { FileChange, FileChangeItem } from '@parley/schema';
import { memo } from 'react';
import { DiffView } from '../diff/DiffView.tsx';
import { ActivityRow } from './ActivityRow.tsx';
import { isBad, statusText } from './item-status.ts';

const verbs = { add: 'Added', update: 'Edited', delete: 'Deleted', move: 'Moved' } as const;
const icons = { add: 'plus', update: 'pencil', delete: 'trash', move: 'file' } as const;

export const FileChanges = memo(function FileChanges({
  item,
  open,
}: {
  readonly item: FileChangeItem;
  readonly open: boolean;
}) {
  return item.changes.map((change, index) => (
    <FileChangeRow
      key={`${change.path}-${index}`}
      change={change}
      running={open}
      bad={isBad(item.status)}
      status={statusText(item.status)}
    />
  ));
});

interface Props {
  readonly change: FileChange;
  readonly running: boolean;
  readonly bad?: boolean;
  readonly status?: string;
  readonly openAtFirst?: boolean;
}

export function FileChangeRow({ change, running, bad = false, status = '', openAtFirst = false }: Props) {
  const { diff, path } = change;
  return (
    <ActivityRow
      icon={icons[change.kind]}
      kind="File"
      running={running}
      bad={bad}
      openAtFirst={openAtFirst && diff !== undefined}
      title={
        <>
          {verbs[change.kind]} <code className="font-mono text-[0.8125rem]">{path}</code>
          {change.movedTo !== undefined && (
            <>
              {' '}
              to <code className="font-mono text-[0.8125rem]">{change.movedTo}</code>
            </>
          )}
        </>
      }
      end={
        <>
          {status !== '' && `${status} `}
          <Counts change={change} />
        </>
      }
      content={diff === undefined || diff === '' ? undefined : () => <DiffView diff={diff} label={path} />}
    />
  );
}

function Counts({ change: { added, removed } }: { readonly change: FileChange }) {
  return (
    <span className="inline-flex gap-2 font-mono">
      {added !== undefined && added > 0 && (
        <span className="text-added">
          <span className="sr-only">{added} lines added </span>
          <span aria-hidden="true">+{added}</span>
        </span>
      )}
      {removed !== undefined && removed > 0 && (
        <span className="text-removed">
          <span className="sr-only">{removed} lines removed</span>
          <span aria-hidden="true">−{removed}</span>
        </span>
      )}
    </span>
  );
}
