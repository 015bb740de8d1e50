// How risky a request looks before anything of it runs: a sum of weights over what is asked for. One input to the decision, never the only
// one: the session's policy, and for `full` the operator's opt-in, hold whatever the score says.

import type { ApprovalPolicy, ReviewIntegrity } from '@parley/schema';

export interface ScoredRequest {
  readonly text: string;
  /** The agent would ask nothing: the policy `full`. */
  readonly bypassRequested: boolean;
  /** The agent would edit without asking. */
  readonly fullAuto: boolean;
  readonly mcpServers: readonly string[];
  readonly allowedTools?: readonly string[] | undefined;
  readonly review: ReviewIntegrity;
}

export interface Score {
  readonly score: number;
  /** One line each, with its weight. */
  readonly reasons: readonly string[];
}

export const thresholds: Readonly<Record<ApprovalPolicy, number>> = { strict: 2, balanced: 5, permissive: 7 };

/** MCP servers whose reach is known: those that speak to the internet count. One that is not known here may reach anything. */
const knownServers: ReadonlyMap<string, number> = new Map([
  ['exa', 2],
  ['ref_tools', 1],
  ['sqry', 0],
  ['trstr', 0],
]);
const unknownServer = 1;

const risky = /\b(?:delete|destroy|wipe|exfiltrate|credential|token|password|secret)s?\b/i;

export function scoreOf({ text, bypassRequested, fullAuto, mcpServers, allowedTools, review }: ScoredRequest): Score {
  const reasons: string[] = [];
  let score = 0;
  const count = (weight: number, reason: string): void => {
    score += weight;
    reasons.push(`${reason} (+${weight})`);
  };
  if (bypassRequested) count(3, 'The agent is to work without asking for anything');
  if (fullAuto) count(2, 'The agent is to edit without asking');
  for (const server of new Set(mcpServers)) {
    const weight = knownServers.get(server) ?? unknownServer;
    if (weight > 0) count(weight, `The MCP server "${server}" is wanted`);
  }
  const word = risky.exec(text)?.[0];
  if (word !== undefined) count(3, `The words speak of "${word.toLowerCase()}"`);
  for (const { score: weight, detail } of review.violations) count(weight, detail);
  if (allowedTools?.length === 0 && !review.isReviewContext) count(0, 'No tool is allowed, and it is no review');
  return { score, reasons };
}
