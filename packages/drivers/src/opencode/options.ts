// OpenCode's own options, in the configuration that Parley gives it (1.18.33).

import type { AgentOptionName, AgentOptions } from '@parley/schema';
import type { Json } from '../shared/json.ts';
import type { PermissionRules } from './policy.ts';

export const openCodeOptions: readonly AgentOptionName[] = [
  'allowedTools',
  'disallowedTools',
  'systemPrompt',
  'maxTurns',
];

/** Rules are by permission; these tools share one. */
const permissionOf: Readonly<Record<string, string>> = {
  write: 'edit',
  patch: 'edit',
  apply_patch: 'edit',
  multiedit: 'edit',
};

/** The rules of a policy, without the tools that the session is not to have: `deny` takes a tool away from the model. */
export function withTools(
  rules: PermissionRules,
  { allowedTools, disallowedTools = [] }: AgentOptions,
): PermissionRules {
  const named = (names: readonly string[]) => names.map((name) => permissionOf[name] ?? name);
  return {
    ...(allowedTools === undefined ? rules : onlyThose(rules, named(allowedTools))),
    ...Object.fromEntries(named(disallowedTools).map((name) => [name, 'deny' as const])),
  };
}

function onlyThose(rules: PermissionRules, names: readonly string[]): PermissionRules {
  const other = rules['*'] ?? 'deny';
  // Both are about how a tool is used, and are no tools.
  const { external_directory: outside = 'deny', doom_loop: loop = 'deny' } = rules;
  return {
    '*': 'deny',
    ...Object.fromEntries(names.map((name) => [name, rules[name] ?? other])),
    external_directory: outside,
    doom_loop: loop,
  };
}

/** Of the agent that Parley lets work. */
export function agentSettings({ systemPrompt, maxTurns }: AgentOptions): Json {
  return {
    ...(systemPrompt === undefined ? {} : { prompt: systemPrompt }),
    ...(maxTurns === undefined ? {} : { steps: maxTurns }),
  };
}
