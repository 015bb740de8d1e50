// Understands small tasks in plain English. Literal and narrow: what it does not know it hands back.
import { hideQuoted, type Masked } from './quoted.ts';
import type { Task } from './task.ts';
import { taskIn } from './task-rules.ts';

export type Understood =
  | { readonly kind: 'tasks'; readonly tasks: readonly Task[] }
  | { readonly kind: 'unknown'; readonly part: string };

// "then" joins tasks; "; then" is left alone because a shell says it.
const JOINT = /(?<!;)(?:\s*[,.]\s+|\s+)(?:and\s+)?(?:then|after that|afterwards),?\s+/i;

/** All tasks of a message in order, or the part that was not understood. */
export function understand(message: string): Understood {
  const text = hideQuoted(message.trim());
  const verbatim = /^run:\s/i.test(text.masked) ? understandOne(text.masked, text) : undefined;
  if (verbatim !== undefined) return { kind: 'tasks', tasks: [verbatim] };
  const parts = text.masked.split(JOINT);
  const tasks: Task[] = [];
  for (const part of parts) {
    const task = understandOne(part, text);
    if (task === undefined) {
      // The joint may have been part of the content that somebody wants written.
      const whole = parts.length > 1 ? understandOne(text.masked, text) : undefined;
      return whole === undefined
        ? { kind: 'unknown', part: text.restore(part.trim()) }
        : { kind: 'tasks', tasks: [whole] };
    }
    tasks.push(task);
  }
  return { kind: 'tasks', tasks };
}

function understandOne(masked: string, text: Masked): Task | undefined {
  return taskIn(withoutCourtesy(masked), text);
}

const COURTESY =
  /^(?:(?:hi|hello|hey)[,!.]?\s+(?=\S)|(?:please|kindly|now|ok|okay|next|first|finally|also|and|just|so)[,:]?\s+|(?:could|can|would|will)\s+you\s+|i\s+(?:want|would like)\s+you\s+to\s+|i'd\s+like\s+you\s+to\s+|let's\s+|\d+[.)]\s+|[-*]\s+)/i;

function withoutCourtesy(text: string): string {
  let rest = text.trim();
  for (let found = COURTESY.exec(rest); found; found = COURTESY.exec(rest)) {
    const shorter = rest.slice(found[0].length);
    if (/^there\b/i.test(shorter)) break;
    rest = shorter;
  }
  return rest.replace(/,?\s+(?:please|for me|thanks|thank you)(?=[.!?]*$)/i, '').trim();
}
