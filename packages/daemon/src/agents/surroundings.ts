// What surrounds an agent and says how it answers, as one hash: two equal ones mean that the same question gets the same answer again, as
// far as anything of this machine is concerned. Holds values of keys, so it is never kept or shown but as a hash.

import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { SettingsFile } from '@parley/models';
import type { AgentConfig, AgentOptions, Detected, Session, SessionConfig } from '@parley/schema';
import type { ResolvedEndpoint } from './endpoint.ts';

export interface Surroundings {
  readonly detected: Pick<Detected, 'path' | 'version' | 'dialect'>;
  readonly endpoint: ResolvedEndpoint;
  readonly config: AgentConfig | undefined;
  /** The agent's entries of the configuration, with those of the session's profile over them. */
  readonly profile: SessionConfig;
  /** As the agent gets it. */
  readonly env: Readonly<Record<string, string>>;
  /** The agent's own. */
  readonly settings: readonly SettingsFile[];
  readonly session: Pick<Session, 'options'>;
}

export async function hashOfSurroundings({ detected, env, session, ...rest }: Surroundings): Promise<string> {
  const { path, version, dialect } = detected;
  const variables = Object.entries(env)
    .filter(([name]) => !tellsOnlyWhere.test(name))
    .map(([name, value]) => [name, name === 'PATH' ? withoutNpm(value) : value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const files = await Promise.all(filesIn(session.options).map(stateOf));
  const facts = { program: [path, version, dialect], variables, files, ...rest };
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64url');
}

/** Which terminal, window, shell or npm script the daemon was started from: another one is no other question. */
const tellsOnlyWhere =
  /^(?:_|PWD|OLDPWD|SHLVL|COLUMNS|LINES|TERM(?:_.*)?|COLORTERM|TMUX.*|STY|WINDOW(?:ID)?|SSH_.*|DISPLAY|WAYLAND_DISPLAY|XDG_(?:SESSION|SEAT|VTNR|RUNTIME).*|DBUS_.*|INVOCATION_ID|JOURNAL_STREAM|VSCODE_.*|WT_.*|ITERM_.*|npm_.*|INIT_CWD|NODE|COLOR|EDITOR)$/;

/** npm puts the programs of its packages in front of those of the machine. */
function withoutNpm(path: string): string {
  const folders = path.split(':').filter((folder) => !/\/node_modules\/\.bin$|\/node-gyp-bin$/.test(folder));
  return folders.join(':');
}

/** Files outside of every folder that the agent is told to read. */
function filesIn(options: AgentOptions = {}): readonly string[] {
  const { images = [], attachments = [], policyFiles = [], adminPolicyFiles = [] } = options;
  return [...images, ...attachments, ...policyFiles, ...adminPolicyFiles];
}

/** Writing a file always changes one of these. */
async function stateOf(path: string): Promise<readonly string[]> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? [path] : [path, ...[found.ino, found.size, found.mtimeNs, found.ctimeNs].map(String)];
}
