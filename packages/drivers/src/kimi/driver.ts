// Kimi: two programs of one name, each spoken to in two ways. Which is there is asked of the program (`detect.ts`).

import type { AgentCapabilities, Driver } from '@parley/schema';
import type { AcpState } from '../acp/state.ts';
import { acpProtocol } from '../acp/protocol.ts';
import { kimiDialect } from './acp.ts';
import { detectKimi } from './detect.ts';
import { launchCodeAcp, launchCodePrint, launchLegacyPrint, launchWire } from './launch.ts';
import { printProtocol } from './print.ts';
import type { PrintState } from './print-state.ts';
import type { WireState } from './wire-state.ts';
import { wireProtocol } from './wire.ts';

/** What is true of the one-shot modes of both programs. */
const oneShot: AgentCapabilities = {
  steer: 'queue-when-busy',
  interrupt: true,
  resume: true,
  fork: false,
  // Neither asks, so only the policy "full" is taken.
  approvals: false,
  questions: false,
  images: false,
  models: true,
  deltas: false,
  reasoning: false,
  // It is on disk only, below a folder whose name is not known beforehand.
  usage: false,
  cost: false,
  fileChanges: false,
};

const common = {
  agent: 'kimi',
  vendorUrl: 'https://api.moonshot.ai/v1',
  wire: 'openai-chat',
  rehearsalModel: 'kimi-k2.7-code',
  loginHint: 'Run `kimi` and log in with `/login`',
  detect: detectKimi,
} as const;

const code = {
  ...common,
  dialect: 'code',
  title: 'Kimi Code',
  provenVersion: '2.1.0',
  npmPackage: '@moonshot-ai/kimi-code',
  keyEnv: 'KIMI_MODEL_API_KEY',
  secretEnv: ['KIMI_API_KEY', 'MOONSHOT_API_KEY'],
} as const;

const legacy = {
  ...common,
  dialect: 'legacy',
  title: 'Kimi (legacy)',
  provenVersion: '1.49.0',
  installHint:
    'Legacy kimi is a Python program that its vendor has archived; `parley agents install kimi` brings Kimi Code instead.',
  keyEnv: 'KIMI_API_KEY',
  secretEnv: ['KIMI_MODEL_API_KEY', 'MOONSHOT_API_KEY'],
} as const;

export const kimiCodeAcp: Driver<AcpState> = {
  ...code,
  mode: 'acp',
  capabilities: {
    // A busy session refuses another prompt (-32600), so what comes meanwhile runs next.
    steer: 'queue-when-busy',
    interrupt: true,
    resume: true,
    fork: true,
    approvals: true,
    questions: false,
    images: false,
    models: true,
    deltas: true,
    reasoning: true,
    // Its `usage_update` tells how full the context is, not what a turn used.
    usage: false,
    cost: false,
    fileChanges: false,
  },
  protocol: acpProtocol(kimiDialect),
  launch: launchCodeAcp,
};

export const kimiCodePrint: Driver<PrintState> = {
  ...code,
  mode: 'print',
  capabilities: oneShot,
  promptInArgv: true,
  protocol: printProtocol('code'),
  launch: launchCodePrint,
};

export const kimiWire: Driver<WireState> = {
  ...legacy,
  mode: 'wire',
  capabilities: {
    steer: 'native',
    interrupt: true,
    resume: true,
    fork: false,
    approvals: true,
    questions: true,
    images: false,
    models: true,
    deltas: true,
    reasoning: true,
    usage: true,
    cost: false,
    fileChanges: false,
  },
  protocol: wireProtocol,
  launch: launchWire,
};

export const kimiLegacyPrint: Driver<PrintState> = {
  ...legacy,
  mode: 'legacy-print',
  capabilities: { ...oneShot, reasoning: true },
  protocol: printProtocol('legacy'),
  launch: launchLegacyPrint,
};
