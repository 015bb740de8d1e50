// Notices for what an agent sent and Parley does not know: kept as it came, never in the way of a turn.

import type { DriverOutput, TurnId } from '@parley/schema';
import { cutText } from './json.ts';

type Notice = Extract<DriverOutput, { type: 'notice' }>;

const rawLimit = 16 * 1024;

/** An event whose name the driver does not know. `name` is the agent's word for it. */
export function unknownEvent(name: string, line: string, turnId: TurnId | undefined): Notice {
  return notice(
    turnId,
    'info',
    'unknown_event',
    `The agent sent an event that Parley does not know: ${cutText(name, 120)}`,
    line,
  );
}

/** A line that is not the JSON that the protocol asks for. */
export function unreadableLine(line: string, turnId: TurnId | undefined): Notice {
  return notice(
    turnId,
    'warning',
    'unreadable_line',
    'The agent printed a line that is not part of its protocol',
    line,
  );
}

/** A notice with what the agent sent, cut at 16 KiB. */
export function notice(
  turnId: TurnId | undefined,
  level: Notice['level'],
  code: string,
  text: string,
  raw?: string,
): Notice {
  return {
    type: 'notice',
    ...(turnId === undefined ? {} : { turnId }),
    level,
    code,
    text,
    ...(raw === undefined ? {} : { raw: cutText(raw, rawLimit) }),
  };
}
