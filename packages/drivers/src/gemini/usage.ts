// What a turn of the one-shot mode used, from the `stats` of its `result` line. A process counts only itself, also when it resumes.

import { addUsage } from '@parley/schema';
import type { Usage } from '@parley/schema';
import { countIn, objectIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';

/** The sum over all models; undefined where nothing was counted (a request that failed counts as zero of everything). */
export function decodeStats(stats: unknown): Usage | undefined {
  const models = Object.values(objectIn(objectIn(stats)['models'])).map((each) => objectIn(each));
  const counted = (models.length === 0 ? [objectIn(stats)] : models).flatMap((each) => usageOf(each) ?? []);
  return counted.length === 0 ? undefined : counted.reduce((sum, each) => addUsage(sum, each));
}

/** `input_tokens` are those of the prompt with `cached` inside; thoughts are in the total only (0.61.0). */
function usageOf(model: Json): Usage | undefined {
  const prompt = countIn(model['input_tokens']);
  const answer = countIn(model['output_tokens']);
  const total = countIn(model['total_tokens']);
  if ((prompt ?? 0) + (answer ?? 0) + (total ?? 0) === 0) return undefined;
  const cached = countIn(model['cached']);
  const uncached = countIn(model['input']) ?? (prompt === undefined ? undefined : Math.max(0, prompt - (cached ?? 0)));
  const thought =
    total === undefined || total < (prompt ?? 0) + (answer ?? 0) ? undefined : total - (prompt ?? 0) - (answer ?? 0);
  return {
    ...(uncached === undefined ? {} : { inputUncached: uncached }),
    ...(cached === undefined ? {} : { cacheRead: cached }),
    ...(answer === undefined ? {} : { output: answer + (thought ?? 0) }),
    ...(thought === undefined ? {} : { reasoning: thought }),
  };
}
