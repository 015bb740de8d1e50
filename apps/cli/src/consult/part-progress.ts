// What is new in a report for somebody who waits for it: a line when an agent begins, is asked again, or ends.

import { nameOf, outcomeOf } from '@parley/consult';
import type { ConsultReport, JudgeReport, ReviewerReport } from '@parley/schema';
import { showDuration } from '../duration.ts';

export class PartProgress {
  readonly #told = new Map<string, string>();

  /** The lines that were not told before. */
  news({ reviewers, judge }: ConsultReport): readonly string[] {
    const lines = reviewers.map((one) => [one.label, lineOf(one, nameOf(one))] as const);
    const judges = judge === undefined ? [] : [['judge', lineOf(judge, `judge ${nameOf(judge)}`)] as const];
    return [...lines, ...judges].flatMap(([part, line]) => {
      if (line === undefined || this.#told.get(part) === line) return [];
      this.#told.set(part, line);
      return [line];
    });
  }
}

/** Nothing for one whose turn has not come. */
function lineOf(part: ReviewerReport | JudgeReport, name: string): string | undefined {
  const { state, sessionId, turnIds, durationMs, error } = part;
  switch (state) {
    case 'waiting':
      return undefined;
    case 'working':
      if (sessionId === undefined || turnIds.length === 0) return undefined;
      return turnIds.length === 1
        ? `${name}: at work (session ${sessionId})`
        : `${name}: asked again for a readable verdict`;
    default: {
      const took = durationMs === undefined ? '' : ` after ${showDuration(durationMs)}`;
      const what = 'label' in part ? outcomeOf(part) : state;
      const why = error?.message ?? ('reason' in part ? part.reason : undefined);
      return `${name}: ${what}${took}${why === undefined ? '' : `: ${why}`}`;
    }
  }
}
