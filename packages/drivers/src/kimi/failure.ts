// What went wrong, in our error codes, from kimi's own words.

import { errorBody } from '@parley/schema';
import type { DriverInput, ErrorBody, ErrorCode } from '@parley/schema';
import { numberIn, objectIn, stringIn } from '../shared/json.ts';
import { modelErrorCode } from '../shared/model-error.ts';

type Exit = Extract<DriverInput, { type: 'exited' }>;

/** The code that words of kimi or of its model server mean; undefined when they say nothing that we know. */
export function codeOfWords(words: string): ErrorCode | undefined {
  if (/LLM (is )?not set|No model configured|auth(entication)?[_ ]?(error|required|expired)/i.test(words))
    return 'agent_auth';
  if (/Session "[^"]*" not found|session .{0,80}\bnot found/i.test(words)) return 'thread_missing';
  if (/Max number of steps reached/i.test(words)) return 'step_limit';
  const status = /(?:error|code|status)[^\n]{0,24}?\b([45]\d\d)\b/i.exec(words)?.[1];
  const code = modelErrorCode(status === undefined ? undefined : Number(status), words);
  if (code !== undefined) return code;
  return /connection|connect to|timed? ?out|ECONN|ENOTFOUND|ETIMEDOUT|fetch failed|empty response/i.test(words)
    ? 'model_overloaded'
    : undefined;
}

/** The error with which the wire answered a `prompt` (codes of protocol 1.10). */
export function promptFailure(error: unknown): ErrorBody {
  const { code, message } = objectIn(error);
  const words = stringIn(message) ?? 'Kimi refused the prompt and did not say why.';
  const rpcCode = numberIn(code);
  return errorBody(codeOfPrompt(rpcCode, words), words, rpcCode === undefined ? {} : { rpcCode });
}

function codeOfPrompt(code: number | undefined, words: string): ErrorCode {
  switch (code) {
    case -32000: // A turn is already in progress.
      return 'agent_protocol';
    case -32001: // No model is set up.
    case -32004: // The login has expired.
      return 'agent_auth';
    case -32002: // The model lacks what the input needs.
      return codeOfWords(words) ?? 'model_request_rejected';
    case -32003: // The model server's own error.
      return codeOfWords(words) ?? 'model_overloaded';
    case -32600:
    case -32601:
    case -32602:
    case -32700:
      return 'agent_protocol';
    default:
      return codeOfWords(words) ?? 'agent_refused';
  }
}

/** The error of a turn that was open when the process ended. `said`: what kimi printed that is no part of its protocol. */
export function exitFailure(exit: Exit, said: string, isReady: boolean): ErrorBody {
  const stderr = usefulStderr(exit.stderrTail);
  const words = [said, stderr].filter((text) => text !== '').join('\n');
  const last = words.split('\n').findLast((line) => line.trim() !== '');
  const when = isReady ? 'in the middle of a turn' : 'before it was ready';
  const message = `Kimi ended ${howItEnded(exit)} ${when}${last === undefined ? '.' : `: ${last.trim()}`}`;
  const code = exit.signal === null ? codeOfWords(words) : undefined;
  return errorBody(code ?? (isReady ? 'agent_crashed' : 'agent_start_failed'), message, detailsOf(exit));
}

export function howItEnded({ code, signal }: Exit): string {
  if (signal !== null) return `by ${signal}`;
  return code === null ? 'for an unknown reason' : `with exit code ${code}`;
}

export function detailsOf(exit: Exit): Readonly<Record<string, unknown>> {
  return { exitCode: exit.code, signal: exit.signal, stderr: exit.stderrTail };
}

/** The error of a one-shot turn whose process ended otherwise than well. Legacy kimi tells on stdout why (`said`), Kimi Code on stderr. */
export function printFailure(exit: Exit, said: string): ErrorBody {
  const isOwnEnd = exit.signal === null && exit.code !== null;
  const stderr = usefulStderr(exit.stderrTail);
  const isRefusal = said !== '' || /^error: /m.test(exit.stderrTail);
  if (!isOwnEnd || !isRefusal) return exitFailure(exit, said, true);
  const words = said === '' ? stderr : said;
  const code = codeOfWords(words);
  if (exit.code !== retryableExit) return errorBody(code ?? 'agent_refused', words, detailsOf(exit));
  const isRetryable = code === 'rate_limited' || code === 'model_overloaded';
  return errorBody(isRetryable ? code : 'model_overloaded', words, detailsOf(exit));
}

/** Legacy kimi's "try again": the model server could not be reached, was too busy, or failed. */
const retryableExit = 75;

/** What kimi says on stderr besides how to go on and where its log is. */
function usefulStderr(tail: string): string {
  return tail
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(?:To resume this session:|See log:)/.test(line.trim()))
    .map((line) => line.replace(/^error: (?:failed to run prompt: )?/, ''))
    .join('\n');
}
