// What went wrong, in our error codes: from OpenCode's named errors, from an HTTP answer, from a process that ended.

import { errorBody } from '@parley/schema';
import type { ErrorBody, ErrorCode } from '@parley/schema';
import { isObject, numberIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { modelErrorCode } from '../shared/model-error.ts';

// The named errors of 1.18.33 that say all by their name; the others are judged by their status and words.
const byName: Readonly<Record<string, ErrorCode>> = {
  ProviderAuthError: 'agent_auth',
  ContextOverflowError: 'context_exceeded',
  MessageOutputLengthError: 'model_request_rejected',
  ContentFilterError: 'agent_refused',
  StructuredOutputError: 'agent_protocol',
};

/** Is it the error by which OpenCode says that a message was aborted? */
export function isAbort(error: unknown): boolean {
  return objectIn(error)['name'] === 'MessageAbortedError';
}

/** From `error` of a message, of `session.error`, or of a line of `opencode run`. */
export function failureOf(error: unknown): ErrorBody {
  const { name: rawName, data: rawData } = objectIn(error);
  const name = stringIn(rawName) ?? '';
  const data = objectIn(rawData);
  const status = numberIn(data['statusCode']);
  const said = stringIn(data['message']) ?? '';
  const text = `${said}\n${stringIn(data['responseBody']) ?? ''}`;
  const message = said === '' ? `OpenCode ended the turn with ${name === '' ? 'an error' : name}.` : said;
  const details = {
    ...(name === '' ? {} : { name }),
    ...(status === undefined ? {} : { httpStatus: status }),
    ...(stringIn(data['ref']) === undefined ? {} : { ref: data['ref'] }),
  };
  return errorBody(byName[name] ?? modelErrorCode(status, text) ?? unnamed(name, said), message, details);
}

function unnamed(name: string, said: string): ErrorCode {
  // "Model not found: mock/none." and "Provider not found"; through a server only "Unexpected server error" is left of it.
  if (/(model|provider) not found/i.test(said)) return 'model_unknown';
  // Without a status the model server could not be reached, or hung up.
  return name === 'APIError' ? 'model_overloaded' : 'agent_refused';
}

/** OpenCode tries again and again; this is what it says about why. */
export function retryFailure(message: string): ErrorBody {
  return errorBody(
    modelErrorCode(undefined, message) ?? 'model_overloaded',
    message === '' ? 'The model server fails again and again.' : message,
  );
}

/** `doing` completes "OpenCode refused …". */
export function answerFailure(doing: string, answer: Json): ErrorBody {
  const status = numberIn(answer['status']);
  if (status === undefined) {
    return errorBody('agent_protocol', `OpenCode did not answer ${doing}: ${stringIn(answer['error']) ?? 'no reason'}`);
  }
  const { body } = answer;
  const words = isObject(body) ? (stringIn(objectIn(body['data'])['message']) ?? JSON.stringify(body)) : String(body);
  const message = `OpenCode refused ${doing}: ${words.slice(0, 2000)} (status ${status})`;
  if (status === 413) return errorBody('prompt_too_large', message, { httpStatus: status });
  const code = /(model|provider) not found/i.test(words) ? 'model_unknown' : 'agent_protocol';
  return errorBody(code, message, { httpStatus: status });
}

interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderrTail: string;
}

/** The error of a turn that was open, or waiting, when the process ended. */
export function exitFailure(exit: Exit, wasReady: boolean): ErrorBody {
  const stderr = plain(exit.stderrTail).trim();
  const words = wordsOf(stderr);
  const how = exit.signal === null ? `with exit code ${exit.code ?? 'unknown'}` : `by ${exit.signal}`;
  const when = wasReady ? 'in the middle of a turn' : 'before it was ready';
  const message = `OpenCode ended ${how} ${when}${words === '' ? '.' : `: ${words}`}`;
  const details = { exitCode: exit.code, signal: exit.signal, stderr };
  if (/session not found/i.test(stderr)) return errorBody('thread_missing', message, details);
  if (/not authenticated|not logged in|no api key/i.test(stderr)) return errorBody('agent_auth', message, details);
  if (/model not found/i.test(stderr)) return errorBody('model_unknown', message, details);
  return errorBody(wasReady ? 'agent_crashed' : 'agent_start_failed', message, details);
}

/** Terminal colours come even when stderr is a file. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '');
}

/** "Error: …" and what stands on the lines below it, cut; else the last line. */
function wordsOf(stderr: string): string {
  const at = stderr.lastIndexOf('Error: ');
  const last = stderr.split('\n').findLast((line) => line.trim() !== '' && !line.includes('server listening on'));
  const text = at >= 0 ? stderr.slice(at + 7) : (last ?? '');
  const json = objectOfLine(text);
  return (stringIn(objectIn(json?.['data'])['message']) ?? text).replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}
