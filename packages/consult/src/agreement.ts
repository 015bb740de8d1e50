// Whether reviewers agree, and how much that is worth: from comparable verdicts only.

import type { Agreement, Confidence, Finding, Position, Verdict } from '@parley/schema';
import { verdicts } from './verdict.ts';

/** One who was asked. Without a verdict: silent, failed, out of time, unreadable or still at work. */
export interface Voice {
  readonly name: string;
  readonly verdict?: Verdict;
  readonly confidence?: number;
  readonly findings: readonly Finding[];
}

type Sided = Voice & { readonly verdict: Position };

export function agreementOf(voices: readonly Voice[]): Agreement {
  const sided = voices.filter(tookSide);
  const positions = [...new Set(sided.map(({ verdict }) => verdict))];
  const [first] = positions;
  const counts = Object.fromEntries(
    verdicts.map((verdict) => [verdict, voices.filter((voice) => voice.verdict === verdict).length]),
  ) as Record<Verdict, number>;
  const state = sided.length < 2 ? 'not-comparable' : positions.length === 1 ? 'agree' : 'disagree';
  return {
    state,
    ...(state === 'agree' && first !== undefined && { verdict: first }),
    asked: voices.length,
    comparable: sided.length,
    counts,
    signals: [
      ...(state === 'disagree'
        ? [`They differ: ${sided.map(({ name, verdict }) => `${name} says ${verdict}`).join(', ')}.`]
        : []),
      ...sided.flatMap(contradiction),
    ],
  };
}

export function confidenceOf(voices: readonly Voice[], { state, asked, comparable }: Agreement): Confidence {
  const own = voices.filter(tookSide).map(({ confidence }) => confidence);
  const known = own.filter((one) => one !== undefined);
  const mean =
    known.length > 0 && known.length === own.length
      ? known.reduce((sum, one) => sum + one, 0) / known.length
      : undefined;
  const of = `${comparable} of ${asked}`;
  const given = mean === undefined ? {} : { mean };
  if (comparable === 0) return { level: 'none', reason: `None of ${asked} took a side.` };
  if (state === 'disagree') return { level: 'low', ...given, reason: `The ${comparable} that took a side differ.` };
  if (state === 'not-comparable') return { level: 'low', ...given, reason: `One voice alone (${of} took a side).` };
  if (comparable < asked) return { level: 'medium', ...given, reason: `Only ${of} took a side; these agree.` };
  if (mean === undefined) return { level: 'medium', reason: `All ${asked} agree, but not all say how sure they are.` };
  return mean >= 0.7
    ? { level: 'high', mean, reason: `All ${asked} agree and are sure of it.` }
    : { level: 'medium', mean, reason: `All ${asked} agree, but are not sure of it.` };
}

function tookSide(voice: Voice): voice is Sided {
  return voice.verdict !== undefined && voice.verdict !== 'unsure';
}

/** Who approves and names something critical contradicts itself. */
function contradiction({ name, verdict, findings }: Sided): readonly string[] {
  const worst = findings.find(({ severity }) => severity === 'critical');
  return verdict === 'approve' && worst !== undefined
    ? [`${name} approves, but names a critical finding: ${worst.title}`]
    : [];
}
