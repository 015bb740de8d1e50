// A new session out of what its creator said and what is usual for its agent.

import { newId } from '@parley/schema';
import type { CreateSession, Session, SessionId, SessionOrigin } from '@parley/schema';
import type { Agents } from './agents.ts';
import { existingFolder } from './check-input.ts';
import { startOf } from './fork.ts';

export interface Making {
  /** What makes it by itself. */
  readonly origin: SessionOrigin | undefined;
  /** A new one that was chosen before. */
  readonly id: SessionId | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Throws `unknown_agent`, `folder_missing`, `policy_not_allowed`, `agent_not_installed`, `fork_unsupported`, `invalid_request`. */
export async function newSession(agents: Agents, input: CreateSession, { origin, id, now }: Making): Promise<Session> {
  const driver = agents.driver(input.agent);
  const cwd = await existingFolder(input.cwd);
  const defaults = await agents.defaults({ ...input, cwd });
  const { backend, ...chosen } = defaults;
  const start = startOf(agents, agents.driver(driver.agent, chosen.mode), input);
  const policy = input.policy ?? chosen.policy;
  agents.checkPolicy({ policy, cwd });
  return {
    id: id ?? newId('session', now),
    agent: driver.agent,
    cwd,
    title: input.title ?? '',
    ...chosen,
    policy,
    ...(input.modelUrl === undefined ? {} : { modelUrl: input.modelUrl }),
    ...start,
    backend,
    ...(origin === undefined ? {} : { origin }),
    state: 'idle',
    queue: [],
    pendingApprovals: 0,
    usage: {},
    head: 0,
    limits: [],
    createdAt: now,
    updatedAt: now,
  };
}
