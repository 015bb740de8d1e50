// A whole engine over memory, whose daemon can be killed at any moment and started again over the same data and processes.

import { ConfigSchema } from '@parley/schema';
import type { Config, RequestRecord, RunId, Session, SessionId, Workspaces } from '@parley/schema';
import { tmpdir } from 'node:os';
import { Engine } from '../engine.ts';
import type { Agents } from '../agents.ts';
import { fakeDriver, FakeRuntime } from './fake-agent.ts';
import type { FakeProcess } from './fake-agent.ts';
import { MemoryData, MemoryStore } from './memory-store.ts';

/** Let everything that is ready happen. Promises only: no time passes. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

export const fakeAgents: Agents = {
  driver: () => fakeDriver,
  defaults: ({ model }) =>
    Promise.resolve({
      backend: { kind: 'rehearsal', detail: 'test' },
      policy: 'ask',
      mode: 'lines',
      ...(model === undefined ? {} : { model }),
    }),
  modelName: (_session, wanted) => Promise.resolve(wanted === 'default' ? undefined : wanted),
  prepare: () => Promise.resolve({ request: { argv: ['fake'], env: {}, cwd: '/' }, limits: [] }),
  checkPolicy: () => undefined,
  environmentOf: () => Promise.resolve('fake'),
  forking: () => ['forker'],
};

/** An agent that does not tell what files it changes. */
export const silentAgents: Agents = {
  ...fakeAgents,
  driver: () => ({ ...fakeDriver, capabilities: { ...fakeDriver.capabilities, fileChanges: false } }),
};

export class World {
  readonly data = new MemoryData();
  readonly processes = new Map<RunId, FakeProcess>();
  readonly config: Config;
  readonly agents: Agents;
  readonly workspaces: Workspaces | undefined;
  store = new MemoryStore(this.data);
  engine: Engine | undefined;
  reports: string[] = [];
  /** The recorder's rows of what has ended, as the daemons told them. */
  readonly ended: RequestRecord[] = [];
  /** What a start of a process waits for. */
  launching: Promise<void> = Promise.resolve();

  constructor(config: unknown = {}, agents: Agents = fakeAgents, workspaces?: Workspaces) {
    this.config = ConfigSchema.parse(config);
    this.agents = agents;
    this.workspaces = workspaces;
  }

  async open(): Promise<Engine> {
    const store = new MemoryStore(this.data);
    this.store = store;
    this.engine = await Engine.open({
      store,
      runtime: new FakeRuntime(
        this.processes,
        () => store.fenced,
        () => this.launching,
      ),
      agents: this.agents,
      ...(this.workspaces === undefined ? {} : { workspaces: this.workspaces }),
      config: this.config,
      recorded: (records) => void this.ended.push(...records.filter(({ endedAt }) => endedAt !== undefined)),
      report: (text, error) => void (store.fenced || this.reports.push(`${text}: ${String(error)}`)),
    });
    return this.engine;
  }

  /** The daemon is killed; processes and what was committed stay. */
  async restart(): Promise<Engine> {
    this.store.fenced = true;
    return this.open();
  }

  get process(): FakeProcess | undefined {
    return [...this.processes.values()].findLast(({ ended }) => !ended);
  }

  /** A session that is there already, without going through the engine's folder check. */
  async session(engine: Engine, policy: Session['policy'] = 'ask'): Promise<SessionId> {
    return (await engine.createSession({ agent: 'fake', cwd: tmpdir(), policy })).id;
  }
}
