// How long a failing model server asks to wait, as far as an agent passes that on.

import type { ErrorBody } from '@parley/schema';

/** Agents show the server's words; the header itself they keep to themselves. */
const asked =
  /\b(?:try again in|retry (?:after|in)|retry-after:)\s*((?:\d+(?:\.\d+)?\s*(?:ms|[hms])\b\s*|\d+(?:\.\d+)?[hm])+|\d+(?:\.\d+)?\s*[a-z]*)/i;

/**
 * Milliseconds, or undefined where nothing is said: "Please try again in 1.898s", "in 6m0s", "retry after 30 seconds", "Retry-After: 20".
 * `details.retryAfterMs` comes first, for a driver that knows it.
 */
export function retryAfterOf({ message, details }: Pick<ErrorBody, 'message' | 'details'>): number | undefined {
  const known = details?.['retryAfterMs'];
  if (typeof known === 'number' && Number.isFinite(known) && known >= 0) return known;
  const words = asked.exec(message)?.[1];
  if (words === undefined) return undefined;
  let sum = 0;
  for (const [, amount, unit = ''] of words.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/gi)) {
    sum += Number(amount) * unitMs(unit.toLowerCase());
  }
  return Math.ceil(sum);
}

/** Without a unit it is the header's, which is in seconds. */
function unitMs(word: string): number {
  if (/^(ms|milli)/.test(word)) return 1;
  if (/^m(in|$)/.test(word)) return 60_000;
  return /^h(our|$)/.test(word) ? 3_600_000 : 1000;
}
