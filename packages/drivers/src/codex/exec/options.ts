// What `codex exec` takes of Codex's options on its command line, and in a file beside it.

import { join } from 'node:path';
import { serverDefinitions } from '@parley/schema';
import type { AgentOptions, LaunchPlan, LaunchRequest, OptionFacts } from '@parley/schema';
import { refusedOption } from '../../shared/refuse-option.ts';
import { checkCodexOptions, firstImages } from '../options.ts';
import { override } from '../settings.ts';

export function checkExecOptions(options: AgentOptions, facts: OptionFacts): void {
  checkCodexOptions(options, facts);
  for (const server of serverDefinitions(options.mcpServers ?? [])) {
    if ('url' in server ? server.headers !== undefined : server.env !== undefined)
      throw refusedOption(
        'mcpServers',
        `The environment and the headers of ${server.name} would stand in Codex's command line, where others can read them: use the mode "app-server", or let Codex's own configuration define it.`,
      );
  }
  for (const image of options.images ?? []) {
    if (image.includes(',')) throw refusedOption('images', `Codex takes no path with a comma: ${image}`);
  }
}

export interface ExecOptions {
  /** Before `exec`. */
  readonly settings: readonly string[];
  /** After it. */
  readonly args: readonly string[];
  readonly files: NonNullable<LaunchPlan['files']>;
}

export function execOptionArguments(request: LaunchRequest): ExecOptions {
  const { options = {}, filesFolder } = request;
  const { outputSchema, ephemeral, ignoreUserConfig, ignoreRules, mcpServers = [] } = options;
  const schemaName = 'output-schema.json';
  return {
    settings: serverDefinitions(mcpServers).flatMap((server) => {
      const key = `mcp_servers.${server.name}`;
      if ('url' in server) return override(`${key}.url`, server.url);
      return [...override(`${key}.command`, server.command), ...override(`${key}.args`, server.args ?? [])];
    }),
    args: [
      ...(outputSchema === undefined ? [] : ['--output-schema', join(filesFolder, schemaName)]),
      ...(ephemeral === true ? ['--ephemeral'] : []),
      ...firstImages(request).map((image) => `--image=${image}`),
      ...(ignoreUserConfig === true ? ['--ignore-user-config'] : []),
      ...(ignoreRules === true ? ['--ignore-rules'] : []),
    ],
    files: outputSchema === undefined ? [] : [{ name: schemaName, text: JSON.stringify(outputSchema) }],
  };
}
