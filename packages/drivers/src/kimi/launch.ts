// How each of kimi's two programs is started in each of its modes: argv, environment, and what of the policy it cannot express.

import { ParleyError } from '@parley/schema';
import type { LaunchPlan, LaunchRequest } from '@parley/schema';
import { promptArgument } from '../shared/prompt-argument.ts';
import { newSessionId } from './session-id.ts';

type Environment = Readonly<Record<string, string | null>>;

/** Legacy `kimi --wire`: all words go over stdin. */
export function launchWire(request: LaunchRequest): LaunchPlan {
  const { policy } = request;
  return {
    argv: [
      request.executable,
      '--wire',
      ...legacyArgs(request),
      ...(policy === 'full' ? ['--yolo'] : []),
      ...request.extraArgs,
    ],
    env: legacyEnvironment(request),
    cwd: request.cwd,
    limits:
      policy === 'full'
        ? []
        : ['Kimi reads files, searches and fetches pages without asking; only commands, edits and MCP tools ask.'],
  };
}

/** Legacy `kimi --print`: one turn, its prompt is all of stdin. */
export function launchLegacyPrint(request: LaunchRequest): LaunchPlan {
  refuseUnasked(request);
  return {
    argv: [
      request.executable,
      '--print',
      '--output-format',
      'stream-json',
      '--input-format',
      'text',
      ...legacyArgs(request),
      ...request.extraArgs,
    ],
    env: legacyEnvironment(request),
    cwd: request.cwd,
    limits: [],
  };
}

/** Kimi Code's `kimi -p`: one turn. 2.1.0 takes the prompt from argv only (piped stdin is ignored, `-p -` asks the model about "-"). */
export function launchCodePrint(request: LaunchRequest): LaunchPlan {
  refuseUnasked(request);
  const { threadId, model, endpoint } = request;
  const prompt = promptArgument('Kimi Code', request.prompt);
  return {
    argv: [
      ...codeProgram(request),
      '--output-format',
      'stream-json',
      ...(threadId === undefined ? [] : ['--session', threadId]),
      ...(model === undefined || endpoint.kind === 'url' ? [] : ['--model', model]),
      ...(request.addedFolders ?? []).flatMap((folder) => ['--add-dir', folder]),
      ...request.extraArgs,
      // In one word: a prompt may begin with a dash.
      `--prompt=${prompt}`,
    ],
    env: codeEnvironment(request),
    cwd: request.cwd,
    limits: ['Others on this machine can read the prompt in the list of processes: Kimi Code takes it nowhere else.'],
  };
}

/** Kimi Code's `kimi acp`. */
export function launchCodeAcp(request: LaunchRequest): LaunchPlan {
  return {
    argv: [...codeProgram(request), 'acp', ...request.extraArgs],
    env: codeEnvironment(request),
    cwd: request.cwd,
    limits: acpLimits(request.policy),
  };
}

function acpLimits(policy: LaunchRequest['policy']): readonly string[] {
  const reading = 'Kimi reads files, searches and fetches pages without asking.';
  switch (policy) {
    case 'read-only':
      return [
        reading,
        'Kimi runs in its plan mode, in which it may write one file: its plan, outside the folder.',
        'Sub-agents of Kimi would not keep to that, so they fail at once.',
      ];
    case 'ask':
    case 'edit':
      return [
        reading,
        // Its own permission rules cannot change that: 2.1.0 reads them from config.toml, and no part of `kimi acp` heeds them.
        'Where the folder belongs to a git work tree, Kimi edits files inside the folder without asking.',
      ];
    case 'full':
      return [];
  }
}

/** Both one-shot modes run every tool without a question, and have no flag against it. */
function refuseUnasked({ policy }: LaunchRequest): void {
  if (policy === 'full') return;
  throw new ParleyError(
    'policy_not_allowed',
    `Kimi runs every tool without asking in this mode, so the policy "${policy}" cannot be kept: use its usual mode, or the policy "full".`,
    { policy },
  );
}

/** npm's program is a Node script for Node 22.19 or newer (2.1.0); the user's own may be older. */
function codeProgram({ executable, node }: LaunchRequest): readonly [string, ...string[]] {
  return /\.[cm]?js$/.test(executable) ? [node, executable] : [executable];
}

/**
 * A model server of our choice: `KIMI_MODEL_NAME` makes Kimi Code take its provider from the environment instead of its config.toml. The
 * key must be in `KIMI_MODEL_API_KEY`, which is what `endpoint.keyEnv` says.
 */
function codeEnvironment({ endpoint, policy, model, effort, agentHome }: LaunchRequest): Environment {
  return {
    KIMI_CODE_NO_AUTO_UPDATE: '1',
    // A schedule starts turns by itself; a turn of Parley begins with an input.
    KIMI_DISABLE_CRON: '1',
    ...(policy === 'read-only' ? noSubAgents : {}),
    // Without it every exit looks for a server of the vendor's: 5 s on a network that swallows packets.
    KIMI_DISABLE_TELEMETRY: '1',
    ...(agentHome === undefined ? {} : { KIMI_CODE_HOME: agentHome }),
    ...(effort === undefined ? {} : { KIMI_MODEL_THINKING_EFFORT: effort }),
    ...(endpoint.kind === 'own'
      ? {}
      : {
          KIMI_MODEL_PROVIDER_TYPE: 'openai',
          KIMI_MODEL_BASE_URL: endpoint.url,
          KIMI_MODEL_NAME: model ?? defaultModel,
          // Of its own 10 attempts the last ones come minutes after the first.
          KIMI_LOOP_MAX_ATTEMPTS_PER_STEP: '5',
        }),
  };
}

/**
 * A sub-agent does not inherit the plan mode and edits files of a git work tree unasked (2.1.0). There is no switch against sub-agents
 * outside config.toml, so they get no time: one is ended before its first answer could have come.
 */
const noSubAgents: Environment = { KIMI_SUBAGENT_TIMEOUT_MS: '1', KIMI_CODE_SWARM_TIMEOUT_MS: '1' };

/** Of the vendor's own API, as 2.1.0 knows it. */
const defaultModel = 'kimi-k2.7-code';

function legacyArgs(request: LaunchRequest): readonly string[] {
  const { endpoint, model, effort, runId, threadId, addedFolders = [] } = request;
  return [
    '--session',
    threadId ?? newSessionId(runId),
    ...(endpoint.kind === 'url' ? ['--config', serverConfig(endpoint.url, model ?? defaultModel)] : []),
    ...(endpoint.kind === 'own' && model !== undefined ? ['--model', model] : []),
    ...(effort === undefined ? [] : [/^(none|off|minimal)$/i.test(effort) ? '--no-thinking' : '--thinking']),
    ...addedFolders.flatMap((folder) => ['--add-dir', folder]),
  ];
}

/** A whole configuration with this one server. The key is not in it: kimi takes that from `KIMI_API_KEY`, for a provider of its own type only. */
function serverConfig(url: string, model: string): string {
  return JSON.stringify({
    default_model: 'parley',
    providers: { parley: { type: 'kimi', base_url: url, api_key: '' } },
    models: { parley: { provider: 'parley', model, max_context_size: 262_144 } },
  });
}

function legacyEnvironment({ endpoint, agentHome }: LaunchRequest): Environment {
  return {
    KIMI_CLI_NO_AUTO_UPDATE: '1',
    // Python may choose another coding for pipes than the one that the protocol has.
    PYTHONUTF8: '1',
    ...(agentHome === undefined ? {} : { KIMI_SHARE_DIR: agentHome }),
    // Kimi prefers these to its configuration: they would take the words elsewhere.
    ...(endpoint.kind === 'url' ? { KIMI_BASE_URL: null, KIMI_MODEL_NAME: null } : {}),
  };
}
