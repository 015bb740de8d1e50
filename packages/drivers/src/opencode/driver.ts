// OpenCode as Parley drives it: `opencode serve` over HTTP and events, and one-shot `opencode run`.

import type { Driver } from '@parley/schema';
import { detect } from './detect.ts';
import { launchRun, launchServe } from './launch.ts';
import { openCodeOptions } from './options.ts';
import { protocol } from './protocol.ts';
import { runProtocol } from './run-protocol.ts';
import type { RunState } from './run-protocol.ts';
import type { OpenCodeState } from './state.ts';

const shared = {
  agent: 'opencode',
  title: 'OpenCode',
  provenVersion: '1.18.33',
  npmPackage: 'opencode-ai',
  loginHint: 'Run `opencode auth login`, or set OPENCODE_API_KEY',
  // It reads a key of each of its many providers; this is the one of the vendor's own models.
  keyEnv: 'OPENCODE_API_KEY',
  secretEnv: ['OPENCODE_SERVER_PASSWORD', 'OPENCODE_AUTH_CONTENT'],
  vendorUrl: 'https://opencode.ai/zen/v1',
  wire: 'openai-chat',
  rehearsalModel: 'rehearsal',
  detect,
} as const;

/** One process for many turns. The usual way. */
export const opencode: Driver<OpenCodeState> = {
  ...shared,
  mode: 'serve',
  capabilities: {
    steer: 'native-enqueue',
    interrupt: true,
    resume: true,
    fork: true,
    approvals: true,
    questions: true,
    images: false,
    models: true,
    deltas: true,
    reasoning: true,
    usage: true,
    cost: true,
  },
  options: openCodeOptions,
  protocol,
  launch: launchServe,
};

/** One process for each turn: asks nobody, and tells each text when it is whole. */
export const opencodeRun: Driver<RunState> = {
  ...shared,
  mode: 'run',
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
    usage: true,
    cost: true,
  },
  options: openCodeOptions,
  protocol: runProtocol,
  launch: launchRun,
};
