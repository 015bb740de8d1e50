// What went wrong, in our error codes, from Vibe's own words.

import { errorBody } from '@parley/schema';
import type { ErrorBody, ErrorCode } from '@parley/schema';
import { modelErrorCode } from '../shared/model-error.ts';

/** The limit that a `<vibe_stop_event>` names; undefined where the text holds none. */
export function stopEventIn(text: string): string | undefined {
  return /<vibe_stop_event>([\s\S]*?)<\/vibe_stop_event>/.exec(text)?.[1]?.trim();
}

/** A limit that the caller set on the command line was reached. `partialReply`: what Vibe had said by then. */
export function limitError(reason: string, partialReply: string): ErrorBody {
  const limit = /^turn/i.test(reason)
    ? 'turns'
    : /^price/i.test(reason)
      ? 'price'
      : /^token/i.test(reason)
        ? 'tokens'
        : 'other';
  return errorBody('step_limit', `Vibe stopped at its limit: ${reason}`, { limit, partialReply });
}

const byWords: readonly (readonly [RegExp, ErrorCode])[] = [
  [/Missing \S+ environment variable|No API key|vibe --setup/i, 'agent_auth'],
  [/Session .{1,80} not found|No session found|No previous session/i, 'thread_missing'],
  [/Active model .{1,120} not found|model .{1,120} not found in configuration/i, 'model_unknown'],
  [/Agent .{1,80} not found|Invalid configuration|Failed to load config/i, 'config_invalid'],
];

/** The code for the words with which Vibe ended; undefined where they say nothing that we know. */
export function codeOfWords(words: string): ErrorCode | undefined {
  const known = byWords.find(([pattern]) => pattern.test(words))?.[1];
  return known ?? modelErrorCode(undefined, words) ?? (/^Error: /m.test(words) ? 'agent_refused' : undefined);
}
