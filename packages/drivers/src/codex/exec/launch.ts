// How to start `codex exec` for one turn. The prompt goes over stdin (`-`). Argv as 0.169.0 takes it: what belongs to every way of running
// Codex stands before `exec`, because `exec resume` takes neither a sandbox nor added folders nor a profile of its own.

import type { LaunchPlan, LaunchRequest } from '@parley/schema';
import { absoluteExecutable, environmentOf, override, settingsOf } from '../settings.ts';
import { execOptionArguments } from './options.ts';
import { execLimits, execSandbox } from './policy.ts';

export function launchExec(request: LaunchRequest): LaunchPlan {
  const { cwd, policy, model, providerProfile, effort, personality, threadId, fork, agentHome } = request;
  const sandbox = execSandbox(policy);
  const own = execOptionArguments(request);
  return {
    argv: [
      absoluteExecutable(request),
      ...(sandbox === undefined ? [] : ['-a', 'never', '--sandbox', sandbox]),
      ...(request.addedFolders ?? []).flatMap((folder) => ['--add-dir', folder]),
      ...(model === undefined ? [] : ['-m', model]),
      ...(providerProfile === undefined ? [] : ['-p', providerProfile]),
      ...(effort === undefined ? [] : override('model_reasoning_effort', effort)),
      ...(personality === undefined ? [] : override('personality', personality)),
      ...settingsOf(request),
      ...own.settings,
      'exec',
      ...(threadId === undefined ? [] : [fork === true ? 'fork' : 'resume']),
      '--json',
      '--skip-git-repo-check',
      ...(sandbox === undefined ? ['--dangerously-bypass-approvals-and-sandbox'] : []),
      ...own.args,
      ...request.extraArgs,
      '--',
      ...(threadId === undefined ? [] : [threadId]),
      '-',
    ],
    env: environmentOf(request),
    cwd,
    limits: execLimits(policy, agentHome !== undefined),
    files: own.files,
  };
}
