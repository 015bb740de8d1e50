// What Parley or the agent noted: retries, limits, warnings. Events that Parley does not know are kept behind one line.

import { memo } from 'react';
import type { NoticeEntry } from '../transcript/model.ts';
import { Icon } from '../ui/Icon.tsx';
import { ActivityRow } from './ActivityRow.tsx';
import { OutputBlock } from './OutputBlock.tsx';
import { prettyJson } from './pretty-json.ts';

export const Notice = memo(function Notice({ notice, live }: { readonly notice: NoticeEntry; readonly live: boolean }) {
  const { level, text, raw, times } = notice;
  if (raw !== undefined) {
    return (
      <ActivityRow
        icon={level === 'info' ? 'info' : 'warning'}
        kind="Notice"
        running={false}
        bad={level === 'error'}
        title={<span className="text-muted">{text}</span>}
        content={() => <OutputBlock output={prettyJson(raw)} label="As the agent sent it" />}
      />
    );
  }
  if (notice.code === 'policy_limit') {
    return (
      <ActivityRow
        icon="info"
        kind="Notice"
        running={false}
        title={<span className="text-muted">What these permissions cannot keep out</span>}
        content={() => (
          <ul className="list-disc space-y-1 pl-4 text-sm text-muted">
            {text.split('\n').map((line) => (
              <li key={line} className="wrap-anywhere">
                {line}
              </li>
            ))}
          </ul>
        )}
      />
    );
  }
  const tone = { info: 'text-muted', warning: 'text-waiting', error: 'text-failed' }[level];
  return (
    <p className="flex items-start gap-2.5 px-2 py-1.5 text-sm">
      <Icon
        name={notice.code === 'retrying' ? 'again' : level === 'info' ? 'info' : 'warning'}
        className={`mt-[0.2em] size-4 ${tone} ${notice.code === 'retrying' && live ? 'animate-turn' : ''}`}
      />
      <span className="min-w-0 wrap-anywhere whitespace-pre-wrap text-muted">
        {text}
        {times > 1 && ` (${times} times)`}
      </span>
    </p>
  );
});

/** The events of a turn that Parley does not know, behind one line. */
export function UnknownEvents({ notices }: { readonly notices: readonly NoticeEntry[] }) {
  return (
    <ActivityRow
      icon="info"
      kind="Notice"
      running={false}
      title={
        <span className="text-muted">
          {notices.length === 1 ? 'One message' : `${notices.length} messages`} of the agent that Parley does not know
        </span>
      }
      end="details"
      content={() =>
        notices.map((notice) => (
          <OutputBlock key={notice.id} output={prettyJson(notice.raw ?? notice.text)} label={notice.text} />
        ))
      }
    />
  );
}
