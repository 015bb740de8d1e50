// The clients as text, or as JSON.

import type { Io } from '../io.ts';
import { showTable } from '../table.ts';
import { findClients } from './find-clients.ts';
import { serverEntry } from './server-entry.ts';

const states = {
  absent: 'not installed',
  installed: 'installed',
  other: 'another entry: `parley mcp install` replaces it',
  unreadable: 'cannot be read',
} as const;

/** Ends with a newline. */
export function listClients(io: Io, json: boolean): string {
  const found = findClients({ platform: process.platform, env: io.env }, serverEntry(io));
  if (json) {
    const clients = found.map(({ client: { name, title }, ...rest }) => ({ name, title, ...rest }));
    return `${JSON.stringify({ clients })}\n`;
  }
  const rows = found.map(({ client, found: isHere, parley, problem, file }) => [
    client.name,
    isHere ? 'yes' : '-',
    problem ?? states[parley],
    file,
  ]);
  return showTable(['CLIENT', 'HERE', 'PARLEY', 'FILE'], rows, io.stdoutIsTerminal ? io.columns : Infinity);
}
