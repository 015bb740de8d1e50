// What a screen reader is told when an event arrives live: whole answers, questions and ends, not every step.

import type { ParleyEvent } from '@parley/schema';

/** Longest answer that is read out by itself; of a longer one the beginning. In characters. */
const longest = 600;

/** Words for the polite live region, or undefined when the event is not worth an interruption. */
export function announce(event: ParleyEvent): string | undefined {
  switch (event.type) {
    case 'item.completed':
      if (event.item.type !== 'assistant_message' || event.item.text.trim() === '') return undefined;
      return event.item.text.length <= longest
        ? event.item.text
        : `${event.item.text.slice(0, longest)} … (answer goes on)`;
    case 'approval.requested':
      return `The agent asks: ${event.approval.title}`;
    case 'approval.resolved':
      return `Answered: ${event.resolution.outcome}`;
    case 'turn.interrupted':
      return 'Stopped.';
    case 'turn.failed':
    case 'turn.lost':
      return `The turn failed: ${event.error.message}`;
    case 'notice':
      return event.level === 'info' || event.code === 'unknown_event' ? undefined : event.text;
    default:
      return undefined;
  }
}
