// What the routes work with: the parts of a running daemon.

import type { Engine, Requests } from '@parley/engine';
import type { DaemonView } from '@parley/schema';
import type { InstalledAgents } from './agents/installed-agents.ts';
import type { LoadedConfig } from './config/load.ts';
import type { Consultations } from './consultations/consultations.ts';
import type { Credentials } from './gate/credentials.ts';
import type { Observation } from './observe/observation.ts';

export interface Daemon {
  readonly engine: Engine;
  readonly requests: Requests;
  readonly agents: InstalledAgents;
  readonly consultations: Consultations;
  readonly observation: Observation;
  readonly credentials: Credentials;
  readonly configuration: LoadedConfig;
  readonly agentsDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly view: () => DaemonView;
  /** Begin to stop; resolves at once. */
  readonly stop: (runs: 'keep' | 'end') => void;
}
