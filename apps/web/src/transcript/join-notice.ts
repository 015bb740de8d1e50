// A notice as an entry. Some come in rows and are one entry: of retries the last one counts, of a policy's limits each is a line.

import type { ParleyEvent } from '@parley/schema';
import type { NoticeEntry } from './model.ts';

export type NoticeEvent = Extract<ParleyEvent, { type: 'notice' }>;

/** The entry for a notice. It has the id of `before`, the entry right before it, when it takes that one's place. */
export function joinNotice(before: NoticeEntry | undefined, event: NoticeEvent): NoticeEntry {
  const row = before !== undefined && before.code === event.code && ['retrying', 'policy_limit'].includes(event.code);
  return {
    kind: 'notice',
    id: row ? before.id : `notice-${event.seq}`,
    level: event.level,
    code: event.code,
    text: row && event.code === 'policy_limit' ? `${before.text}\n${event.text}` : event.text,
    ...(event.raw === undefined ? {} : { raw: event.raw }),
    times: row ? before.times + 1 : 1,
  };
}
