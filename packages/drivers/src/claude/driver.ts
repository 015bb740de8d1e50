// Claude Code as Parley drives it: `claude -p` with stream-json both ways, one process for many turns.

import type { Driver } from '@parley/schema';
import { detect } from './detect.ts';
import { launch } from './launch.ts';
import { checkClaudeOptions, claudeMcpPlaces, claudeOptions } from './options.ts';
import { protocol } from './protocol.ts';
import type { ClaudeState } from './state.ts';

export const claude: Driver<ClaudeState> = {
  agent: 'claude',
  mode: 'stream-json',
  title: 'Claude Code',
  provenVersion: '2.1.329',
  npmPackage: '@anthropic-ai/claude-code',
  loginHint: 'Run `claude` and log in, or set ANTHROPIC_API_KEY',
  keyEnv: 'ANTHROPIC_API_KEY',
  secretEnv: ['ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
  baseUrlEnv: 'ANTHROPIC_BASE_URL',
  vendorUrl: 'https://api.anthropic.com',
  wire: 'anthropic-messages',
  // A name that 2.1.329 knows: for others it prints a warning and guesses the window and the price.
  rehearsalModel: 'claude-sonnet-5-5',
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
    cost: true,
    fileChanges: true,
  },
  options: claudeOptions,
  checkOptions: checkClaudeOptions,
  mcpPlaces: claudeMcpPlaces,
  protocol,
  launch,
  detect,
};
