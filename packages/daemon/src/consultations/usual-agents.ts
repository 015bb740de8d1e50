// Who is asked when nobody is named.

import type { AgentChoice, AgentView, ConsultKind } from '@parley/schema';

/** Two are the fewest that can agree. */
const enough = 2;

/**
 * Claude and Codex where they are usable, filled up to two with others that are, in the order of the list; one of them for what one answers
 * (`ask`: Claude first, `second-opinion`: Codex first). Usable: installed, without a problem, and with a model server; where none has one,
 * those that rehearse.
 */
export function usualReviewers(kind: ConsultKind, agents: readonly AgentView[]): readonly AgentChoice[] {
  switch (kind) {
    case 'second-opinion':
      return usable(agents, ['codex', 'claude']).slice(0, 1);
    case 'ask':
      return usable(agents).slice(0, 1);
    case 'validate':
    case 'red-team':
    case 'consensus':
    case 'compare':
    case 'synthesis':
      return usable(agents).slice(0, enough);
  }
}

/** The first usable one. */
export function usualJudge(agents: readonly AgentView[]): AgentChoice | undefined {
  return usable(agents)[0];
}

/** Those that most people have come first. */
function usable(agents: readonly AgentView[], first = ['claude', 'codex']): readonly AgentChoice[] {
  const here = agents.filter(({ installed, problem }) => installed && problem === undefined);
  const real = here.filter(({ backend }) => backend.kind !== 'rehearsal');
  const place = ({ name }: AgentView): number => (first.includes(name) ? first.indexOf(name) : first.length);
  return (real.length > 0 ? real : here).toSorted((a, b) => place(a) - place(b)).map(({ name }) => ({ agent: name }));
}
