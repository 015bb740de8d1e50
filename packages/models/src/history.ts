// The models that an agent was seen to use: Gemini CLI notes the model beside each of its answers in the chats that it keeps.

import type { AgentName } from '@parley/schema';
import type { Variables } from './environment.ts';
import { isModelName } from './model-name.ts';

export interface ChatFile {
  /** Absolute path. */
  readonly path: string;
  /** When it was last written to, in milliseconds since the epoch. */
  readonly at: number;
  readonly models: readonly string[];
}

export interface ChatPlace {
  /** Absolute path of the folder; chats are `<project>/chats/*.json` and `*.jsonl` below it (0.61.0). */
  readonly root: string;
  /** The newest so many are looked at. */
  readonly maxFiles: number;
  /** Larger ones are not. */
  readonly maxFileBytes: number;
}

/** Where an agent keeps its chats, in an environment as the agent gets it. Undefined: nowhere that is known, or nobody is to look. */
export function chatPlaceOf(agent: AgentName, env: Variables): ChatPlace | undefined {
  if (agent !== 'gemini' || isOn(env['GEMINI_DISABLE_HISTORY_DISCOVERY']) || !mayDiscover(env)) return undefined;
  const home = env['GEMINI_CLI_HOME'] || env['HOME'] || env['USERPROFILE'];
  const root = env['GEMINI_HISTORY_ROOT'] || (home && `${home}/.gemini/tmp`);
  if (root === undefined || root === '') return undefined;
  return {
    root,
    maxFiles: countOf(env['GEMINI_HISTORY_MAX_FILES'], 200),
    maxFileBytes: countOf(env['GEMINI_HISTORY_MAX_FILE_BYTES'], 2 * 1024 * 1024),
  };
}

/** False where the environment says that no files of the agents are to be looked into. */
export function mayDiscover(env: Variables): boolean {
  return !isOn(env['LLM_GATEWAY_DISABLE_MODEL_DISCOVERY']);
}

/** The names in a chat. What people wrote cannot be taken for one: a quote within a text has a backslash before it. */
export function modelsInChat(text: string): readonly string[] {
  const names = Array.from(text.matchAll(/(?<!\\)"model"\s*:\s*"([^"\\]+)"/g), ([, name]) => name);
  return [...new Set(names.filter(isModelName))];
}

function isOn(value: string | undefined): boolean {
  return value === '1' || value?.toLowerCase() === 'true';
}

function countOf(text: string | undefined, usual: number): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : usual;
}
