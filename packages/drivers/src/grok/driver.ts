// Grok: two programs of one name. xAI's own, and @vibe-kit/grok-cli from npm, which is not xAI's. The program tells which one it is.

import type { Driver } from '@parley/schema';
import { detectGrok } from './detect.ts';
import { launchKit } from './kit-launch.ts';
import { kitProtocol } from './kit-protocol.ts';
import type { KitState } from './kit-protocol.ts';
import { launchXai } from './xai-launch.ts';
import { checkXaiOptions, xaiOptions } from './xai-options.ts';
import { xaiProtocol } from './xai-protocol.ts';
import type { XaiState } from './xai-state.ts';

/** xAI's own, one process for each turn. */
export const grokHeadless: Driver<XaiState> = {
  agent: 'grok',
  mode: 'headless',
  dialect: 'xai',
  title: 'Grok',
  // By xAI's documentation and source: its installer and its models are out of reach for a test.
  provenVersion: '1.0.41',
  installHint: 'Install it with `curl -fsSL https://x.ai/cli/install.sh | bash`',
  loginHint: 'Run `grok login`, or set XAI_API_KEY',
  keyEnv: 'XAI_API_KEY',
  secretEnv: ['GROK_CODE_XAI_API_KEY'],
  vendorUrl: 'https://api.x.ai/v1',
  wire: 'openai-chat',
  rehearsalModel: 'grok-build',
  capabilities: {
    steer: 'queue-when-busy',
    interrupt: true,
    resume: true,
    fork: false,
    approvals: false,
    questions: false,
    images: false,
    models: true,
    deltas: true,
    reasoning: true,
    usage: true,
    cost: true,
    fileChanges: false,
  },
  options: xaiOptions,
  checkOptions: checkXaiOptions,
  protocol: xaiProtocol,
  launch: launchXai,
  detect: detectGrok,
};

/** The one from npm. */
export const grokKit: Driver<KitState> = {
  agent: 'grok',
  mode: 'vibe-kit',
  dialect: 'vibe-kit',
  title: 'Grok CLI (vibe-kit)',
  provenVersion: '0.0.34',
  npmPackage: '@vibe-kit/grok-cli',
  loginHint: 'Set GROK_API_KEY, or run `grok` once and give it a key',
  keyEnv: 'GROK_API_KEY',
  secretEnv: ['MORPH_API_KEY'],
  vendorUrl: 'https://api.x.ai/v1',
  wire: 'openai-chat',
  rehearsalModel: 'grok-code-fast-1',
  promptInArgv: true,
  // All its messages come when it has finished.
  printsAtEnd: true,
  capabilities: {
    steer: 'queue-when-busy',
    interrupt: true,
    resume: false,
    fork: false,
    approvals: false,
    questions: false,
    images: false,
    models: true,
    deltas: false,
    reasoning: false,
    usage: false,
    cost: false,
    fileChanges: false,
  },
  protocol: kitProtocol,
  launch: launchKit,
  detect: detectGrok,
};
