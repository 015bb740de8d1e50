// Codex: what it is and what it can do. A driver for `codex app-server` of the vendor's own program.

import type { Driver } from '@parley/schema';
import { detectCodex } from './detect.ts';
import { launchPlan } from './launch.ts';
import { appServerOptions, checkCodexOptions, codexMcpPlaces } from './options.ts';
import { protocol } from './protocol.ts';
import type { CodexState } from './state.ts';

export const codex: Driver<CodexState> = {
  agent: 'codex',
  mode: 'app-server',
  title: 'Codex',
  provenVersion: '0.169.0',
  npmPackage: '@openai/codex',
  loginHint: 'Run `codex login`, or set OPENAI_API_KEY',
  keyEnv: 'OPENAI_API_KEY',
  secretEnv: ['CODEX_API_KEY'],
  baseUrlEnv: 'OPENAI_BASE_URL',
  vendorUrl: 'https://api.openai.com/v1',
  wire: 'openai-responses',
  // A name that Codex knows: an unknown one costs a warning and the `apply_patch` tool (0.169.0).
  rehearsalModel: 'gpt-5.5',
  capabilities: {
    steer: 'native',
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
    cost: false,
    fileChanges: true,
  },
  resumesAfterSilence: true,
  options: appServerOptions,
  checkOptions: checkCodexOptions,
  mcpPlaces: codexMcpPlaces,
  protocol,
  launch: launchPlan,
  detect: detectCodex,
};
