// Agents as they are named on the command line: `codex,claude=opus,acp:mine`.

import { InvalidArgumentError } from 'commander';
import type { AgentChoice } from '@parley/schema';

/** For an option: agents with commas between them, each with `=model` if not its usual one. */
export function agentChoices(text: string): readonly AgentChoice[] {
  return text.split(',').map(agentChoice);
}

/** For an option: one agent. */
export function agentChoice(text: string): AgentChoice {
  const [, agent, model] = /^\s*([^=,\s]+)\s*(?:=\s*([^,\s]+)\s*)?$/.exec(text) ?? [];
  if (agent === undefined) throw new InvalidArgumentError('Write agents like codex,claude=opus (see `parley agents`).');
  return { agent: agent.toLowerCase(), ...(model !== undefined && { model }) };
}
