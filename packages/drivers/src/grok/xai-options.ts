// Grok's own options, by xAI's documentation of 1.0.x.

import type { AgentOptionName, AgentOptions, LaunchRequest } from '@parley/schema';
import { refusedOption } from '../shared/refuse-option.ts';

export const xaiOptions: readonly AgentOptionName[] = ['allowedTools', 'disallowedTools'];

/** Lists are joined by commas. */
export function checkXaiOptions({ allowedTools, disallowedTools = [] }: AgentOptions): void {
  if (allowedTools?.length === 0)
    throw refusedOption(
      'allowedTools',
      'Grok takes no empty list; name the tools that it may use, or use disallowedTools.',
    );
  if (allowedTools?.some(hasComma) === true)
    throw refusedOption('allowedTools', 'Grok takes no comma in the name of a tool.');
  if (disallowedTools.some(hasComma))
    throw refusedOption('disallowedTools', 'Grok takes no comma in the name of a tool.');
}

const hasComma = (name: string): boolean => name.includes(',');

export function optionArguments({ options = {} }: LaunchRequest): readonly string[] {
  const { allowedTools = [], disallowedTools = [] } = options;
  return [
    ...(allowedTools.length === 0 ? [] : ['--tools', allowedTools.join(',')]),
    ...(disallowedTools.length === 0 ? [] : ['--disallowed-tools', disallowedTools.join(',')]),
  ];
}
