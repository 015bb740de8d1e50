// Directives inside a prompt, for demos and tests, heeded only when a scenario says `directives: true`:
// [[slow MS]] [[gate NAME]] [[error STATUS]] [[stall]] [[cut PIECES]] [[hang]], the last four also with `times N`.
import type { ScenarioStep } from './scenario.ts';

export interface Directed {
  /** The person's words without the directives. */
  readonly text: string;
  /** To be played before the answer, in the order written. */
  readonly steps: readonly ScenarioStep[];
}

/** What is not a directive, or a wrong one, stays in the text. */
export function readDirectives(text: string): Directed {
  const steps: ScenarioStep[] = [];
  const rest = text.replace(/\s*\[\[([^[\]]*)\]\]/g, (whole, inside: string) => {
    const step = stepFrom(inside.trim());
    if (step === undefined) return whole;
    steps.push(step);
    return '';
  });
  return { text: rest.trim(), steps };
}

function stepFrom(inside: string): ScenarioStep | undefined {
  const found =
    /^(slow|gate|error|stall|cut|hang)(?:\s+(?!times\b)(\S+))?(?:\s+retry-after\s+(\d+))?(?:\s+times\s+([1-9]\d*))?$/.exec(
      inside,
    );
  if (found === null) return undefined;
  const [, word, argument, retryAfter, howOften] = found;
  const number = /^\d+$/.test(argument ?? '') ? Number(argument) : undefined;
  const times = howOften === undefined ? {} : { times: Number(howOften) };
  switch (word) {
    case 'slow':
      return number === undefined ? undefined : { pace: number };
    case 'gate':
      return argument === undefined ? undefined : { gate: argument };
    case 'error':
      if (number === undefined || number < 400 || number > 599) return undefined;
      return {
        error: { status: number, ...(retryAfter !== undefined && { retryAfter: Number(retryAfter) }), ...times },
      };
    case 'stall':
      return { stall: { ...(number !== undefined && { forMs: number }), ...times } };
    case 'cut':
      return { cut: { after: number ?? 0, ...times } };
    default:
      return { hang: times };
  }
}
