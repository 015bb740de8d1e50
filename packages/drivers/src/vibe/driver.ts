// Mistral Vibe as Parley drives it: `vibe -p`, one process for each turn, or `vibe-acp`, one for many.

import type { Driver } from '@parley/schema';
import { acpProtocol } from '../acp/protocol.ts';
import type { AcpState } from '../acp/state.ts';
import { vibeDialect } from './acp.ts';
import { detectVibe, detectVibeAcp } from './detect.ts';
import { launchAcp, launchPrint } from './launch.ts';
import { acpOptions, checkVibeOptions, printOptions } from './options.ts';
import { protocol } from './protocol.ts';
import type { VibeState } from './state.ts';

/** What both ways of speaking to Vibe share. */
const facts = {
  agent: 'vibe',
  title: 'Mistral Vibe',
  provenVersion: '2.18.4',
  // On PyPI only.
  installHint: 'Install it with `uv tool install mistral-vibe`',
  loginHint: 'Run `vibe --setup`, or set MISTRAL_API_KEY',
  keyEnv: 'MISTRAL_API_KEY',
  vendorUrl: 'https://api.mistral.ai/v1',
  wire: 'openai-chat',
  rehearsalModel: 'devstral-medium-latest',
} as const satisfies Partial<Driver>;

export const vibePrint: Driver<VibeState> = {
  ...facts,
  mode: 'print',
  promptInArgv: true,
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
    usage: true,
    cost: true,
    fileChanges: false,
  },
  options: printOptions,
  checkOptions: checkVibeOptions,
  protocol,
  launch: launchPrint,
  detect: detectVibe,
};

export const vibeAcp: Driver<AcpState> = {
  ...facts,
  mode: 'acp',
  capabilities: {
    steer: 'queue-when-busy',
    interrupt: true,
    resume: true,
    fork: false,
    approvals: true,
    questions: false,
    images: false,
    models: true,
    deltas: true,
    reasoning: true,
    usage: true,
    cost: true,
    fileChanges: false,
  },
  options: acpOptions,
  checkOptions: checkVibeOptions,
  protocol: acpProtocol(vibeDialect),
  launch: launchAcp,
  detect: detectVibeAcp,
};
