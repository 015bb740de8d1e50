// What went wrong, in our error codes: an error reply of the agent, a stop reason that is no success, a process that ended.

import { errorBody } from '@parley/schema';
import type { ErrorBody, ErrorCode } from '@parley/schema';
import { isObject, jsonTextOf, numberIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import { modelErrorCode } from '../shared/model-error.ts';

/** ACP: "authentication required", from any method. */
const authRequired = -32000;
/** ACP: "resource not found", for example a session. */
const notFound = -32002;

interface ErrorWords {
  readonly code: number | undefined;
  readonly text: string;
}

/** The words of a JSON-RPC error. Some agents put the vendor's whole JSON body into the message, some the reason into `data`. */
function wordsOf(error: unknown): ErrorWords {
  const { code, message, data } = objectIn(error);
  const said = stringIn(message) ?? '';
  const body = said.startsWith('{') ? objectOfLine(said) : undefined;
  const main = stringIn(objectIn(body?.['error'])['message']) ?? stringIn(body?.['message']) ?? said;
  const details = isObject(data) ? (stringIn(data['details']) ?? stringIn(data['message'])) : stringIn(data);
  const short = main.replace(/^Internal error:? */, '');
  const text = [short, details].filter((words) => words !== undefined && words !== '').join(': ');
  return { code: numberIn(code), text: text === '' ? main || 'no reason given' : text };
}

/** The error of a turn whose prompt was refused or broke off. */
export function promptFailure(title: string, error: unknown): ErrorBody {
  const { code, text } = wordsOf(error);
  // Where the words say nothing, the data may: opencode's `errorName` is `ContextOverflowError` (1.18.33).
  const known = codeOf(code, text) ?? codeOf(undefined, JSON.stringify(objectIn(error)['data'] ?? ''));
  return errorBody(known ?? 'agent_refused', `${title}: ${text}`, detailsOf(error));
}

/** The error of another request of ours. `doing` completes "… refused". */
export function refusal(title: string, doing: string, error: unknown): ErrorBody {
  const { code, text } = wordsOf(error);
  return errorBody(codeOf(code, text) ?? 'agent_protocol', `${title} refused ${doing}: ${text}`, detailsOf(error));
}

/** The error of a conversation that could not be taken up again. Agents have no common word for "I do not have it". */
export function resumeFailure(title: string, error: unknown): ErrorBody {
  const { code, text } = wordsOf(error);
  const known = code === authRequired ? 'agent_auth' : modelErrorCode(statusOf(code), text);
  return errorBody(
    known === 'agent_auth' ? known : 'thread_missing',
    `${title} could not take up this conversation again: ${text}`,
    detailsOf(error),
  );
}

export function isUnknownMethod(error: unknown): boolean {
  return objectIn(error)['code'] === -32601;
}

function codeOf(code: number | undefined, text: string): ErrorCode | undefined {
  if (code === authRequired) return 'agent_auth';
  if (code === notFound || /session not found|unknown session/i.test(text)) return 'thread_missing';
  const status = statusOf(code);
  // Gemini says 500 also for what has no status of its own, an unknown model for example: then the words know better.
  return status === 500
    ? (modelErrorCode(undefined, text) ?? modelErrorCode(status, text))
    : modelErrorCode(status, text);
}

/** Gemini answers with the HTTP status as the code (0.61.0). */
function statusOf(code: number | undefined): number | undefined {
  return code !== undefined && code >= 400 && code < 600 ? code : undefined;
}

function detailsOf(error: unknown): Readonly<Record<string, unknown>> {
  const { code, data } = objectIn(error);
  return {
    ...(code === undefined ? {} : { rpcCode: code }),
    ...(data === undefined || data === null ? {} : { data: jsonTextOf(data) }),
  };
}

/** The error for a stop reason that is neither an end nor a cancellation. */
export function stopFailure(title: string, stopReason: string | undefined): ErrorBody {
  switch (stopReason) {
    case 'refusal':
      return errorBody('agent_refused', `${title} refused to go on.`);
    case 'max_tokens':
      return errorBody('context_exceeded', `${title} stopped: the model's limit of tokens was reached.`);
    case 'max_turn_requests':
      return errorBody('step_limit', `${title} stopped: its limit of model requests in one turn was reached.`);
    default:
      return errorBody(
        'agent_protocol',
        `${title} ended the turn for an unknown reason: ${stopReason ?? 'none given'}.`,
      );
  }
}

/** The error of a turn that was open, or waiting, when the process ended. */
export function exitFailure(
  title: string,
  exit: { readonly code: number | null; readonly signal: string | null; readonly stderrTail: string },
  handshakeDone: boolean,
): ErrorBody {
  // oxlint-disable-next-line no-control-regex -- agents colour their log even when stderr is a file
  const stderr = exit.stderrTail.replaceAll(/\u001b\[[0-9;]*m/g, '').trim();
  const how =
    exit.signal !== null
      ? `by ${exit.signal}`
      : exit.code === null
        ? 'for an unknown reason'
        : `with exit code ${exit.code}`;
  const when = handshakeDone ? 'in the middle of a turn' : 'before it was ready';
  const lastWords = stderr.split('\n').findLast((line) => line.trim() !== '');
  const isAuth = modelErrorCode(undefined, stderr) === 'agent_auth';
  const code: ErrorCode = handshakeDone ? 'agent_crashed' : isAuth ? 'agent_auth' : 'agent_start_failed';
  const message = `${title} ended ${how} ${when}${lastWords === undefined ? '.' : `: ${lastWords.trim()}`}`;
  return errorBody(code, message, { exitCode: exit.code, signal: exit.signal, stderr });
}
