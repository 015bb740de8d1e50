// The agents that the daemon knows, and installations under way.

import type { AgentName, AgentView, ErrorBody } from '@parley/schema';
import { client, errorOf } from './daemon.ts';
import { createStore } from './store.ts';

export const agents = createStore<readonly AgentView[] | undefined>(undefined);
export const agentsProblem = createStore<ErrorBody | undefined>(undefined);

export interface Installation {
  /** The newest lines of progress. */
  readonly lines: readonly string[];
  readonly running: boolean;
  readonly error?: ErrorBody;
}

export const installations = createStore<Readonly<Record<AgentName, Installation>>>({});

const keptLines = 6;

export async function loadAgents(): Promise<void> {
  try {
    agents.set(await client.agents());
    agentsProblem.set(undefined);
  } catch (error) {
    agentsProblem.set(errorOf(error));
  }
}

/** Installs an agent and looks at all agents again afterwards. A second call while one runs does nothing. */
export async function install(name: AgentName): Promise<void> {
  if (installations.get()[name]?.running === true) return;
  const put = (installation: Installation) => installations.set({ ...installations.get(), [name]: installation });
  let lines: readonly string[] = ['Starting …'];
  put({ lines, running: true });
  try {
    for await (const { text } of client.installAgent(name)) {
      if (text.trim() === '') continue;
      lines = [...lines, text].slice(-keptLines);
      put({ lines, running: true });
    }
    put({ lines, running: false });
  } catch (error) {
    put({ lines, running: false, error: errorOf(error) });
  }
  await loadAgents();
}

export function agentTitle(all: readonly AgentView[] | undefined, name: AgentName): string {
  return all?.find((agent) => agent.name === name)?.title ?? name;
}
