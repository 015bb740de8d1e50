// What the tests of options share: MCP servers that tell which agent has started them.

import { inRoot } from '../../scripts/lib/root.mjs';

/** A server with one tool `hello_<name>`, for `mcpServers`. In `notes` it writes the id of the process that started it, and its name. */
export const toolServer = (name: string, notes?: string) => ({
  name,
  command: process.execPath,
  args: [inRoot('e2e', 'options', 'tool-server.mjs'), name, ...(notes === undefined ? [] : [notes])],
});

export interface Asked {
  readonly tools: readonly string[];
  readonly body: string;
}
