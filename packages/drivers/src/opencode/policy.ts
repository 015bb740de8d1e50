// Our policies in OpenCode's permission rules, and what of them it cannot express.

import type { Policy } from '@parley/schema';

type Action = 'allow' | 'ask' | 'deny';
export type PermissionRules = Readonly<Record<string, Action | Readonly<Record<string, Action>>>>;

/** Tools that look and change nothing. A question to the person is what a session is for. */
const looking = {
  read: 'allow',
  glob: 'allow',
  grep: 'allow',
  list: 'allow',
  lsp: 'allow',
  skill: 'allow',
  todowrite: 'allow',
  question: 'allow',
} as const;

/**
 * Of the rules that fit a call OpenCode takes the last, so `*` comes first. `addedFolders` are absolute. `deny` takes a tool away
 * from the model.
 */
export function permissionRules(policy: Policy, addedFolders: readonly string[]): PermissionRules {
  const outside = (other: Action): Readonly<Record<string, Action>> => ({
    '*': other,
    ...Object.fromEntries(addedFolders.map((folder) => [`${folder.replace(/\/+$/, '')}/*`, 'allow' as const])),
  });
  // Its own default: files with secrets ask.
  const read = { '*': 'allow', '*.env': 'ask', '*.env.*': 'ask', '*.env.example': 'allow' } as const;
  switch (policy) {
    case 'read-only':
      return {
        '*': 'deny',
        ...looking,
        read,
        task: 'allow',
        webfetch: 'allow',
        websearch: 'allow',
        edit: 'deny',
        bash: 'deny',
        external_directory: outside('ask'),
        doom_loop: 'deny',
      };
    case 'ask':
      return {
        '*': 'ask',
        ...looking,
        read,
        task: 'allow',
        edit: 'ask',
        bash: 'ask',
        external_directory: outside('ask'),
        doom_loop: 'ask',
      };
    case 'edit':
      return {
        '*': 'ask',
        ...looking,
        read,
        task: 'allow',
        edit: 'allow',
        bash: 'ask',
        external_directory: outside('ask'),
        doom_loop: 'ask',
      };
    case 'full':
      return { '*': 'allow', external_directory: 'allow', doom_loop: 'allow', question: 'allow' };
  }
}

/** In `run` mode nobody can be asked: OpenCode itself rejects what asks. */
export function policyLimits(policy: Policy, mode: 'serve' | 'run'): readonly string[] {
  const own = 'What your own OpenCode settings allow for a single tool by its name runs too.';
  const ofMode =
    mode === 'run'
      ? ['OpenCode cannot ask anybody in this mode: what would ask is denied, and that ends the turn.']
      : policy === 'full'
        ? []
        : [
            "A command that you allow can read the password of OpenCode's own server, and could then allow further ones by itself.",
          ];
  switch (policy) {
    case 'read-only':
      return [
        'OpenCode has no tools for writing and no shell here; MCP tools are off as well.',
        'OpenCode fetches pages and searches the web without asking.',
        own,
      ];
    case 'ask':
    case 'edit':
      return [
        ...ofMode,
        'A shell command that was allowed may write wherever the user may: OpenCode has no sandbox.',
        own,
      ];
    case 'full':
      return [];
  }
}
