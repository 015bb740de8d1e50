// Codex, one process for each turn: `codex exec --json`. For what must run without anybody to ask.

import type { Driver } from '@parley/schema';
import { codex } from '../driver.ts';
import { launchExec } from './launch.ts';
import { execProtocol } from './protocol.ts';
import type { ExecState } from './state.ts';

export const codexExec: Driver<ExecState> = {
  ...codex,
  mode: 'exec',
  capabilities: {
    steer: 'queue-when-busy',
    interrupt: true,
    resume: true,
    fork: false,
    approvals: false,
    questions: false,
    images: false,
    models: true,
    deltas: false,
    reasoning: true,
    // Of a thread's first turn: see README.md.
    usage: true,
    cost: false,
    fileChanges: true,
  },
  resumesAfterSilence: true,
  protocol: execProtocol,
  launch: launchExec,
};
