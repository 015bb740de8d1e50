// Which of our error codes a failure of the model server is, from its HTTP status and the words of the agent or the vendor.

import type { ErrorCode } from '@parley/schema';

interface Rule {
  readonly code: ErrorCode;
  readonly words: RegExp;
}

// In this order: a quota that is used up also comes as 429, a context that is too long as 400.
const byWords: readonly Rule[] = [
  {
    code: 'quota_exceeded',
    words:
      /insufficient[_ ]quota|exceeded your current quota|usage limit|usage_limit|credit balance|billing|out of credits/i,
  },
  {
    code: 'context_exceeded',
    words:
      /context[_ ]?(length|window)[_ ]?exceeded|maximum context length|context window|prompt is too long|input is too long|ran out of room|context.?overflow|exceeds model limit/i,
  },
  {
    code: 'model_unknown',
    words:
      /model[_ ]not[_ ]found|unknown model|does not exist or you do not have access|issue with the selected model|model\b.{0,80}\b(does not exist|was not found|is not supported)/i,
  },
  {
    code: 'agent_auth',
    words:
      /unauthori[sz]ed|invalid[_ ]api[_ ]key|incorrect api key|authentication[_ ](error|failed)|not logged in|please run \/login|log ?in again|missing environment variable|refresh token|permission_error/i,
  },
  { code: 'rate_limited', words: /rate[_ ]limit|too many requests/i },
  { code: 'model_overloaded', words: /overloaded|high demand|service unavailable|internal server error|at capacity/i },
];

/**
 * The code for a model error. `status` is the HTTP status of the model server where it is known; without one it is read from the words
 * ("… 429 Too Many Requests"). Undefined when neither says anything: the caller knows its own default.
 */
export function modelErrorCode(status: number | undefined, text: string): ErrorCode | undefined {
  const known = status ?? statusInText(text);
  const spoken = byWords.find((rule) => rule.words.test(text))?.code;
  if (known === undefined) return spoken;
  if (known === 401 || known === 403) return 'agent_auth';
  if (known === 402) return 'quota_exceeded';
  if (known === 429) return spoken === 'quota_exceeded' ? 'quota_exceeded' : 'rate_limited';
  if (known >= 500) return 'model_overloaded';
  if (known === 413) return 'context_exceeded';
  if (known === 404) return 'model_unknown';
  if (known >= 400)
    return spoken === 'context_exceeded' || spoken === 'model_unknown' || spoken === 'quota_exceeded'
      ? spoken
      : 'model_request_rejected';
  return spoken;
}

/** An HTTP error status that a text names ("unexpected status 404 Not Found", "API Error: 529 …", "HTTP 500"). */
export function statusInText(text: string): number | undefined {
  const found =
    /(?:status(?: code)?|http(?:\/\d(?:\.\d)?)?|api error)[ :=]*\(?([45]\d\d)\b/i.exec(text) ??
    /\b([45]\d\d) (?:[A-Z][a-z]+ ?)+/.exec(text);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}
