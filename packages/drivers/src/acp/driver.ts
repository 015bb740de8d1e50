// Any agent that speaks ACP over stdio, by its name in the configuration: `acp:<name>`.

import type { Driver } from '@parley/schema';
import { detectAcp } from './detect.ts';
import { usualDialect } from './dialect.ts';
import { launchPlan } from './launch.ts';
import { acpProtocol } from './protocol.ts';
import type { AcpState } from './state.ts';

/**
 * The driver for the configured agent `acp:<name>`. Its program is `agents."acp:<name>".command` (or the name itself on the search
 * path), its arguments are `args`.
 */
export function acpDriver(name: string): Driver<AcpState> {
  return {
    agent: `acp:${name}`,
    mode: 'acp',
    title: name,
    provenVersion: 'ACP 1',
    installHint: `Install it, and name its program as agents."acp:${name}".command (and args, for example "acp") in the configuration`,
    loginHint: `Log in with the agent's own command, or set agents."acp:${name}".model_url`,
    keyEnv: 'OPENAI_API_KEY',
    wire: 'openai-chat',
    rehearsalModel: 'rehearsal',
    capabilities: {
      // Where the agent offers `_session/steering`; from all others the words come back at once and are queued.
      steer: 'native',
      interrupt: true,
      resume: true,
      // Where the agent offers `session/fork`; from all others the first turn of the copy fails and says so.
      fork: true,
      approvals: true,
      questions: true,
      images: false,
      models: true,
      deltas: true,
      reasoning: true,
      usage: true,
      cost: true,
      fileChanges: false,
    },
    protocol: acpProtocol(usualDialect(name)),
    launch: launchPlan,
    detect: (request) => detectAcp(name, request),
  };
}
