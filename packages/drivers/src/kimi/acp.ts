// Kimi Code over ACP (`kimi acp`): what is its own there. The machine is that of `../acp`.

import type { AcpDialect } from '../acp/dialect.ts';

export const kimiDialect: AcpDialect = {
  title: 'Kimi',
  // Its modes (2.1.0) are default, plan, auto and yolo. `default` asks before commands, but not before edits in a git work tree, so it is
  // too lax for read-only: there `plan` refuses all edits, and its commands ask. `auto` asks nothing at all.
  modes: { 'read-only': ['plan'], ask: ['default'], edit: ['default'], full: ['yolo'] },
  modelBy: 'session',
};
