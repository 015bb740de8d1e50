// What a caller says in an agent's own words about permissions, as one of Parley's policies: the nearest that is not above it.

import { failure } from '@parley/client';
import type { Policy } from '@parley/schema';

/** A parameter of the agent's own command line that says what Parley's `policy` says. */
export interface PermissionParameter {
  readonly name: 'permissionMode' | 'sandboxMode' | 'approvalMode';
  readonly policies: Readonly<Record<string, Policy>>;
  /** Of values that Parley has no exact policy for: what is different, as a sentence. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** A switch for permissions. Those that are `deprecated` are taken and warned of. */
export interface PermissionSwitch {
  readonly name: PermissionSwitchName;
  readonly policy: Policy;
  readonly deprecated?: true;
  readonly note?: string;
}

export const permissionSwitchNames = [
  'dangerouslySkipPermissions',
  'fullAuto',
  'dangerouslyBypassApprovalsAndSandbox',
  'alwaysApprove',
] as const;
export type PermissionSwitchName = (typeof permissionSwitchNames)[number];

/** Codex's `--sandbox`. */
export const codexSandboxes = ['read-only', 'workspace-write', 'danger-full-access'] as const;
export const codexWords = {
  name: 'sandboxMode',
  policies: { 'read-only': 'read-only', 'workspace-write': 'edit', 'danger-full-access': 'full' },
} as const satisfies PermissionParameter & {
  readonly policies: Readonly<Record<(typeof codexSandboxes)[number], Policy>>;
};

/** Codex's `--ask-for-approval`. */
export const codexApprovals = ['untrusted', 'on-request', 'never'] as const;
export type CodexApproval = (typeof codexApprovals)[number];

const permissionNames = ['permissionMode', 'sandboxMode', 'approvalMode'] as const;

export type PermissionArguments = {
  readonly [Name in (typeof permissionNames)[number]]?: string;
} & {
  readonly [Name in PermissionSwitchName]?: boolean;
} & {
  readonly policy?: Policy;
  readonly askForApproval?: CodexApproval;
  readonly useLegacyFullAutoFlag?: boolean;
};

export interface PermissionWords {
  readonly permission?: PermissionParameter;
  readonly switches?: readonly PermissionSwitch[];
}

export interface Permission {
  /** Absent: nothing was said, so what is configured holds. */
  readonly policy?: Policy;
  readonly warnings: readonly string[];
}

/** Throws `invalid_request` where `policy` and the agent's own words contradict each other. */
export async function permissionOf(words: PermissionWords, request: PermissionArguments): Promise<Permission> {
  const own = ownWords(words, request);
  const { policy } = request;
  if (own.policy === undefined || policy === undefined || own.policy === policy)
    return { ...own, ...(policy !== undefined && { policy }) };
  throw await failure('invalid_request', `policy: ${policy} and ${own.said} contradict each other.`);
}

function ownWords(words: PermissionWords, request: PermissionArguments): Permission & { readonly said?: string } {
  const { permission, switches = [] } = words;
  const on = switches.filter(({ name }) => request[name] === true);
  const legacy =
    request.useLegacyFullAutoFlag === true ? ['useLegacyFullAutoFlag is deprecated and changes nothing.'] : [];
  const word = permission && request[permission.name];
  if (permission !== undefined && word !== undefined) {
    const ignored = on.map(({ name }) => `${name} was not applied: ${permission.name} says what holds.`);
    const note = permission.notes?.[word];
    const { askForApproval } = request;
    const said = `${permission.name}: ${word}`;
    const warnings = [...ignored, ...legacy, ...(note === undefined ? [] : [`${said}: ${note}`])];
    const policy = permission.policies[word];
    if (askForApproval === undefined || policy === undefined) return { ...(policy && { policy }), said, warnings };
    const met = withApproval(policy, askForApproval);
    return { ...met, said: `${said} with askForApproval: ${askForApproval}`, warnings: [...warnings, ...met.warnings] };
  }
  const [first] = on;
  if (first !== undefined) {
    const deprecated = on
      .filter((each) => each.deprecated === true)
      .map(({ name }) => `${name} is deprecated: say policy "${first.policy}".`);
    const notes = on.flatMap(({ note }) => note ?? []);
    return { policy: first.policy, said: first.name, warnings: [...deprecated, ...notes, ...legacy] };
  }
  if (request.askForApproval === undefined) return { warnings: legacy };
  const alone = withoutSandbox(request.askForApproval);
  return { ...alone, said: `askForApproval: ${request.askForApproval}`, warnings: [...legacy, ...alone.warnings] };
}

/** Codex's sandbox (by its policy) and its approvals together. */
function withApproval(sandbox: Policy, approval: CodexApproval): Permission & { readonly policy: Policy } {
  const said = `askForApproval: ${approval}`;
  if (sandbox === 'read-only') {
    return approval === 'never'
      ? { policy: 'read-only', warnings: [] }
      : { policy: 'read-only', warnings: [`${said}: with the policy "read-only" nothing is asked, it is refused.`] };
  }
  switch (approval) {
    case 'untrusted':
      return sandbox === 'edit'
        ? { policy: 'ask', warnings: [] }
        : { policy: 'ask', warnings: [`${said}: the policy "ask" holds, with a sandbox around the folder.`] };
    case 'on-request':
      return sandbox === 'edit'
        ? { policy: 'edit', warnings: [] }
        : { policy: 'edit', warnings: [`${said}: the policy "edit" holds, with a sandbox around the folder.`] };
    case 'never':
      return sandbox === 'full'
        ? { policy: 'full', warnings: [] }
        : { policy: 'edit', warnings: [`${said}: what the sandbox does not allow is asked, not refused.`] };
  }
}

/** Without a sandbox named, Codex takes one by how far it trusts the folder; so the nearest policy that is not above either. */
function withoutSandbox(approval: CodexApproval): Permission & { readonly policy: Policy } {
  switch (approval) {
    case 'untrusted':
    case 'on-request':
      return { policy: 'ask', warnings: [] };
    case 'never':
      return {
        policy: 'read-only',
        warnings: ['askForApproval: never without sandboxMode is the policy "read-only": name a sandboxMode for more.'],
      };
  }
}
