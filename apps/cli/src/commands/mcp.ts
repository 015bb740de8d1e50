// `parley mcp`: an MCP server over stdio. Standard output belongs to the protocol; what there is to say goes to standard error.

import type { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { Context } from '../commands.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import { defineMcpClients } from './mcp-clients.ts';

export function define(command: Command, context: Context): void {
  const { io, end } = context;
  command
    .description(
      'Serve MCP over standard input and output: an MCP client starts this and can then ask every agent.\n' +
        'The daemon is started by the first request, where none runs. When the client goes, what it has begun goes on.',
    )
    .option(
      '--agents <names>',
      'offer the request tools of these agents only (claude,codex,…): a client pays for each tool that it is shown',
    )
    .addHelpText(
      'after',
      '\nEnvironment:\n  PARLEY_SYNC_DEADLINE_MS  milliseconds that a request waits before it replies with a job (45000; 0: for ever)',
    )
    .action(async ({ agents }: { readonly agents?: string }) => {
      checkTransport(io.env);
      end(await serve(io, agents));
    });
  defineMcpClients(command, context);
}

/** Users of llm-cli-gateway choose the transport by a variable. Who wants HTTP must not be left with a server that hears nobody. */
function checkTransport(env: Io['env']): void {
  const name = env['LLM_GATEWAY_TRANSPORT'] ? 'LLM_GATEWAY_TRANSPORT' : 'MCP_TRANSPORT';
  const wanted = env[name] ?? '';
  if (wanted === '' || wanted === 'stdio') return;
  throw new UsageError(
    `${name} is "${wanted}", and \`parley mcp\` speaks stdio. Over HTTP the MCP server is /mcp of \`parley serve\`, ` +
      `with the token as a bearer; for stdio unset ${name}.`,
  );
}

async function serve(io: Io, agents: string | undefined): Promise<number> {
  const { requestToolNames, serveMcp, syncDeadlineOf } = await import('@parley/doors/mcp');
  const offered = agents === undefined ? undefined : namesIn(agents, requestToolNames);
  const leaving = new AbortController();
  const stopListening = io.onInterrupt(() => leaving.abort());
  const note = (text: string) => void io.stderr.write(`parley mcp: ${text}\n`);
  // Loaded by the first tool that needs the daemon: clients wait for the answer to `initialize`.
  const daemon = () => import('../open-client.ts');
  try {
    await serveMcp({
      version: manifest.version,
      input: io.stdin,
      output: io.stdout,
      cwd: io.cwd,
      ...(offered !== undefined && { agents: offered }),
      syncDeadlineMs: syncDeadlineOf(io.env),
      note,
      signal: leaving.signal,
      openClient: async () => (await daemon()).openClient(io),
      findClient: async () => (await daemon()).findClient(io),
      keepDaemon: async (client) => (await daemon()).keepDaemon(client, io, note),
    });
    return 0;
  } finally {
    stopListening();
  }
}

function namesIn(list: string, known: readonly string[]): ReadonlySet<string> {
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(
      `--agents: there are no request tools of "${unknown}"; there are those of ${known.join(', ')}.`,
    );
  return new Set(names);
}
