// How a run of `vibe -p` is started: argv, environment, and what of the policy it cannot express. Seen in the source of 2.18.4.

import { isAbsolute } from 'node:path';
import { ParleyError } from '@parley/schema';
import type { LaunchPlan, LaunchRequest, Policy } from '@parley/schema';
import { acpLimits } from '../acp/launch.ts';
import { promptArgument } from '../shared/prompt-argument.ts';
import { printArguments, serverVariables, toolVariables } from './options.ts';
import { readThreadId } from './thread.ts';

/** Argv and environment for one turn. Throws `ParleyError` for a prompt that fits no command line. Pure: says what to run, runs nothing. */
export function launchPrint(request: LaunchRequest): LaunchPlan {
  const { threadId, policy } = request;
  // An empty value would mean "read it from stdin".
  const prompt = promptArgument('Vibe', request.prompt);
  return {
    argv: [
      ...request.adapter,
      'after-exit',
      '--home',
      '~/.vibe',
      '--home-env',
      'VIBE_HOME',
      '--newest',
      'logs/session',
      '--file',
      'meta.json',
      '--cwd-field',
      'environment.working_directory',
      '--',
      absolute(request.executable),
      '--output',
      'streaming',
      '--agent',
      agentOf(policy),
      ...(request.addedFolders ?? []).flatMap((folder) => ['--add-dir', folder]),
      // One word each, so that a value that begins with "-" is no flag.
      ...(threadId === undefined ? [] : [`--resume=${readThreadId(threadId).sessionId}`]),
      ...printArguments(request),
      ...request.extraArgs,
      `--prompt=${prompt}`,
    ],
    env: environment(request),
    cwd: request.cwd,
    limits: [...limitsOf(policy), ...effortLimit(request.effort), promptLimit],
  };
}

/** Argv and environment for one process of a session over ACP. */
export function launchAcp(request: LaunchRequest): LaunchPlan {
  return {
    argv: [absolute(request.executable), ...request.extraArgs],
    env: { ...environment(request), ...toolVariables(request) },
    cwd: request.cwd,
    limits: [...acpLimits(request.policy), ...effortLimit(request.effort)],
  };
}

function absolute(executable: string): string {
  if (isAbsolute(executable)) return executable;
  throw new ParleyError('agent_start_failed', `The path of Vibe must be absolute, not ${executable}`);
}

/** A policy as one of Vibe's own agents. */
function agentOf(policy: Policy): string {
  switch (policy) {
    case 'read-only':
      return 'plan';
    case 'ask':
      return 'default';
    case 'edit':
      return 'accept-edits';
    case 'full':
      return 'auto-approve';
  }
}

const promptLimit =
  'The prompt stands in the command line of Vibe, where other users of this machine can read it while it works.';
const ownTools = 'What the tool settings in your own Vibe configuration allow runs without asking.';

function limitsOf(policy: Policy): readonly string[] {
  switch (policy) {
    case 'read-only':
      return ["Vibe's plan agent may write its plan file outside of the workspace.", ownTools];
    case 'ask':
      return ['Vibe cannot ask here: whatever would need your consent is skipped.', ownTools];
    case 'edit':
      return ['Vibe cannot ask here: whatever is no edit and would need your consent is skipped.', ownTools];
    case 'full':
      return [];
  }
}

function effortLimit(effort: string | undefined): readonly string[] {
  return effort === undefined
    ? []
    : ['Vibe has no setting for effort on its command line: the model thinks as it is configured.'];
}

/** Every field of Vibe's configuration can be a variable `VIBE_<FIELD>`; what is no plain value is JSON. */
function environment(request: LaunchRequest): Readonly<Record<string, string>> {
  const { endpoint, model, agentHome } = request;
  const alias = endpoint.kind === 'url' ? 'parley' : model;
  return {
    // Parley installs pinned versions itself, and never turns a vendor's telemetry on.
    VIBE_ENABLE_TELEMETRY: 'false',
    VIBE_ENABLE_UPDATE_CHECKS: 'false',
    VIBE_ENABLE_AUTO_UPDATE: 'false',
    ...(agentHome === undefined ? {} : { VIBE_HOME: agentHome }),
    ...(endpoint.kind === 'url' ? serverFields(endpoint.url, endpoint.keyEnv, model ?? 'devstral-medium-latest') : {}),
    ...(alias === undefined ? {} : { VIBE_ACTIVE_MODEL: alias }),
    ...serverVariables(request),
  };
}

/** A server of our choice: a provider and a model of their own, beside the configured ones. */
function serverFields(url: string, keyEnv: string, model: string): Readonly<Record<string, string>> {
  const provider = { name: 'parley', api_base: url, api_key_env_var: keyEnv, api_style: 'openai', backend: 'generic' };
  return {
    VIBE_PROVIDERS: JSON.stringify([provider]),
    VIBE_MODELS: JSON.stringify([{ name: model, provider: 'parley', alias: 'parley' }]),
  };
}
