// A notice as an entry; one that repeats the code of the entry right before it replaces that one and counts on (retries come in rows).

import type { ParleyEvent } from '@parley/schema';
import type { NoticeEntry } from './model.ts';

export type NoticeEvent = Extract<ParleyEvent, { type: 'notice' }>;

/** The entry for a notice. It has the id of `before` when it takes that one's place. */
export function joinNotice(before: NoticeEntry | undefined, event: NoticeEvent): NoticeEntry {
  const repeats = before !== undefined && before.code === event.code && event.code === 'retrying';
  return {
    kind: 'notice',
    id: repeats ? before.id : `notice-${event.seq}`,
    level: event.level,
    code: event.code,
    text: event.text,
    ...(event.raw === undefined ? {} : { raw: event.raw }),
    times: repeats ? before.times + 1 : 1,
  };
}
