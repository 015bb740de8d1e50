// Takes secrets out of text that is kept or shown: vendors' keys, tokens, private keys, passwords in addresses, and what stands after a name
// such as `password`. One pass from left to right; what it looks ahead is bounded or consumed, so the time grows with the length alone.

import { Finder } from './redact/finder.ts';

/** What stands in a secret's place. */
export const redactedMark = '[redacted]';

export interface Redacted {
  readonly text: string;
  /** Places where something was taken out. */
  readonly redactions: number;
}

/** The text without its secrets. Redacting it once more changes nothing. */
export function redact(text: string): string {
  return redactCounting(text).text;
}

/** The same, and how often. */
export function redactCounting(text: string): Redacted {
  const secrets = new Finder(text).find(redactedMark);
  let result = '';
  let from = 0;
  for (const secret of secrets) {
    result += text.slice(from, secret.from) + redactedMark;
    from = secret.to;
  }
  return { text: from === 0 ? text : result + text.slice(from), redactions: secrets.length };
}
