// Which MCP clients are here, and whether they start this Parley.

import { existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fileOf, mcpClients } from './clients.ts';
import type { ClientPlace, McpClient, ServerEntry } from './clients.ts';
import { readEntry, wantedEntry } from './plan.ts';

export interface FoundClient {
  readonly client: McpClient;
  readonly file: string;
  /** Its configuration, its folder or its program is there. */
  readonly found: boolean;
  /** `other`: its entry differs from the one that `parley mcp install` would write. */
  readonly parley: 'absent' | 'installed' | 'other' | 'unreadable';
  /** Why it is unreadable. */
  readonly problem?: string;
}

/** All known clients, in the order of the table. Reads, and changes nothing. */
export function findClients(place: ClientPlace, server: ServerEntry): readonly FoundClient[] {
  return mcpClients.map((client) => {
    const file = fileOf(client, place);
    const found = existsSync(file) || hasOwnFolder(client, file) || isOnPath(client, place);
    try {
      const entry = readEntry(client, file);
      if (entry === undefined) return { client, file, found, parley: 'absent' };
      const asWanted = isDeepStrictEqual(entry, wantedEntry(client, server, entry));
      return { client, file, found, parley: asWanted ? 'installed' : 'other' };
    } catch (error) {
      const problem = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
      return { client, file, found, parley: 'unreadable', problem };
    }
  });
}

/** Claude Code's file lies in the home folder itself, which proves nothing. */
function hasOwnFolder({ name }: McpClient, file: string): boolean {
  return name !== 'claude-code' && existsSync(dirname(file));
}

function isOnPath({ program }: McpClient, { env }: ClientPlace): boolean {
  if (program === undefined) return false;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.some((folder) => existsSync(join(folder, program)));
}
