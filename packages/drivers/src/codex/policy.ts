// A policy in Codex's own words, and what they cannot say.

import type { Policy } from '@parley/schema';

export interface CodexSandbox {
  readonly approvalPolicy: 'untrusted' | 'on-request' | 'never';
  readonly sandbox: 'read-only' | 'workspace-write' | 'danger-full-access';
}

/** `approvalPolicy` and `sandbox` of `thread/start`. Proven on 0.169.0: see README.md, "Policies". */
export function sandboxOf(policy: Policy): CodexSandbox {
  switch (policy) {
    case 'read-only':
      return { approvalPolicy: 'never', sandbox: 'read-only' };
    case 'ask':
      return { approvalPolicy: 'untrusted', sandbox: 'workspace-write' };
    case 'edit':
      return { approvalPolicy: 'on-request', sandbox: 'workspace-write' };
    case 'full':
      return { approvalPolicy: 'never', sandbox: 'danger-full-access' };
  }
}

const readsAll = 'Codex can read every file that your user can read, not only those in the folder.';
const writesTemp = 'Commands can also write to the temporary folders (/tmp and TMPDIR).';

/** For people: where Codex is looser or stricter than the policy's name says. `ownHome`: it runs without the user's configuration. */
export function limitsOf(policy: Policy, ownHome: boolean): readonly string[] {
  const tools = ownHome ? [] : ['Tools of MCP servers in your own Codex configuration run outside its sandbox.'];
  switch (policy) {
    case 'read-only':
      return [
        readsAll,
        'What the sandbox forbids is refused without a question; Codex may not report the attempt.',
        ...tools,
      ];
    case 'ask':
      return [
        readsAll,
        writesTemp,
        ...(ownHome ? [] : ['Commands that your own Codex rules allow run without a question.']),
        ...tools,
      ];
    case 'edit':
      return [
        readsAll,
        'Commands that stay inside the sandbox (writes in the folder, no network) run without a question.',
        writesTemp,
        ...tools,
      ];
    case 'full':
      return [];
  }
}
