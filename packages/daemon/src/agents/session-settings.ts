// What a session is made with: the agent's entries of the configuration, over them a profile's, over both what the request says.

import { realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { ParleyError } from '@parley/schema';
import type { AgentConfig, AgentOptions, Config, CreateSession, Session, SessionConfig } from '@parley/schema';
import { resolveOptions } from './agent-options.ts';

/** The entries of an agent with those of a profile over them. Throws `invalid_request` for a profile that is not there. */
export function profileOf(agent: string, config: AgentConfig | undefined, name: string | undefined): SessionConfig {
  const base: SessionConfig = config ?? { added_folders: [], args: [], env: {}, unset: [], allow_env: [] };
  if (name === undefined) return base;
  const profile = config?.profiles[name];
  if (profile === undefined) {
    const known = Object.keys(config?.profiles ?? {}).toSorted();
    const which = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
    throw new ParleyError('invalid_request', `agents.${agent} has no profile "${name}" (${which}).`, {
      field: 'profile',
      known,
    });
  }
  return {
    ...base,
    ...profile,
    added_folders: [...new Set([...base.added_folders, ...profile.added_folders])],
    args: [...base.args, ...profile.args],
    env: { ...base.env, ...profile.env },
    unset: [...new Set([...base.unset, ...profile.unset])],
    allow_env: [...new Set([...base.allow_env, ...profile.allow_env])],
  };
}

export interface SessionSettings {
  readonly profile?: string;
  readonly effort?: string;
  readonly variant?: string;
  readonly personality?: string;
  readonly addedFolders?: readonly string[];
  readonly options?: AgentOptions;
  readonly timeoutMs?: number;
  readonly idleMs?: number;
}

/** Effort, folders, options and limits of a new session. Throws `folder_missing`, and `invalid_request` for a file that is not there. */
export async function settingsOf(
  input: CreateSession,
  profile: SessionConfig,
  deadlines: Config['deadlines'],
): Promise<SessionSettings> {
  const effort = input.effort ?? profile.effort;
  const variant = input.variant ?? profile.variant;
  const personality = input.personality ?? profile.personality;
  const folders = await realFolders([...profile.added_folders, ...(input.addedFolders ?? [])]);
  const idle = profile.idle_timeout ?? idleByEffort(effort, deadlines);
  const idleMs = input.idleMs ?? (idle === undefined ? undefined : idle * 1000);
  return {
    ...(input.profile === undefined ? {} : { profile: input.profile }),
    ...(effort === undefined ? {} : { effort }),
    ...(variant === undefined ? {} : { variant }),
    ...(personality === undefined ? {} : { personality }),
    ...(folders.length === 0 ? {} : { addedFolders: folders }),
    ...(input.options === undefined ? {} : { options: await resolveOptions(input.options) }),
    ...(profile.timeout === undefined ? {} : { timeoutMs: profile.timeout * 1000 }),
    ...(idleMs === undefined ? {} : { idleMs }),
  };
}

function idleByEffort(effort: string | undefined, deadlines: Config['deadlines']): number | undefined {
  switch (effort) {
    case 'high':
      return deadlines.idle_high;
    case 'xhigh':
    case 'max':
      return deadlines.idle_xhigh;
    default:
      return undefined; // As for all.
  }
}

async function realFolders(folders: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(
    folders.map(async (folder) => {
      const found = isAbsolute(folder) ? await stat(folder).catch(() => undefined) : undefined;
      if (found?.isDirectory() !== true)
        throw new ParleyError('folder_missing', `The added folder "${folder}" is not an absolute path of a folder.`, {
          folder,
        });
      return realpath(folder);
    }),
  );
  return [...new Set(real)];
}

type Wishes = Pick<Session, 'model' | 'effort' | 'variant' | 'personality' | 'addedFolders' | 'options'>;

/** What a session says of how its agent is started, of which any part may be absent. */
export function wishesOf({ model, effort, variant, personality, addedFolders, options }: Session): Wishes {
  return {
    ...(model === undefined ? {} : { model }),
    ...(effort === undefined ? {} : { effort }),
    ...(variant === undefined ? {} : { variant }),
    ...(personality === undefined ? {} : { personality }),
    ...(addedFolders === undefined ? {} : { addedFolders }),
    ...(options === undefined ? {} : { options }),
  };
}
