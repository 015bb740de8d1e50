// The id of a new conversation, chosen by us so that it is known before the first word: the same for the same run.

import { createHash } from 'node:crypto';
import type { RunId } from '@parley/schema';

export function sessionIdOf(runId: RunId): string {
  const hex = createHash('sha256').update(`grok:${runId}`).digest('hex');
  const variant = (8 + (Number.parseInt(hex.charAt(16), 16) % 4)).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
