// How gemini is started in both modes: argv, environment, and what of the policy it cannot express. Seen on 0.61.0.

import { ParleyError } from '@parley/schema';
import type { LaunchPlan, LaunchRequest, Policy } from '@parley/schema';
import { geminiEnvironment } from './environment.ts';
import { homeFilesOf } from './home.ts';
import { optionArguments } from './options.ts';

/** One process for many turns: `gemini --acp`. */
export function launchAcp(request: LaunchRequest): LaunchPlan {
  const { policy } = request;
  const own = optionArguments(request, true);
  return {
    argv: [
      ...program(request),
      '--acp',
      // In a folder that is not trusted gemini heeds no settings, hooks, MCP servers and instructions of the project, and knows the
      // asking mode only: what `read-only` wants.
      ...(policy === 'read-only' ? [] : ['--skip-trust']),
      '--approval-mode',
      policy === 'full' ? 'yolo' : 'default',
      ...sharedArgs(request),
      ...own.args,
      ...request.extraArgs,
    ],
    env: geminiEnvironment(request, 'acp'),
    cwd: request.cwd,
    limits: [...acpLimits(policy), ...sharedLimits(request), ...own.limits],
    files: own.files,
    ...homeFilesOf(request),
  };
}

/** One process for one turn; the prompt is all of stdin. Throws `policy_not_allowed` where the policy could not be kept. */
export function launchPrint(request: LaunchRequest): LaunchPlan {
  refuseEscape(request);
  const own = optionArguments(request, false);
  return {
    argv: [
      ...program(request),
      '-o',
      'stream-json',
      // Without it a folder that is not trusted is refused (exit 55).
      '--skip-trust',
      '--approval-mode',
      printMode(request.policy),
      ...sharedArgs(request),
      ...own.args,
      ...(request.threadId === undefined ? [] : ['--resume', threadOf(request.threadId)]),
      ...request.extraArgs,
    ],
    env: geminiEnvironment(request, 'print'),
    cwd: request.cwd,
    limits: [...printLimits(request.policy), ...sharedLimits(request), ...own.limits],
    files: own.files,
    ...homeFilesOf(request),
  };
}

/**
 * Without a terminal gemini approves its own way out of plan mode and runs everything from then on (README.md). Only a policy file in
 * its home takes the tools for that away, and a user's home is not ours to write in.
 */
function refuseEscape({ policy, agentHome }: LaunchRequest): void {
  if (policy === 'full' || agentHome !== undefined) return;
  throw new ParleyError(
    'policy_not_allowed',
    `Gemini can give itself every permission in its mode "print", so the policy "${policy}" cannot be kept: use its mode "acp", or the policy "full".`,
    { policy },
  );
}

/** npm's program is a Node script for Node 20 or newer; the user's own Node may be older. */
function program({ executable, node }: LaunchRequest): readonly [string, ...string[]] {
  return /\.[cm]?js$/.test(executable) ? [node, executable] : [executable];
}

function sharedArgs({ model, addedFolders = [] }: LaunchRequest): readonly string[] {
  return [
    ...(model === undefined ? [] : ['--model', model]),
    ...addedFolders.filter(isSayable).flatMap((folder) => ['--include-directories', folder]),
  ];
}

/** `--include-directories` takes a list with commas, and there is no way to escape one. */
function isSayable(folder: string): boolean {
  return !folder.includes(',');
}

/** `latest` and numbers mean other conversations than the one of that name. */
function threadOf(threadId: string): string {
  if (/^[\w-]*[A-Za-z_-][\w-]*$/.test(threadId) && threadId !== 'latest' && !threadId.startsWith('-')) return threadId;
  throw new ParleyError('thread_missing', `"${threadId}" is no id of a Gemini conversation.`);
}

function printMode(policy: Policy): string {
  switch (policy) {
    case 'read-only':
    case 'ask':
      return 'default';
    case 'edit':
      return 'auto_edit';
    case 'full':
      return 'yolo';
  }
}

const projectCounts =
  'Gemini treats the folder as trusted: settings, hooks and MCP servers of its .gemini folder count, and so does its .env.';
const ownRules = 'What your own Gemini settings and policies allow runs without asking.';

function acpLimits(policy: Policy): readonly string[] {
  switch (policy) {
    case 'read-only':
      return [
        'Unless you have trusted the folder in Gemini, its GEMINI.md and its Gemini settings are not read.',
        ownRules,
      ];
    case 'ask':
    case 'edit':
      return [projectCounts, ownRules];
    case 'full':
      return [projectCounts];
  }
}

function printLimits(policy: Policy): readonly string[] {
  switch (policy) {
    case 'read-only':
      return ['Gemini has no tools for writing and no shell here.', projectCounts, ownRules];
    case 'ask':
      return [
        'Gemini cannot ask in its mode "print": commands and edits are not there. The mode "acp" asks.',
        projectCounts,
        ownRules,
      ];
    case 'edit':
      return [
        'Gemini cannot ask in its mode "print": edits in the workspace and web fetches run, commands are not there.',
        projectCounts,
        ownRules,
      ];
    case 'full':
      return [projectCounts];
  }
}

function sharedLimits({ addedFolders = [], effort }: LaunchRequest): readonly string[] {
  const unsayable = addedFolders.filter((folder) => !isSayable(folder));
  return [
    ...(unsayable.length === 0 ? [] : [`Gemini takes no folder with a comma in its path: ${unsayable.join(' ')}`]),
    ...(effort === undefined ? [] : ['Gemini takes no effort from outside; its own choice stays.']),
  ];
}
