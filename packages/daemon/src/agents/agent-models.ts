// What the list of an agent's models is made of: its entries of the configuration, its environment and its own settings files.

import { readFile } from 'node:fs/promises';
import { settingsFilesOf } from '@parley/models';
import type { ModelFacts, SettingsFile } from '@parley/models';
import type { AgentBackend, AgentConfig, Detected, Driver, SessionConfig } from '@parley/schema';

export interface ModelSources {
  readonly driver: Driver;
  readonly detected: Detected;
  readonly backend: AgentBackend['kind'];
  readonly config: AgentConfig | undefined;
  /** The agent's entries, or with those of a session's profile over them. */
  readonly profile: Pick<SessionConfig, 'model'>;
  /** As the agent gets it. */
  readonly env: Readonly<Record<string, string>>;
}

/** The facts without the agent's own files: what a name becomes does not depend on them. */
export function modelFactsOf({ driver, detected, backend, config, profile, env }: ModelSources): ModelFacts {
  const { agent, title, rehearsalModel } = driver;
  return {
    agent,
    title,
    ...(detected.version === undefined ? {} : { version: detected.version }),
    ...(detected.dialect === undefined ? {} : { dialect: detected.dialect }),
    backend,
    rehearsalModel,
    ...(profile.model === undefined ? {} : { model: profile.model }),
    aliases: config?.aliases ?? {},
    env,
    settings: [],
  };
}

/** The agent's own settings files, those that are there. */
export async function readSettings({ agent, dialect, env }: ModelFacts): Promise<readonly SettingsFile[]> {
  const files = await Promise.all(
    settingsFilesOf(agent, dialect, env).map(async (path): Promise<readonly SettingsFile[]> => {
      try {
        return [{ path, text: await readFile(path, 'utf8') }];
      } catch (error) {
        return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? [] : [{ path }];
      }
    }),
  );
  return files.flat();
}
