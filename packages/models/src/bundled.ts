// The names that Parley brings along: only what the vendors' programs that it was proven on told by themselves, without a login, in
// November 2026. Vendors add and drop models every few weeks and accounts differ, so these are never more than a hint.

import type { AgentName } from '@parley/schema';

export interface BundledModels {
  readonly agent: AgentName;
  /** Where several programs share the agent's name: the one that knows these. */
  readonly dialect?: string;
  /** The version that knows them. */
  readonly version: string;
  readonly models: readonly string[];
  /** Names that the agent itself turns into a model's. */
  readonly aliases: readonly string[];
  /** What it takes by itself, where it says so for everybody. */
  readonly default?: string;
}

export const bundledModels: readonly BundledModels[] = [
  {
    // `model/list` of `codex app-server` 0.169.0 without an account: those that are not hidden and have no successor (`upgrade`).
    agent: 'codex',
    version: '0.169.0',
    models: ['gpt-6.1-sol', 'gpt-6-astra', 'gpt-6-sol', 'gpt-6-luna', 'gpt-6.1-terra'],
    aliases: [],
    default: 'gpt-6.1-sol',
  },
  {
    // `claude --help` 2.1.329 names the first aliases, the program's own table of models the rest: the newest of each family. Which model
    // an alias means, and which one is taken without a name, depends on the account and on whose servers it talks to.
    agent: 'claude',
    version: '2.1.329',
    models: ['claude-fable-5-2', 'claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'],
    aliases: ['fable', 'opus', 'sonnet', 'haiku', 'best', 'opusplan', 'fable[1m]', 'opus[1m]', 'sonnet[1m]'],
  },
  {
    // The set of valid models of Gemini CLI 0.61.0 (`VALID_GEMINI_MODELS`) without Gemma and without one for a tool set of its own. The
    // aliases mean another model for accounts with previews.
    agent: 'gemini',
    version: '0.61.0',
    models: [
      'gemini-3.1-pro-preview',
      'gemini-3-pro-preview',
      'gemini-3-flash-preview',
      'gemini-3.8-flash',
      'gemini-3.5-flash',
      'gemini-3.5-flash-lite',
      'gemini-3.1-flash-lite',
      'gemini-2.5-pro',
    ],
    aliases: ['auto', 'pro', 'flash', 'flash-lite'],
  },
  {
    // The default settings of @vibe-kit/grok-cli 0.0.34. Of xAI's own program no list could be seen.
    agent: 'grok',
    dialect: 'vibe-kit',
    version: '0.0.34',
    models: ['grok-code-fast-1', 'grok-4-1-fast-reasoning', 'grok-4-1-fast-non-reasoning', 'grok-4', 'grok-4-latest'],
    aliases: [],
    default: 'grok-code-fast-1',
  },
];
