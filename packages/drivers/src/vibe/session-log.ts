// What Vibe writes about a run into its session log (`meta.json`), which reaches the driver as a line of the `after-exit` adapter.

import type { Usage } from '@parley/schema';
import { countIn, numberIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';

export interface SessionLog {
  readonly sessionId: string;
  /** Messages in the log, without the system prompt. */
  readonly messages: number | undefined;
  readonly model: string | undefined;
  /** Of this session. A resumed run is a new session whose counts begin at zero (2.18.4), so they are the turn's own. */
  readonly usage: Usage;
}

/** The text of the file that the adapter hands over; undefined for every other line. */
export function fileOfAdapter(line: Json): string | undefined {
  return line.adapter === 'file' ? (stringIn(line.text) ?? '') : undefined;
}

export function readSessionLog(text: string): SessionLog | undefined {
  const meta = objectOfLine(text);
  const sessionId = stringIn(meta?.session_id);
  if (meta === undefined || sessionId === undefined || sessionId === '') return undefined;
  return {
    sessionId,
    messages: countIn(meta.total_messages),
    model: stringIn(objectIn(meta.config).active_model),
    usage: usageOf(objectIn(meta.stats)),
  };
}

function usageOf(stats: Json): Usage {
  const input = countIn(stats.session_prompt_tokens);
  const output = countIn(stats.session_completion_tokens);
  // Newer versions count what came from a cache; it is part of the prompt's tokens.
  const cached = countIn(stats.session_cached_tokens);
  const cost = numberIn(stats.session_cost);
  // A model whose prices Vibe does not know costs nothing in its books.
  const priced =
    (numberIn(stats.input_price_per_million) ?? 0) > 0 || (numberIn(stats.output_price_per_million) ?? 0) > 0;
  return {
    ...(input === undefined ? {} : { inputUncached: Math.max(0, input - (cached ?? 0)) }),
    ...(cached === undefined ? {} : { cacheRead: cached }),
    ...(output === undefined ? {} : { output }),
    ...(cost === undefined || cost < 0 || !priced ? {} : { costUsd: cost }),
  };
}
