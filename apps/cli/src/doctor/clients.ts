// MCP clients: whose configuration is here, and whether it starts this Parley.

import { findingOf } from '@parley/schema';
import type { DoctorClient, DoctorFinding } from '@parley/schema';
import { findClients } from '../mcp-clients/find-clients.ts';
import { serverEntry } from '../mcp-clients/server-entry.ts';
import type { Looked, World } from './world.ts';

export function lookAtClients({ io, system }: World): Looked<{ readonly clients: readonly DoctorClient[] }> {
  const found = findClients({ platform: system.platform, env: io.env }, serverEntry(io));
  const findings: DoctorFinding[] = [];
  for (const { client, file, parley, problem = '' } of found) {
    if (parley === 'unreadable')
      findings.push(findingOf('client_config_invalid', `${file} of ${client.title}: ${problem}.`, { file }));
    if (parley === 'other')
      findings.push(
        findingOf('client_entry_stale', `${client.title} has an entry "parley" that does not start this Parley.`, {
          client: client.name,
        }),
      );
  }
  return {
    facts: {
      clients: found.map(({ client: { name, title }, file, found: isHere, parley }) => ({
        name,
        title,
        file,
        found: isHere,
        parley,
      })),
    },
    findings,
  };
}
