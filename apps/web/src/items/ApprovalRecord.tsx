// An approval that has been answered: one line that says how and by whom.

import type { Approval, ApprovalResolution } from '@parley/schema';
import { memo } from 'react';
import { ActivityRow } from './ActivityRow.tsx';
import { CommandText } from './CommandText.tsx';
import { FileChangeRow } from './FileChanges.tsx';

const outcomes = {
  allowed: 'Allowed',
  denied: 'Denied',
  cancelled: 'Cancelled',
  expired: 'Not answered in time',
  withdrawn: 'Withdrawn',
} as const;
const deciders = {
  person: '',
  policy: 'by the policy',
  deadline: 'so it was denied',
  agent: 'by the agent',
  engine: 'by Parley',
} as const;

export const ApprovalRecord = memo(function ApprovalRecord({ approval }: { readonly approval: Approval }) {
  const { resolution, command, cwd, changes } = approval;
  const hasContent = command !== undefined || (changes?.length ?? 0) > 0 || approval.reason !== undefined;
  return (
    <ActivityRow
      icon="hand"
      kind="Approval"
      running={false}
      bad={resolution !== undefined && resolution.outcome !== 'allowed'}
      title={<span className="text-muted">{approval.title}</span>}
      end={resolution === undefined ? 'Not answered' : resolutionText(approval, resolution)}
      content={
        hasContent
          ? () => (
              <>
                {approval.reason !== undefined && <p className="text-sm text-muted">{approval.reason}</p>}
                {command !== undefined && <CommandText command={command} cwd={cwd} />}
                {changes?.map((change) => (
                  <FileChangeRow key={change.path} change={change} running={false} />
                ))}
              </>
            )
          : undefined
      }
    />
  );
});

function resolutionText(approval: Approval, { outcome, by, optionId }: ApprovalResolution): string {
  const always = approval.options.find((option) => option.id === optionId)?.effect === 'allow-always' ? ' always' : '';
  return [outcomes[outcome] + always, deciders[by]].filter((word) => word !== '').join(' ');
}
