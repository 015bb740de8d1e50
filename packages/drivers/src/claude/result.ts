// The `result` line: how a turn ended and what it used. Its `subtype` alone says little: a failure of the model server is a
// `success` with `is_error`, and an interrupt is an `error_during_execution`.

import { errorBody } from '@parley/schema';
import type { ErrorBody, ErrorCode, TurnEnd, Usage } from '@parley/schema';
import { countIn, listIn, numberIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { modelErrorCode } from '../shared/model-error.ts';
import { endOfStopped } from './turns.ts';
import type { OpenTurn } from './state.ts';

export function endOfResult(message: Json, turn: OpenTurn): TurnEnd {
  const reason = stringIn(message.terminal_reason) ?? '';
  if (turn.refusal !== undefined) return endOfStopped(turn);
  if (reason.startsWith('aborted')) return { state: 'interrupted' };
  if (message.is_error === true || message.subtype !== 'success') {
    return { state: 'failed', error: errorOfResult(message) };
  }
  const text = stringIn(message.result) ?? '';
  // A slash command of claude's own (`/clear`) is done without asking the model and may have nothing to say.
  const answered = turn.answered || text.trim() !== '' || message.num_turns === 0;
  return answered
    ? { state: 'completed' }
    : { state: 'failed', error: errorBody('no_answer', 'Claude ended the turn without an answer') };
}

const codeOfSubtype: Readonly<Record<string, ErrorCode>> = {
  error_max_turns: 'step_limit',
  error_max_budget_usd: 'quota_exceeded',
  error_max_structured_output_retries: 'model_request_rejected',
};

/** The error of a `result` that reports one, with claude's own words. */
export function errorOfResult(message: Json): ErrorBody {
  const subtype = stringIn(message.subtype) ?? 'unknown';
  const reason = stringIn(message.terminal_reason);
  const status = numberIn(message.api_error_status);
  const errors = listIn(message.errors).filter((each) => typeof each === 'string');
  const said = stringIn(message.result) ?? errors.join('\n');
  const text = said.trim() === '' ? `Claude ended the turn with ${subtype}` : said.trim();
  const details = {
    subtype,
    ...(reason === undefined ? {} : { terminalReason: reason }),
    ...(status === undefined ? {} : { httpStatus: status }),
  };
  return errorBody(codeOf(subtype, reason, message.stop_reason, status, text), text, details);
}

function codeOf(
  subtype: string,
  reason: string | undefined,
  stop: unknown,
  status: number | undefined,
  text: string,
): ErrorCode {
  const known = codeOfSubtype[subtype];
  if (known !== undefined) return known;
  if (reason === 'prompt_too_long') return 'context_exceeded';
  if (stop === 'refusal') return 'agent_refused';
  return codeOfWords(status, text) ?? 'agent_refused';
}

/** Also for what claude prints on stderr. */
export function codeOfWords(status: number | undefined, text: string): ErrorCode | undefined {
  if (/No conversation found/i.test(text)) return 'thread_missing';
  // 2.1.329 takes 10 MB as plain text.
  if (/stdin input exceeds/i.test(text)) return 'prompt_too_large';
  if (/Not logged in|Please run \/login|Invalid API key/i.test(text)) return 'agent_auth';
  const code = modelErrorCode(status, text);
  if (code !== undefined) return code;
  return /ECONN|ENOTFOUND|ETIMEDOUT|Connection (to|error)|Unable to connect|timed out|fetch failed/i.test(text)
    ? 'model_overloaded'
    : undefined;
}

/**
 * What this turn used, sub-agents and retries included (`usage` beside it counts neither and is zero after an interrupt; `modelUsage` and
 * `total_cost_usd` are sums of the whole process). Undefined when claude does not tell.
 */
export function usageOfResult(message: Json): Usage | undefined {
  const models = message.model_usage_since_last_result;
  if (typeof models !== 'object' || models === null) return undefined;
  const sum = { inputUncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, reasoning: 0, costUsd: 0 };
  let costKnown = true;
  let any = false;
  for (const each of Object.values(models)) {
    const usage = objectIn(each);
    any = true;
    const of = (field: string) => countIn(usage[field]) ?? 0;
    const hour = of('cacheCreationEphemeral1hInputTokens');
    sum.inputUncached += of('inputTokens');
    sum.cacheRead += of('cacheReadInputTokens');
    sum.cacheWrite1h += hour;
    // All that was not told to be for an hour.
    sum.cacheWrite5m += Math.max(of('cacheCreationInputTokens') - hour, of('cacheCreationEphemeral5mInputTokens'));
    sum.output += of('outputTokens');
    sum.reasoning += of('thinkingTokens');
    const cost = numberIn(usage.costUSD);
    // For a model whose price it does not know claude makes one up and says so here.
    if (cost === undefined || usage.costBasis === 'unknown') costKnown = false;
    else sum.costUsd += cost;
  }
  if (!any) return undefined;
  const { costUsd, ...tokens } = sum;
  return costKnown ? { ...tokens, costUsd } : tokens;
}
