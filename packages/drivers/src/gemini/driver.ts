// Gemini CLI as Parley drives it: over ACP (the usual way), and one process for one turn (`-o stream-json`).

import type { Driver } from '@parley/schema';
import { acpMachine } from './acp.ts';
import type { GeminiAcpState } from './acp.ts';
import { detectGemini } from './detect.ts';
import { launchAcp, launchPrint } from './launch.ts';
import { checkGeminiOptions, checkPrintOptions, geminiOptions } from './options.ts';
import { printProtocol } from './protocol.ts';
import type { PrintState } from './state.ts';

const common = {
  agent: 'gemini',
  title: 'Gemini CLI',
  provenVersion: '0.61.0',
  npmPackage: '@google/gemini-cli',
  loginHint: 'Run `gemini` once and choose how to log in, or set GEMINI_API_KEY',
  keyEnv: 'GEMINI_API_KEY',
  secretEnv: ['GOOGLE_API_KEY', 'GOOGLE_APPLICATION_CREDENTIALS', 'GEMINI_CLI_CUSTOM_HEADERS'],
  baseUrlEnv: 'GOOGLE_GEMINI_BASE_URL',
  vendorUrl: 'https://generativelanguage.googleapis.com',
  wire: 'gemini',
  // A name that it knows: for others it guesses what the model can do.
  rehearsalModel: 'gemini-2.5-flash',
  detect: detectGemini,
} as const;

export const geminiAcp: Driver<GeminiAcpState> = {
  ...common,
  mode: 'acp',
  capabilities: {
    // A prompt to a busy session would cancel the turn that runs.
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
    cost: false,
  },
  options: geminiOptions,
  checkOptions: checkGeminiOptions,
  protocol: acpMachine,
  launch: launchAcp,
};

export const geminiPrint: Driver<PrintState> = {
  ...common,
  mode: 'print',
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
    // stream-json leaves thoughts out.
    reasoning: false,
    usage: true,
    cost: false,
  },
  options: geminiOptions,
  checkOptions: checkPrintOptions,
  protocol: printProtocol,
  launch: launchPrint,
};
