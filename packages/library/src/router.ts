// Several agents behind one `run`: each request names its agent, or goes to the default one.

import { ParleyError } from '@parley/schema';
import type { Agent, RunRequest } from './agent.ts';
import type { RunResult } from './outcome.ts';

export interface RouterOptions {
  /** By the names that requests use. */
  readonly agents: Readonly<Record<string, Agent>>;
  /** Needed when there are several agents and none is `codex`, which is then the default. */
  readonly default?: string | undefined;
}

export interface RoutedRequest extends RunRequest {
  /** Spaces around it and its case do not matter. Absent or empty: the default. */
  readonly agent?: string | undefined;
}

export interface Router {
  /** The names, sorted. */
  readonly agents: readonly string[];
  readonly default: string;
  /** As `Agent.run`; the result names the agent that answered. Throws `unknown_agent` too. */
  run(request: RoutedRequest): Promise<RunResult & { readonly agent: string }>;
}

const normal = (name: string): string => name.trim().toLowerCase();

/**
 * Routes each request to one of several agents. Starts nothing; errors of the agents pass through as they are.
 *
 * ```ts
 * const router = createRouter({
 *   agents: { codex: createAgent({ agent: 'codex' }), claude: createAgent({ agent: 'claude' }) },
 *   default: 'claude',
 * });
 * await router.run({ prompt: 'Review the last commit.', agent: 'codex' });
 * ```
 *
 * Throws `unknown_agent` when there is no agent, or none of the default's name; `invalid_request` when a default is
 * needed or two names are the same.
 */
export function createRouter(options: RouterOptions): Router {
  const agents = new Map(Object.entries(options.agents).map(([name, agent]) => [normal(name), agent]));
  const names = [...agents.keys()].toSorted();
  if (names.length < Object.keys(options.agents).length)
    throw new ParleyError('invalid_request', `Two agents have the same name; there are ${names.join(', ')}.`, {
      field: 'agents',
    });
  const find = (name: string): Agent => {
    const agent = agents.get(name);
    if (agent !== undefined) return agent;
    throw new ParleyError(
      'unknown_agent',
      `There is no agent "${name}" here; the configured ones are ${names.join(', ') || '(none)'}.`,
      { known: names },
    );
  };
  const standard = defaultOf(normal(options.default ?? ''), names);
  find(standard);
  return {
    agents: names,
    default: standard,
    async run({ agent = '', ...request }) {
      const name = normal(agent) || standard;
      return { ...(await find(name).run(request)), agent: name };
    },
  };
}

function defaultOf(named: string, names: readonly string[]): string {
  if (named !== '') return named;
  const [only, another] = names;
  if (another === undefined) return only ?? '';
  if (names.includes('codex')) return 'codex';
  throw new ParleyError('invalid_request', `Which of ${names.join(', ')} is the default?`, { field: 'default' });
}
