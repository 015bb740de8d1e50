// What users of llm-cli-gateway read of a reply, under the names that they know: null is unknown, never 0.

import type { ErrorBody, ErrorCode, Turn } from '@parley/schema';
import { z } from 'zod';

const tokens = () => z.number().nullable();

export const turnFactsShape = {
  correlationId: z.string().nullable(),
  inputTokens: tokens(),
  outputTokens: tokens(),
  cacheReadTokens: tokens(),
  cacheCreationTokens: tokens(),
  costUsd: tokens(),
  /** 0: the agent said that it is done. Else what its process ended with, where it did. */
  exitCode: z.number().nullable(),
  errorCategory: z.string().nullable(),
  retryCount: z.number(),
};
export type TurnFacts = z.output<z.ZodObject<typeof turnFactsShape>>;

export const noFacts: TurnFacts = {
  correlationId: null,
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheCreationTokens: null,
  costUsd: null,
  exitCode: null,
  errorCategory: null,
  retryCount: 0,
};

export function factsOfTurn(turn: Turn): TurnFacts {
  const { usage = {}, error } = turn;
  const written = [usage.cacheWrite5m, usage.cacheWrite1h].filter((one) => one !== undefined);
  return {
    correlationId: turn.correlationId ?? null,
    inputTokens: usage.inputUncached ?? null,
    outputTokens: usage.output ?? null,
    cacheReadTokens: usage.cacheRead ?? null,
    cacheCreationTokens: written.length === 0 ? null : written.reduce((sum, one) => sum + one, 0),
    costUsd: usage.costUsd ?? null,
    exitCode: exitCodeOf(turn),
    errorCategory: error === undefined ? null : errorCategoryOf(error),
    retryCount: turn.retries ?? 0,
  };
}

export function exitCodeOf({ state, error }: Turn): number | null {
  if (state === 'completed') return 0;
  const code = error?.details?.['exitCode'];
  return typeof code === 'number' ? code : null;
}

const categories: Partial<Record<ErrorCode, string>> = {
  timeout: 'timeout',
  idle_timeout: 'idle_timeout',
  agent_not_installed: 'not_installed',
  agent_start_failed: 'spawn_error',
  start_timeout: 'spawn_error',
  agent_crashed: 'cli_error',
  agent_protocol: 'cli_error',
  no_answer: 'cli_error',
  agent_auth: 'auth',
  rate_limited: 'rate_limit',
  quota_exceeded: 'quota',
  model_overloaded: 'overloaded',
  output_limit: 'output_limit',
  interrupted: 'interrupted',
  agent_refused: 'provider_error',
  model_request_rejected: 'provider_error',
  context_exceeded: 'provider_error',
  thread_missing: 'provider_error',
  step_limit: 'provider_error',
  turn_lost: 'gateway_error',
  internal: 'gateway_error',
  shutting_down: 'gateway_error',
  daemon_unreachable: 'gateway_error',
};

/** Few kinds of errors, for callers who want to know what sort of thing went wrong; `error.code` says it exactly. */
export function errorCategoryOf({ code }: Pick<ErrorBody, 'code'>): string {
  return categories[code] ?? 'invalid_request';
}
