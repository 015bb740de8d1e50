// What a session is made with: a request's settings over those of its profile, over the agent's own options, over the configuration.

import { CreateSessionSchema, ParleyError, SubmitTurnSchema } from '@parley/schema';
import type { Approval, ApprovalAnswer, Policy, SessionConfig } from '@parley/schema';
import { checked } from './checked.ts';

/** What holds for an agent, and what a single request can say otherwise (request > profile > agent > default). */
export interface RunSettings {
  /** Absolute path of the folder to work in. Default: the current one. */
  readonly cwd?: string | undefined;
  /** What the agent may do without asking. Default: `edit`, or less where the project's `.parley.toml` says so. */
  readonly policy?: Policy | undefined;
  /** By the name that the agent knows. Default: the agent's own. */
  readonly model?: string | undefined;
  /** Base URL of a compatible model server, as the vendor's SDK takes it: OpenAI's with `/v1`, Anthropic's without. */
  readonly modelUrl?: string | undefined;
  /** How the agent is spoken to, where it can be in several ways (docs/agents.md). */
  readonly mode?: string | undefined;
  /** A named profile of the agent in `config`: `config.agents.<agent>.profiles.<profile>`. */
  readonly profile?: string | undefined;
  /** How hard the model is to think, in the agent's own words, for example `high`. */
  readonly effort?: string | undefined;
  /** A variant of the model (OpenCode). */
  readonly variant?: string | undefined;
  /** A way of talking (Codex). */
  readonly personality?: string | undefined;
  /** Absolute paths of folders beside `cwd` that the agent may work in. Those of all layers count. */
  readonly addedFolders?: readonly string[] | undefined;
  /** Set (string) or unset (null) in the agent's environment. */
  readonly env?: Readonly<Record<string, string | null>> | undefined;
  /** Milliseconds that a turn may take in all, at most a week; then it fails with `timeout`. Default: no limit; silence ends it. */
  readonly timeoutMs?: number | undefined;
  /** Answers what the agent asks and the policy leaves open. Without it all of that is denied at once. */
  readonly onApproval?: ((approval: Approval) => ApprovalAnswer | Promise<ApprovalAnswer>) | undefined;
}

/** Throws `invalid_request` naming the field: what comes from outside must not become an option on a command line. */
export function checkSettings(agent: string, settings: RunSettings & { readonly threadId?: string | undefined }): void {
  const { env: _env, timeoutMs, onApproval: _ask, cwd = '/', ...words } = settings;
  const known = [
    'policy',
    'model',
    'modelUrl',
    'mode',
    'profile',
    'effort',
    'variant',
    'personality',
    'addedFolders',
    'threadId',
  ];
  const given = Object.entries(words).filter(([name]) => known.includes(name));
  checked(CreateSessionSchema, { agent, cwd, ...Object.fromEntries(given) });
  checked(SubmitTurnSchema, { text: '', timeoutMs });
}

export interface SettingsLayers {
  /** The agent's entries of the configuration. */
  readonly config: SessionConfig;
  readonly profiles: Readonly<Record<string, SessionConfig>>;
  readonly options: RunSettings;
  readonly request: RunSettings;
}

/** All layers as one. Throws `invalid_request` for a profile that is not there. */
export function mergedSettings({ config, profiles, options, request }: SettingsLayers): SessionConfig {
  const name = request.profile ?? options.profile;
  const profile = name === undefined ? [] : [profileOf(profiles, name)];
  return [entriesOf(options), ...profile, entriesOf(request)].reduce(over, config);
}

function profileOf(profiles: Readonly<Record<string, SessionConfig>>, name: string): SessionConfig {
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile !== undefined) return profile;
  const known = Object.keys(profiles).toSorted();
  const which = known.length === 0 ? 'there is none' : `there is ${known.join(', ')}`;
  throw new ParleyError('invalid_request', `There is no profile "${name}" (${which}).`, { field: 'profile', known });
}

/** Settings in the words of the configuration, which counts in seconds. */
function entriesOf(settings: RunSettings): SessionConfig {
  const { policy, model, mode, effort, variant, personality, addedFolders = [], env = {}, timeoutMs } = settings;
  const entries = Object.entries(env);
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(model === undefined ? {} : { model }),
    ...(mode === undefined ? {} : { mode }),
    ...(effort === undefined ? {} : { effort }),
    ...(variant === undefined ? {} : { variant }),
    ...(personality === undefined ? {} : { personality }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs / 1000 }),
    added_folders: addedFolders,
    args: [],
    env: Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null)),
    unset: entries.filter(([, value]) => value === null).map(([name]) => name),
    allow_env: [],
  };
}

/** A later layer over an earlier one: words are replaced, folders and arguments added; a variable that is unset stays so until it is set. */
function over(below: SessionConfig, above: SessionConfig): SessionConfig {
  const kept = Object.entries(below.env).filter(([name]) => !above.unset.includes(name));
  return {
    ...below,
    ...above,
    added_folders: [...new Set([...below.added_folders, ...above.added_folders])],
    args: [...below.args, ...above.args],
    env: { ...Object.fromEntries(kept), ...above.env },
    unset: [...new Set([...below.unset, ...above.unset])],
    allow_env: [...new Set([...below.allow_env, ...above.allow_env])],
  };
}
