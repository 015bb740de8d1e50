// What differs between agents that speak ACP: a driver that builds on the machine of this folder describes its agent with one of these.

import type { DriverContext, Policy } from '@parley/schema';

/** Values and pure functions only: the machine calls them while it steps. */
export interface AcpDialect {
  /** The agent's name for people, at the beginning of messages: "Gemini". */
  readonly title: string;
  /**
   * The `methodId` to authenticate with before a conversation is opened, out of the ids that the agent offered; undefined: none is needed.
   * Never one that opens a browser or a terminal: a daemon has neither.
   */
  readonly authMethod?: (context: DriverContext, offered: readonly string[]) => string | undefined;
  /**
   * The agent's mode for each policy, best first; the first that it offers is set. An empty list leaves the mode as it is. Where the mode of
   * a policy other than `full` cannot be set, the turn fails rather than run in one that may be laxer.
   */
  readonly modes: Readonly<Record<Policy, readonly string[]>>;
  /** `session`: the machine sets the model (`session/set_model` or a config option); `launch`: `launch.ts` already did. */
  readonly modelBy: 'session' | 'launch';
  /** `never`: the agent offers `session/load` or `session/resume`, but they do not work. Default `as-offered`. */
  readonly resume?: 'as-offered' | 'never';
  /** Whether `usage` of a prompt's result counts this turn or all turns since the process began. Default `turn`. */
  readonly usage?: 'turn' | 'total';
  /** The tool's name where it can be read from the id of its call ("read_file__call_1"). Newer agents tell it themselves. */
  readonly toolName?: (callId: string) => string | undefined;
  /** More kinds of `session/update` that are known and of no interest. */
  readonly ignoredUpdates?: readonly string[];
}

/**
 * Mode ids as agents in the field name them. Where a mode is looser than what Parley itself would answer to the agent's questions, the
 * stricter one is taken: `edit` stays in an asking mode, and Parley allows the edits inside the folder. Modes in which a model judges
 * what is asked (codex-acp's `agent`, claude-agent-acp's `auto`) are never taken.
 */
export const usualModes: Readonly<Record<Policy, readonly string[]>> = {
  'read-only': ['read-only', 'plan', 'default'],
  ask: ['default', 'ask', 'manual', 'read-only', 'build'],
  edit: ['default', 'ask', 'manual', 'workspace-write', 'build'],
  full: ['agent-full-access', 'full-access', 'bypassPermissions', 'yolo', 'auto-approve', 'default', 'build'],
};

/** An ACP agent of which nothing is known but its name. */
export function usualDialect(title: string): AcpDialect {
  return { title, modes: usualModes, modelBy: 'session' };
}
