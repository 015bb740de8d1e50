// How an agent is shown whose entries of the configuration make no sense: the others are none the worse for it.

import type { AgentView, Driver } from '@parley/schema';

export function troubledView(driver: Driver, error: unknown): AgentView {
  const { agent: name, title, provenVersion, capabilities, mode, loginHint } = driver;
  const problem = `agents.${name} of the configuration: ${error instanceof Error ? error.message : String(error)}`;
  const backend = { kind: 'rehearsal', detail: '' } as const;
  return { name, title, installed: false, provenVersion, backend, modes: [mode], capabilities, loginHint, problem };
}
