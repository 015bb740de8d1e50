// What a turn cost, from the two places where agents tell it: the prompt's result and `usage_update`.

import { addUsage, usageSince } from '@parley/schema';
import type { Usage } from '@parley/schema';
import { countIn, numberIn, objectIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import type { AcpState, Outputs } from './state.ts';

/** The tokens of a prompt's result, told for the open turn. */
export function resultUsage(state: AcpState, result: Json, out: Outputs): AcpState {
  const reported = decodeUsage(result);
  if (reported === undefined) return state;
  if (state.dialect.usage !== 'total') return addToTurn(state, reported, out);
  const known = { ...state, totalUsage: reported };
  // The first report after a conversation was resumed has its past in it, and nobody knows how much of it that is.
  return state.totalUsage === undefined ? known : addToTurn(known, usageSince(reported, state.totalUsage), out);
}

/**
 * `usage_update` tells the size of the context (not what was spent) and the cost of the whole conversation. A cost of 0 says nothing:
 * OpenCode reports it for models whose price it does not know (1.18.33).
 */
export function costUpdate(state: AcpState, update: Json, out: Outputs): AcpState {
  const cost = objectIn(update['cost']);
  const total = numberIn(cost['amount']);
  if (total === undefined || total < 0 || cost['currency'] !== 'USD') return state;
  const known = { ...state, totalCost: total };
  const before = state.totalCost;
  if (before === undefined || total <= before) return known;
  return addToTurn(known, { costUsd: total - before }, out);
}

function addToTurn(state: AcpState, spent: Usage, out: Outputs): AcpState {
  const { turn } = state;
  if (turn === undefined) return state;
  const usage = addUsage(turn.usage, spent);
  out.push({ type: 'usage', turnId: turn.turnId, usage });
  return { ...state, turn: { ...turn, usage } };
}

/** `usage` of the protocol's draft, or the words of Gemini 0.61.0 (`_meta.quota.token_count`). Undefined where nothing was counted. */
function decodeUsage(result: Json): Usage | undefined {
  const usage = objectIn(result['usage']);
  const quota = objectIn(objectIn(objectIn(result['_meta'])['quota'])['token_count']);
  const input = countIn(usage['inputTokens']) ?? countIn(quota['input_tokens']);
  const output = countIn(usage['outputTokens']) ?? countIn(quota['output_tokens']);
  // OpenCode counts zero of everything for a turn that was cancelled (1.18.33): that is "unknown".
  if ((input ?? 0) + (output ?? 0) === 0) return undefined;
  const read = countIn(usage['cachedReadTokens']);
  const written = countIn(usage['cachedWriteTokens']);
  const thought = countIn(usage['thoughtTokens']);
  // The draft's buckets stand beside each other. Agents that count cache and thoughts inside the big two show it by their total.
  const inside = countIn(usage['totalTokens']) === (input ?? 0) + (output ?? 0);
  const cached = (read ?? 0) + (written ?? 0);
  return {
    ...(input === undefined ? {} : { inputUncached: inside ? Math.max(0, input - cached) : input }),
    ...(read === undefined ? {} : { cacheRead: read }),
    ...(written === undefined ? {} : { cacheWrite5m: written }),
    ...(output === undefined ? {} : { output: inside ? output : output + (thought ?? 0) }),
    ...(thought === undefined ? {} : { reasoning: thought }),
  };
}
