// How a headless run of xAI's Grok is started: argv, environment, and what of the policy it cannot express.

import { isAbsolute } from 'node:path';
import { ParleyError } from '@parley/schema';
import type { LaunchPlan, LaunchRequest, Policy } from '@parley/schema';
import { optionArguments } from './xai-options.ts';
import { sessionIdOf } from './session-id.ts';

/**
 * Grok reads no prompt from stdin, but a file: `/dev/stdin`. It opens that by its name, and opening a FIFO by name waits for a writer, who
 * is gone by then; a pipe does not. So one stands between.
 */
const throughPipe = ['/bin/sh', '-c', 'cat | exec "$0" "$@"'] as const;

export function launchXai(request: LaunchRequest): LaunchPlan {
  const { executable, threadId, model, effort, endpoint, agentHome } = request;
  if (!isAbsolute(executable))
    throw new ParleyError('agent_start_failed', `The path of Grok must be absolute, not ${executable}`);
  return {
    argv: [
      ...throughPipe,
      executable,
      // Parley installs pinned versions itself.
      '--no-auto-update',
      '--output-format',
      'streaming-json',
      ...policyArgs(request.policy),
      ...(model === undefined ? [] : [`--model=${model}`]),
      ...(effort === undefined ? [] : [`--reasoning-effort=${effort}`]),
      threadId === undefined ? `--session-id=${sessionIdOf(request.runId)}` : `--resume=${threadId}`,
      ...optionArguments(request),
      ...request.extraArgs,
      '--prompt-file',
      '/dev/stdin',
    ],
    env: {
      // Without a terminal there is nobody to ask, and a vendor's telemetry is never turned on.
      GROK_TELEMETRY_ENABLED: '0',
      ...(agentHome === undefined ? {} : { GROK_HOME: agentHome }),
      // Sends the key of XAI_API_KEY, not the login, to that server.
      ...(endpoint.kind === 'url' ? { GROK_MODELS_BASE_URL: endpoint.url } : {}),
    },
    cwd: request.cwd,
    limits: [...limitsOf(request.policy), ...folderLimit(request.addedFolders)],
  };
}

function policyArgs(policy: Policy): readonly string[] {
  switch (policy) {
    case 'read-only':
      // A denial wins over every rule that the user's or the project's settings allow.
      return ['--permission-mode', 'dontAsk', '--deny', 'Edit', '--deny', 'Write', '--deny', 'MCPTool'];
    case 'ask':
      return ['--permission-mode', 'dontAsk'];
    case 'edit':
      return ['--permission-mode', 'acceptEdits'];
    case 'full':
      return ['--always-approve'];
  }
}

const ownRules = 'Shell commands that your own or the project’s Grok settings allow run without asking.';

function limitsOf(policy: Policy): readonly string[] {
  switch (policy) {
    case 'read-only':
      return ['Grok runs the shell commands that it holds for harmless (ls, cat, git log).', ownRules];
    case 'ask':
      return [
        'Grok cannot ask here: whatever would need your consent is refused, and that may end the turn.',
        ownRules,
      ];
    case 'edit':
      return ['Grok cannot ask here: whatever is no edit and would need your consent is refused.', ownRules];
    case 'full':
      return [];
  }
}

function folderLimit(folders: readonly string[] | undefined): readonly string[] {
  return folders === undefined || folders.length === 0
    ? []
    : ['Grok works in one folder: the added ones are not named to it.'];
}
