// What went wrong, in our error codes: from a failed turn, from a refused request, from a process that ended.

import { errorBody } from '@parley/schema';
import type { ErrorBody, ErrorCode } from '@parley/schema';
import { isObject, numberIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { modelErrorCode } from '../shared/model-error.ts';

/** A `TurnError` of Codex. */
export interface TurnErrorWords {
  readonly message: string;
  /** A word, or `{variant: {httpStatusCode}}`; versions may add both. */
  readonly info: unknown;
  readonly details: string | undefined;
}

/** From `error` of a turn or of an `error` notification; undefined where there is none. */
export function decodeTurnError(error: unknown): TurnErrorWords | undefined {
  if (!isObject(error)) return undefined;
  return {
    message: stringIn(error['message']) ?? '',
    info: error['codexErrorInfo'],
    details: stringIn(error['additionalDetails']),
  };
}

// `codexErrorInfo` of 0.169.0. "other" and words that we do not know are judged by the message.
const byWord: Readonly<Record<string, ErrorCode>> = {
  contextWindowExceeded: 'context_exceeded',
  sessionBudgetExceeded: 'quota_exceeded',
  usageLimitExceeded: 'quota_exceeded',
  rateLimitExceeded: 'rate_limited',
  flexUnavailable: 'model_overloaded',
  serverOverloaded: 'model_overloaded',
  policyCapacityUnavailable: 'model_overloaded',
  internalServerError: 'model_overloaded',
  modelNotFound: 'model_unknown',
  unauthorized: 'agent_auth',
  badRequest: 'model_request_rejected',
  inferenceHookDenied: 'agent_refused',
  cyberPolicy: 'agent_refused',
  misalignmentPolicyViolation: 'agent_refused',
  tooManyDenials: 'agent_refused',
};

/** The error of a turn that Codex calls failed. The message is the agent's or the vendor's own. */
export function turnFailure(words: TurnErrorWords | undefined): ErrorBody {
  if (words === undefined) return errorBody('agent_refused', 'Codex ended the turn as failed and did not say why.');
  const inner = errorMessageInside(words.message);
  const message = inner ?? words.message;
  const status = httpStatusOf(words.info);
  const details = {
    ...(words.info === null || words.info === undefined ? {} : { codexErrorInfo: words.info }),
    ...(status === undefined ? {} : { httpStatus: status }),
    ...(words.details === undefined ? {} : { additionalDetails: words.details }),
  };
  return errorBody(
    codeOf(words, inner !== undefined, status),
    message === '' ? 'Codex ended the turn as failed.' : message,
    details,
  );
}

function codeOf(words: TurnErrorWords, isVendorBody: boolean, status: number | undefined): ErrorCode {
  const said = typeof words.info === 'string' ? byWord[words.info] : undefined;
  if (said !== undefined) return said;
  const text = `${words.message}\n${words.details ?? ''}`;
  // A 400 of the model server comes as "other" with the vendor's whole JSON body for a message.
  const code = modelErrorCode(status ?? (isVendorBody ? 400 : undefined), text);
  if (code !== undefined) return code;
  // `httpConnectionFailed` and its like without a status: the server could not be reached or hung up. `exec` has only the words.
  return isObject(words.info) || /stream disconnected|connection failed|error sending request/i.test(text)
    ? 'model_overloaded'
    : 'agent_refused';
}

function httpStatusOf(info: unknown): number | undefined {
  for (const variant of Object.values(objectIn(info))) {
    const status = numberIn(objectIn(variant)['httpStatusCode']);
    if (status !== undefined) return status;
  }
  return undefined;
}

/** `{"error":{"message":"…"}}` → its message. */
function errorMessageInside(message: string): string | undefined {
  if (!message.startsWith('{')) return undefined;
  const body: Json | undefined = objectOfLine(message);
  return stringIn(objectIn(body?.['error'])['message']) ?? stringIn(body?.['message']);
}

/** The error of a request of ours that Codex refused. `doing` completes "Codex refused …". */
export function refusal(doing: string, error: unknown): ErrorBody {
  const words = stringIn(objectIn(error)['message']) ?? 'no reason given';
  return (
    knownRefusal(doing, words) ??
    errorBody(modelErrorCode(undefined, words) ?? 'agent_protocol', `Codex refused ${doing}: ${words}`)
  );
}

function knownRefusal(doing: string, words: string): ErrorBody | undefined {
  if (/no rollout found|thread not found|no thread found|failed to (load|read) (rollout|thread)/i.test(words)) {
    return errorBody('thread_missing', `Codex does not have this conversation any more: ${words}`);
  }
  // 0.169.0 takes 1,048,576 characters in one message.
  return /exceeds the maximum length/i.test(words)
    ? errorBody('prompt_too_large', `Codex refused ${doing}: ${words}`)
    : undefined;
}

// Said on machines where all is well, and under every complaint about the command line.
const noise =
  /could not find bubblewrap|could not create PATH aliases|^For more information, try|^Reading (additional input|prompt) from stdin/;

/** The error of a turn that was open, or waiting, when the process ended. */
export function exitFailure(
  exit: { readonly code: number | null; readonly signal: string | null; readonly stderrTail: string },
  handshakeDone: boolean,
): ErrorBody {
  // oxlint-disable-next-line no-control-regex -- Codex colours its log even when stderr is a file
  const stderr = exit.stderrTail.replaceAll(/\u001b\[[0-9;]*m/g, '').trim();
  const how =
    exit.signal === null
      ? exit.code === null
        ? 'for an unknown reason'
        : `with exit code ${exit.code}`
      : `by ${exit.signal}`;
  const when = handshakeDone ? 'in the middle of a turn' : 'before it was ready';
  const lastWords = stderr.split('\n').findLast((line) => line.trim() !== '' && !noise.test(line));
  // `exec` says there what the app-server replies.
  const refused = handshakeDone || lastWords === undefined ? undefined : knownRefusal('the message', lastWords.trim());
  if (refused !== undefined) return refused;
  const isAuth = modelErrorCode(undefined, stderr) === 'agent_auth';
  const code: ErrorCode = handshakeDone ? 'agent_crashed' : isAuth ? 'agent_auth' : 'agent_start_failed';
  const message = `Codex ended ${how} ${when}${lastWords === undefined ? '.' : `: ${lastWords.trim()}`}`;
  return errorBody(code, message, { exitCode: exit.code, signal: exit.signal, stderr });
}
