// How a claude process is started: argv, environment, and what of the policy it cannot express. Seen on 2.1.329.

import type { LaunchPlan, LaunchRequest, Policy } from '@parley/schema';
import { optionArguments } from './options.ts';

/** Argv and environment for one process of a session. Pure: says what to run, runs nothing. */
export function launch(request: LaunchRequest): LaunchPlan {
  return planOf(request, [
    '--input-format',
    'stream-json',
    '--replay-user-messages',
    // Not in --help; without it a tool that needs permission is denied at once.
    '--permission-prompt-tool',
    'stdio',
  ]);
}

/** `speech`: how words go in and questions come out. `moreLimits`: what cannot be expressed because of that. */
export function planOf(
  request: LaunchRequest,
  speech: readonly string[],
  moreLimits: readonly string[] = [],
): LaunchPlan {
  const settings = endpointSettings(request);
  const own = optionArguments(request);
  const { addedFolders = [], effort, fork, model, threadId } = request;
  return {
    argv: [
      request.executable,
      '-p',
      '--output-format',
      'stream-json',
      // stream-json is refused without it.
      '--verbose',
      '--include-partial-messages',
      ...speech,
      // Takes all words up to the next flag: one must follow.
      ...(addedFolders.length === 0 ? [] : ['--add-dir', ...addedFolders]),
      ...policyArgs(request.policy, request.options?.disallowedTools ?? []),
      ...own.args,
      ...(settings === undefined ? [] : ['--settings', settings]),
      ...(model === undefined ? [] : ['--model', model]),
      ...(effort === undefined ? [] : ['--effort', effort]),
      // Without one claude chooses the id itself: one that we chose could not be used again after a crash ("already in use"), and
      // cannot be resumed either until something has been said in it.
      ...(threadId === undefined ? [] : ['--resume', threadId]),
      ...(fork === true ? ['--fork-session'] : []),
      ...request.extraArgs,
    ],
    env: environment(request),
    cwd: request.cwd,
    limits: [...moreLimits, ...policyLimits(request), ...effortLimits(effort), ...own.limits],
    files: own.files,
  };
}

const efforts = ['low', 'medium', 'high', 'xhigh', 'max'];

/** 2.1.329 ignores an effort that it does not know, and says so only on stderr; later versions may know more. */
function effortLimits(effort: string | undefined): readonly string[] {
  return effort === undefined || efforts.includes(effort)
    ? []
    : [`Claude knows the efforts ${efforts.join(', ')}; it ignores others, perhaps "${effort}" as well.`];
}

/**
 * Tools that make turns of their own later (a wake-up, a watcher, a schedule). A Parley turn starts with an input, and an idle process is
 * ended, so they would either surprise or never fire.
 */
const selfStarting = ['ScheduleWakeup', 'Monitor', 'CronCreate'];
const writing = ['Write', 'Edit', 'MultiEdit', 'NotebookEdit', 'EnterWorktree', 'ExitWorktree'];

/** `unwanted`: tools that the session does without, beside those that the policy forbids. */
function policyArgs(policy: Policy, unwanted: readonly string[]): readonly string[] {
  const mode = (name: string, forbidden: readonly string[]) => [
    '--permission-mode',
    name,
    '--disallowedTools',
    [...forbidden, ...unwanted].join(','),
  ];
  switch (policy) {
    case 'read-only':
      // `plan` is no substitute: there the shell is judged by a model that is not there in every session. So: no writing tools, and
      // whatever the shell would change asks (and is denied). Allow rules and hooks of the user's or the project's settings could let
      // something through, so only managed ones count; CLAUDE.md is still read.
      return [
        ...mode('manual', [...writing, ...selfStarting]),
        '--managed-settings',
        JSON.stringify({ allowManagedPermissionRulesOnly: true, allowManagedHooksOnly: true }),
      ];
    case 'ask':
      return mode('manual', selfStarting);
    case 'edit':
      return mode('acceptEdits', selfStarting);
    case 'full':
      return mode('bypassPermissions', selfStarting);
  }
}

function policyLimits(request: LaunchRequest): readonly string[] {
  switch (request.policy) {
    case 'read-only':
      return [
        'Claude has no tools for writing here; shell commands that it holds for harmless (ls, cat, git log) run without asking.',
      ];
    case 'ask':
      return [
        'Shell commands that Claude holds for harmless, and what your own Claude settings allow, run without asking.',
      ];
    case 'edit':
      return [
        'Besides edits, Claude runs simple file commands inside the workspace (mkdir, touch, rm, mv, cp, sed, redirections) without asking; what your own Claude settings allow runs too.',
      ];
    case 'full':
      return request.root
        ? ['Claude refuses this policy as root unless it is told that it runs in a sandbox: Parley sets IS_SANDBOX=1.']
        : [];
  }
}

/**
 * Set (string) or unset (null). The key of a `url` endpoint is expected in the variable that `endpoint.keyEnv` names, which must be
 * one that claude reads: `ANTHROPIC_API_KEY` (sent as `x-api-key`) or `ANTHROPIC_AUTH_TOKEN` (sent as a bearer).
 */
function environment(request: LaunchRequest): Readonly<Record<string, string | null>> {
  return {
    // Marks of an outer claude session that would leak into this one.
    CLAUDECODE: null,
    CLAUDE_CODE_ENTRYPOINT: null,
    CLAUDE_CODE_EXECPATH: null,
    CLAUDE_CODE_SSE_PORT: null,
    CLAUDE_CODE_SESSION_ID: null,
    CLAUDE_CODE_SESSION_KIND: null,
    CLAUDE_CODE_CHILD_SESSION: null,
    CLAUDE_CODE_SPAWNED_BY_SERVER: null,
    CLAUDE_CODE_MESSAGING_SOCKET: null,
    CLAUDE_AGENT_SDK_VERSION: null,
    // Without it a network that swallows packets delays the start by 7 s.
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    // Both start turns that nobody asked for: see `selfStarting`. Sub-agents still work, in the foreground.
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
    CLAUDE_CODE_DISABLE_CRON: '1',
    ...endpointEnvironment(request),
    ...(request.agentHome === undefined ? {} : { CLAUDE_CONFIG_DIR: request.agentHome }),
    ...(request.policy === 'full' && request.root ? { IS_SANDBOX: '1' } : {}),
  };
}

function endpointEnvironment({ endpoint }: LaunchRequest): Readonly<Record<string, string | null>> {
  if (endpoint.kind === 'own') return {};
  const bearer = endpoint.keyEnv === 'ANTHROPIC_AUTH_TOKEN';
  return {
    ANTHROPIC_BASE_URL: endpoint.url,
    // No other credential of the user may reach this server.
    ...(bearer ? { ANTHROPIC_API_KEY: null } : { ANTHROPIC_AUTH_TOKEN: null }),
    CLAUDE_CODE_OAUTH_TOKEN: null,
    CLAUDE_CODE_USE_BEDROCK: null,
    CLAUDE_CODE_USE_VERTEX: null,
    CLAUDE_CODE_USE_FOUNDRY: null,
  };
}

/**
 * The user's settings.json may name a base URL, a token or a key helper, and claude prefers those to the environment. For a `url`
 * endpoint they are overridden, so that words and keys go where the session says and nowhere else.
 */
function endpointSettings({ endpoint }: LaunchRequest): string | undefined {
  if (endpoint.kind === 'own') return undefined;
  const bearer = endpoint.keyEnv === 'ANTHROPIC_AUTH_TOKEN';
  return JSON.stringify({
    apiKeyHelper: '',
    env: { ANTHROPIC_BASE_URL: endpoint.url, ...(bearer ? {} : { ANTHROPIC_AUTH_TOKEN: '' }) },
  });
}
