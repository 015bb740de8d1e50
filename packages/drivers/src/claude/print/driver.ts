// Claude Code, one process for each turn: `claude -p` with the prompt on stdin. For what must run without anybody to ask.

import type { Driver } from '@parley/schema';
import { claude } from '../driver.ts';
import type { ClaudeState } from '../state.ts';
import { launchPrint } from './launch.ts';
import { printProtocol } from './protocol.ts';

export const claudePrint: Driver<ClaudeState> = {
  ...claude,
  mode: 'print',
  capabilities: { ...claude.capabilities, steer: 'queue-when-busy', approvals: false, questions: false },
  protocol: printProtocol,
  launch: launchPrint,
};
