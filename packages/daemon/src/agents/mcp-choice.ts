// The MCP servers that a session names, found in the agent's own configuration; those that it does not name are told too.

import { readFile } from 'node:fs/promises';
import { ParleyError } from '@parley/schema';
import type { AgentOptions, Driver, McpChoice, McpPlace } from '@parley/schema';
import { parse } from 'smol-toml';

export interface McpWhere {
  /** As the agent gets it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly agentHome?: string;
}

/**
 * Undefined: the session does not choose, or the agent looks names up itself. Throws `invalid_request` for a name that nothing defines, and
 * `config_invalid` for a file of the agent that cannot be read: what is in it could not be left out.
 */
export async function mcpChoiceOf(
  { mcpServers, strictMcpConfig }: AgentOptions,
  driver: Driver,
  where: McpWhere,
): Promise<McpChoice | undefined> {
  const places = driver.mcpPlaces?.(where);
  if (places === undefined || (mcpServers === undefined && strictMcpConfig !== true)) return undefined;
  const wanted = (mcpServers ?? []).filter((server) => typeof server === 'string');
  const found = await Promise.all(places.map((place) => serversIn(place)));
  const known = Object.assign({}, ...found.filter((_, place) => places[place]?.project !== true)) as Record<
    string,
    unknown
  >;
  const missing = wanted.find((name) => !Object.hasOwn(known, name));
  if (missing !== undefined) {
    const names = Object.keys(known).toSorted();
    const has = names.length === 0 ? 'none is configured' : `configured are ${names.join(', ')}`;
    const files = places.filter(({ project }) => project !== true).map(({ path }) => path);
    throw new ParleyError(
      'invalid_request',
      `mcpServers: ${driver.title} has no server "${missing}" (${has}; looked in ${files.join(', ')}).`,
      { field: 'options.mcpServers', known: names },
    );
  }
  const all = new Set(found.flatMap((servers) => Object.keys(servers)));
  return {
    own: Object.fromEntries(wanted.map((name) => [name, known[name]])),
    unwanted: [...all].filter((name) => !wanted.includes(name)).toSorted(),
  };
}

async function serversIn({ path, servers }: McpPlace): Promise<Readonly<Record<string, unknown>>> {
  try {
    const text = await readFile(path, 'utf8');
    return servers(path.endsWith('.toml') ? parse(text) : JSON.parse(text));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return {};
    throw new ParleyError('config_invalid', `${path} cannot be understood, so its MCP servers cannot be chosen from.`);
  }
}
