// `parley mcp install|uninstall|clients`: writes Parley into the configuration of MCP clients, after showing the change. What that needs is
// loaded by the action: who calls `parley mcp` alone waits for a server.

import { Argument } from 'commander';
import type { Command } from 'commander';
import type { Context } from '../commands.ts';
import { mcpClients } from '../mcp-clients/clients.ts';
import type { McpClient } from '../mcp-clients/clients.ts';
import type { ChangeOptions } from '../mcp-clients/change.ts';
import { UsageError } from '../usage-error.ts';

/** Adds the three commands to `parley mcp`. */
export function defineMcpClients(command: Command, { io, end }: Context): void {
  const names = () => new Argument('<client>', 'which client').choices(mcpClients.map(({ name }) => name));

  command
    .command('install')
    .description(
      "Write an entry for `parley mcp` into a client's own configuration. Shows the change first, keeps a copy of the file.",
    )
    .addArgument(names())
    .option('-y, --yes', 'do it without a question')
    .option('--json', 'print the plan and the result, one JSON object a line')
    .action(async (name: string, options: ChangeOptions) => {
      const { change } = await import('../mcp-clients/change.ts');
      if (!(await change('install', clientOf(name), options, io))) end(1);
    });

  command
    .command('uninstall')
    .description(
      "Take the entry out of a client's configuration again. Shows the change first, keeps a copy of the file.",
    )
    .addArgument(names())
    .option('-y, --yes', 'do it without a question')
    .option('--json', 'print the plan and the result, one JSON object a line')
    .action(async (name: string, options: ChangeOptions) => {
      const { change } = await import('../mcp-clients/change.ts');
      if (!(await change('uninstall', clientOf(name), options, io))) end(1);
    });

  command
    .command('clients')
    .description('List the MCP clients that Parley can write itself into: which are here, and which start this Parley.')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { readonly json?: true }) => {
      const { listClients } = await import('../mcp-clients/list-clients.ts');
      io.stdout.write(listClients(io, json === true));
    });
}

function clientOf(name: string): McpClient {
  const client = mcpClients.find((each) => each.name === name);
  if (client === undefined) throw new UsageError(`There is no client "${name}".`);
  return client;
}
