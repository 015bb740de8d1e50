// What the optimiser did to a text: which rules changed something, and its size before and after.

import { z } from 'zod';

export interface Optimization {
  /** False: nothing was found to leave out, or the text is of a kind that is never touched. */
  readonly applied: boolean;
  /** Names of the rules that changed something. */
  readonly rules: readonly string[];
  /** Characters. */
  readonly before: number;
  readonly after: number;
}
export const OptimizationSchema = z.object({
  applied: z.boolean(),
  rules: z.array(z.string()).readonly(),
  before: z.number().int(),
  after: z.number().int(),
});

export interface OptimizedText extends Optimization {
  readonly text: string;
}
export const OptimizedTextSchema = z.object({ ...OptimizationSchema.shape, text: z.string() });
