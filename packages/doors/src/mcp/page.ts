// A part of a long answer. What is left out is always said, never silently lost.

export interface Page {
  readonly text: string;
  readonly offset: number;
  readonly total: number;
  /** Where the next page begins; null at the end. */
  readonly nextOffset: number | null;
  /** It is not the whole answer. */
  readonly partial: boolean;
}

/** Characters (UTF-16 units) of a page when nothing else is said. */
export const usualPage = 200_000;

/** At most `max` (2 or more) characters from `offset` on; no character is split between two pages. */
export function pageOf(answer: string, offset: number, max: number): Page {
  const start = Math.min(offset, answer.length);
  let end = Math.min(start + max, answer.length);
  if (end < answer.length && isHighSurrogate(answer.charCodeAt(end - 1))) end -= 1;
  const nextOffset = end < answer.length ? end : null;
  return {
    text: answer.slice(start, end),
    offset: start,
    total: answer.length,
    nextOffset,
    partial: start > 0 || nextOffset !== null,
  };
}

/** For readers of the text. */
export function marksOf({ text, offset, total, nextOffset, partial }: Page, jobId: string): readonly string[] {
  if (!partial) return [];
  const more =
    nextOffset === null ? 'this is the end' : `go on with llm_job_result {"jobId":"${jobId}","offset":${nextOffset}}`;
  return [`[answer cut: characters ${offset} to ${offset + text.length} of ${total}; ${more}]`];
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
