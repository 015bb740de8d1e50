// What a daemon and an embedding program have in common: the lock on a state directory, and in it store, runtime, agents and engine.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Engine, Requests, Retention } from '@parley/engine';
import { createGitWorkspaces, createRuntime } from '@parley/runtime';
import { checkFileSystem, lockStateDirectory, openStore } from '@parley/store';
import { ensurePrivateFolder } from '@parley/client/node';
import type { Config, ConsultationStore, RequestRecord } from '@parley/schema';
import { InstalledAgents } from './agents/installed-agents.ts';
import { RehearsalService } from './agents/rehearsal-service.ts';

export interface CoreOptions {
  /** Absolute path; made, private, when it is missing. */
  readonly stateDir: string;
  readonly databaseFile: string;
  /** Where Parley installs agents. */
  readonly agentsDir: string;
  /** Homes of agents in rehearsal. Default: in the state directory. */
  readonly homesDir?: string;
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Program and first arguments that `rehearsal` and `adapter` can be put behind. */
  readonly command: readonly [string, ...string[]];
  /** Done once the state directory is ours and before anything of an earlier owner is taken up. */
  readonly prepare?: () => Promise<void>;
  /** Rows of the recorder that were just written. */
  readonly recorded?: (records: readonly RequestRecord[]) => void;
  /** Something went wrong that no caller hears of. */
  readonly report: (text: string, error: unknown) => void;
  /** The store failed: nothing can be promised any more. */
  readonly fatal: (error: unknown) => void;
}

export interface Core {
  readonly engine: Engine;
  readonly requests: Requests;
  readonly agents: InstalledAgents;
  /** What is kept beside the engine's own. */
  readonly store: ConsultationStore;
  /** `keep` leaves working turns' processes alone, for the next owner. `beforeStore`: when nothing changes any more and all can be read. */
  readonly close: (runs: 'keep' | 'end', beforeStore?: () => Promise<void>) => Promise<void>;
}

/** What the markers of a state directory's processes begin with, before `-runs` and `-services`. */
export const instanceOf = (stateDir: string): string =>
  createHash('sha256').update(stateDir).digest('hex').slice(0, 16);

/** End whatever still runs for a state directory whose owner is dead. Throws `state_locked` when it is not. */
export async function endOrphans(stateDir: string): Promise<void> {
  const lock = await lockStateDirectory(stateDir);
  try {
    for (const name of ['runs', 'services']) {
      const runtime = createRuntime({ directory: join(stateDir, name), instance: `${instanceOf(stateDir)}-${name}` });
      await runtime.sweep(new Set());
    }
  } finally {
    lock.release();
  }
}

/** Throws `state_locked`, `state_on_network`, `state_newer`, `state_corrupt`, and what `prepare` throws. */
export async function openCore(options: CoreOptions): Promise<Core> {
  const { stateDir } = options;
  await ensurePrivateFolder(stateDir);
  checkFileSystem(stateDir);
  const lock = await lockStateDirectory(stateDir);
  try {
    await options.prepare?.();
    const core = await open(options);
    return {
      ...core,
      close: async (runs, beforeStore) => {
        await core.close(runs, beforeStore);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function open({ stateDir, databaseFile, agentsDir, config, env, ...options }: CoreOptions): Promise<Core> {
  const store = await openStore({ file: databaseFile });
  const instance = instanceOf(stateDir);
  const runtimeFor = (name: string): ReturnType<typeof createRuntime> =>
    createRuntime({
      directory: join(stateDir, name),
      instance: `${instance}-${name}`,
      maxOutputBytes: config.runs.max_output_bytes,
      maxLineBytes: config.runs.max_line_bytes,
      endStepMs: config.deadlines.end_step * 1000,
    });
  const rehearsal = new RehearsalService({
    stateDir,
    runtime: runtimeFor('services'),
    command: options.command,
    env,
  });
  const agents = new InstalledAgents({
    config,
    env,
    agentsDir,
    homesDir: options.homesDir ?? join(stateDir, 'homes'),
    runsDir: join(stateDir, 'runs'),
    rehearsal: () => rehearsal.url(),
    adapter: [...options.command, 'adapter'],
  });
  const workspaces = createGitWorkspaces({ directory: join(stateDir, 'snapshots'), env, hidden: [stateDir] });
  const engine = await Engine.open({
    store,
    runtime: runtimeFor('runs'),
    agents,
    workspaces,
    config,
    report: options.report,
    fatal: options.fatal,
    ...(options.recorded === undefined ? {} : { recorded: options.recorded }),
  }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const retention = new Retention({
    engine,
    store,
    config: config.requests,
    recordDays: config.recorder.days,
    report: options.report,
  });
  retention.start();
  return {
    engine,
    store,
    requests: new Requests({ engine, store, agents, workspaces, config: config.requests }),
    agents,
    close: async (runs, beforeStore) => {
      const working = engine.workingTurns > 0;
      await retention.close();
      await engine.close(runs);
      // Agents that go on working still need their model.
      await rehearsal.close(runs === 'keep' && working ? 'keep' : 'end');
      await beforeStore?.();
      await store.close();
    },
  };
}
