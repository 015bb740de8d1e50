// `vibe-acp`, the ACP server of the same package: one process for many turns, and it asks. Facts of 2.18.4.

import type { AcpDialect } from '../acp/dialect.ts';

export const vibeDialect: AcpDialect = {
  title: 'Vibe',
  // Its modes are its agents. `edit` stays in the asking one: Parley itself allows the edits inside the folder.
  modes: { 'read-only': ['plan', 'default'], ask: ['default'], edit: ['default'], full: ['auto-approve', 'default'] },
  modelBy: 'launch',
  // `usage` of a prompt's result counts the whole session.
  usage: 'total',
};
