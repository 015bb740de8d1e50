// A driver for tests of what surrounds drivers.

import type { Driver } from '@parley/schema';

export const codexLike: Driver = {
  agent: 'codex',
  mode: 'app-server',
  title: 'Codex',
  provenVersion: '1.0.0',
  npmPackage: 'codex-like',
  loginHint: 'codex login',
  keyEnv: 'OPENAI_API_KEY',
  baseUrlEnv: 'OPENAI_BASE_URL',
  vendorUrl: 'https://vendor.example/v1',
  wire: 'openai-responses',
  rehearsalModel: 'rehearsal',
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
  },
  protocol: { begin: () => undefined, step: (state: unknown) => ({ state, outputs: [] }) },
  launch: () => ({ argv: ['codex'], env: {}, cwd: '/', limits: [] }),
  detect: () => Promise.resolve({ installed: false }),
};
