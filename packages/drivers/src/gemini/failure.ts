// What went wrong, in our error codes: from gemini's exit code, its last words, and the vendor's body inside them.

import { errorBody } from '@parley/schema';
import type { DriverInput, ErrorBody, ErrorCode } from '@parley/schema';
import { numberIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import { modelErrorCode } from '../shared/model-error.ts';

export type Exit = Extract<DriverInput, { type: 'exited' }>;

/** The error of a turn that the process left unfinished or failed. `errors`: what its protocol said of errors. */
export function exitFailure(exit: Exit, errors: readonly string[], isReported: boolean): ErrorBody {
  const stderr = usefulStderr(exit.stderrTail);
  const said = errors.map(plainWords).join('\n');
  const words = said === '' ? stderr : said;
  const status = statusOfExit(exit.code) ?? statusInBody(errors.join('\n')) ?? statusInTrace(stderr);
  const message = `Gemini ended ${howItEnded(exit)}${words === '' ? '.' : `: ${lastLines(words)}`}`;
  return errorBody(codeOf(exit, words, status, isReported), message, {
    exitCode: exit.code,
    signal: exit.signal,
    ...(status === undefined ? {} : { httpStatus: status }),
    stderr: exit.stderrTail,
  });
}

function codeOf(exit: Exit, words: string, status: number | undefined, isReported: boolean): ErrorCode {
  if (exit.signal !== null) return 'agent_crashed';
  // It says so of answers that were empty or blocked.
  if (exit.code === 0) return isReported ? 'no_answer' : 'agent_crashed';
  return codeOfExit(exit.code, words) ?? codeOfWords(status, words) ?? (isReported ? 'agent_refused' : 'agent_crashed');
}

/** Gemini's own exit codes (0.61.0). */
function codeOfExit(code: number | null, words: string): ErrorCode | undefined {
  switch (code) {
    case 41:
      return 'agent_auth';
    case 42:
      return /error resuming session|invalid session identifier|no previous sessions/i.test(words)
        ? 'thread_missing'
        : 'agent_refused';
    case 44: // Its sandbox.
    case 52: // Its configuration.
      return 'agent_start_failed';
    case 53: // `model.maxSessionTurns`.
      return 'step_limit';
    case 54: // A tool that it cannot go on without.
      return 'agent_refused';
    case 55:
      return 'folder_untrusted';
    case 130:
      return 'agent_crashed';
    default:
      return undefined;
  }
}

/** What Google's own words mean, whatever the status beside them: a wrong key is 400, and an unknown model 500 over ACP. */
export function codeOfGoogle(words: string): ErrorCode | undefined {
  if (/API key not valid|API_KEY_INVALID|API key expired/i.test(words)) return 'agent_auth';
  if (/is not found for API version|ModelNotFound|Requested entity was not found/i.test(words)) return 'model_unknown';
  return modelErrorCode(undefined, words) === 'model_unknown' ? 'model_unknown' : undefined;
}

function codeOfWords(status: number | undefined, words: string): ErrorCode | undefined {
  const known = codeOfGoogle(words) ?? modelErrorCode(status, words);
  if (known !== undefined) return known;
  return /\bterminated\b|fetch failed|ECONN\w+|ENOTFOUND|ETIMEDOUT|socket hang up|Incomplete JSON/i.test(words)
    ? 'model_overloaded'
    : undefined;
}

/** The exit code of a failed request is its HTTP status modulo 256: 144 is 400, 173 is 429, 244 is 500. */
function statusOfExit(code: number | null): number | undefined {
  return code !== null && code >= 144 && code <= 255 ? code + 256 : undefined;
}

function statusInBody(text: string): number | undefined {
  const code = numberIn(bodyIn(text)['code']);
  return code !== undefined && code >= 400 && code < 600 ? code : undefined;
}

/** 404 has no exit code of its own, but stands at the end of the stack trace: `{ code: 404 }`. */
function statusInTrace(stderr: string): number | undefined {
  const found = /\b(?:code|status): ([45]\d\d)\b/.exec(stderr)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** `[API Error: {"error":{"code":401,"message":"…"}}]`, or the message alone. */
function bodyIn(text: string): Readonly<Record<string, unknown>> {
  const json = /\{.*\}/s.exec(text)?.[0];
  return objectIn((json === undefined ? undefined : objectOfLine(json))?.['error']);
}

function plainWords(error: string): string {
  const inside = stringIn(bodyIn(error)['message']) ?? error;
  return inside.replace(/^\[API Error: ([^]*?)\]/, '$1').trim();
}

function howItEnded({ code, signal }: Exit): string {
  if (signal !== null) return `by ${signal}`;
  return code === null ? 'for an unknown reason' : `with exit code ${code}`;
}

function lastLines(words: string): string {
  return words.split('\n').slice(-4).join('\n');
}

// Notices that come with every start, and the frames of stack traces.
const noise =
  /^(?:Warning: (?:Basic terminal|256-color|True ?color)|YOLO mode is enabled|Ripgrep is not available|\[STARTUP\]|at |\}?$)/;

/** What gemini says on stderr besides its usual notices. */
export function usefulStderr(tail: string): string {
  return (
    tail
      // oxlint-disable-next-line no-control-regex -- it colours its last words even when stderr is a file
      .replaceAll(/\u001b\[[0-9;]*m/g, '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => !noise.test(line))
      .join('\n')
  );
}
