// What went wrong, in our error codes, from the words of either Grok.

import { errorBody } from '@parley/schema';
import type { ErrorBody, ErrorCode } from '@parley/schema';
import { modelErrorCode } from '../shared/model-error.ts';

const byWords: readonly (readonly [RegExp, ErrorCode])[] = [
  [/API key required|not signed in|not authenticated|not logged in|grok login/i, 'agent_auth'],
  [/Session does not exist|session .{0,80}not found|no session/i, 'thread_missing'],
  [/Couldn't set model/i, 'model_unknown'],
  [
    /Connection error|error sending request|ECONNREFUSED|Connection closed unexpectedly|fetch failed/i,
    'model_overloaded',
  ],
];

/** The code for words of an agent; undefined where they say nothing that we know. */
export function codeOfWords(words: string): ErrorCode | undefined {
  const known = byWords.find(([pattern]) => pattern.test(words))?.[1];
  return known ?? modelErrorCode(statusOfApiError(words), words);
}

/** "Grok API error: 429 …". */
function statusOfApiError(words: string): number | undefined {
  const status = /API error:? \(?([45]\d\d)\b/i.exec(words)?.[1];
  return status === undefined ? undefined : Number(status);
}

/** An error in the agent's own words, as the failure of a turn. */
export function failureOf(words: string): ErrorBody {
  return errorBody(codeOfWords(words) ?? 'agent_refused', words);
}
