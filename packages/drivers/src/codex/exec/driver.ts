// Codex, one process for each turn: `codex exec --json`. For what must run without anybody to ask.

import type { Driver } from '@parley/schema';
import { codex } from '../driver.ts';
import { execOptions } from '../options.ts';
import { launchExec } from './launch.ts';
import { checkExecOptions } from './options.ts';
import { execProtocol } from './protocol.ts';
import type { ExecState } from './state.ts';

export const codexExec: Driver<ExecState> = {
  ...codex,
  mode: 'exec',
  capabilities: {
    steer: 'queue-when-busy',
    interrupt: true,
    resume: true,
    fork: true,
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
  options: execOptions,
  checkOptions: checkExecOptions,
  protocol: execProtocol,
  launch: launchExec,
};
