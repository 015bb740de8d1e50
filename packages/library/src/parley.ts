// `createParley`: sessions, turns and approvals in this process, kept in a state directory that it owns.

import { isAbsolute, join } from 'node:path';
import { openCore } from '@parley/daemon/core';
import type { Engine } from '@parley/engine';
import { placesOf } from '@parley/client/node';
import {
  ApprovalAnswerSchema,
  ChangeQueuedSchema,
  ConfigSchema,
  CreateSessionSchema,
  ParleyError,
  shownSession,
  SubmitTurnSchema,
  UpdateSessionSchema,
} from '@parley/schema';
import type { AgentCapabilities, AgentView, Config, ParleyEvent, SessionId } from '@parley/schema';
import { checked } from './checked.ts';
import { EventReader } from './events.ts';
import { serviceCommand } from './service-command.ts';

export interface ParleyOptions {
  /** Absolute path; made, private, when it is missing. One process owns it. Default: `library` in Parley's own state directory. */
  readonly stateDir?: string;
  /** As in `config.toml`, see docs/configuration.md; only the parts that concern agents, policies, deadlines, runs and the queue. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Environment of this Parley and, cleaned, of its agents. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Something went wrong that no caller hears of. Default: nothing is told. */
  readonly report?: (text: string, error: unknown) => void;
}

/** What can be done with sessions. Each call throws a `ParleyError` whose `body` says code, hint and whether a repetition can help. */
export interface Parley extends Pick<
  Engine,
  | 'createSession'
  | 'sessions'
  | 'session'
  | 'updateSession'
  | 'deleteSession'
  | 'submit'
  | 'interrupt'
  | 'cancelQueued'
  | 'changeQueued'
  | 'turns'
  | 'turn'
  | 'approvals'
  | 'answer'
> {
  /**
   * Everything after number `after` (default: from the beginning), then what follows, until `signal` aborts, the session is deleted or
   * Parley closes. Each caller gets all. Its `next` throws `unknown_session`.
   */
  events(
    id: SessionId,
    options?: { readonly after?: number; readonly signal?: AbortSignal },
  ): AsyncIterableIterator<ParleyEvent>;
  /** Every line that the session's agent prints, before Parley reads it. Returns how to stop. */
  watchLines(id: SessionId, watcher: (lines: readonly string[]) => void): () => void;
  /** The agents that Parley drives, whether they are here and what they can do. */
  agents(): Promise<readonly AgentView[]>;
  /** What the agent of a session can do, in the way in which it is spoken to. */
  capabilities(id: SessionId): AgentCapabilities;
  /** `keep` (default) leaves working turns to the next one that opens this state directory; `end` stops them. Idempotent. */
  close(runs?: 'keep' | 'end'): Promise<void>;
}

/**
 * Opens Parley in this process. Takes up the sessions of its state directory, with turns that still run.
 *
 * ```ts
 * const parley = await createParley({ stateDir: '/var/lib/my-tool' });
 * const session = await parley.createSession({ agent: 'codex', cwd: '/code/project' });
 * const { turnId } = await parley.submit(session.id, { text: 'Why does the build fail?' });
 * for await (const event of parley.events(session.id)) {
 *   if (event.type === 'turn.completed' && event.turnId === turnId) break;
 * }
 * console.log((await parley.turn(session.id, turnId)).answer);
 * await parley.close();
 * ```
 *
 * Throws `state_locked` when another process owns the directory, `state_on_network`, `state_newer`, `state_corrupt`, `config_invalid`.
 */
export async function createParley(options: ParleyOptions = {}): Promise<Parley> {
  const env = options.env ?? process.env;
  return openParley({ ...options, config: configOf(options.config ?? {}) }, env);
}

/** `createParley` with a configuration that has been read. */
export async function openParley(
  options: Omit<ParleyOptions, 'config'> & { readonly config: Config; readonly homesDir?: string },
  env: NodeJS.ProcessEnv,
): Promise<Parley> {
  const { report = () => undefined } = options;
  const places = placesOf(env);
  const stateDir = options.stateDir ?? join(places.stateDir, 'library');
  if (!isAbsolute(stateDir))
    throw new ParleyError('invalid_request', `The state directory must be an absolute path, not "${stateDir}".`, {
      field: 'stateDir',
    });
  const readers = new Set<EventReader>();
  let isOver = false;
  const endReaders = (): void => {
    isOver = true;
    for (const reader of readers) reader.end();
  };
  const core = await openCore({
    stateDir,
    databaseFile: join(stateDir, 'parley.db'),
    agentsDir: places.agentsDir,
    ...(options.homesDir === undefined ? {} : { homesDir: options.homesDir }),
    config: options.config,
    env,
    command: serviceCommand(),
    report,
    fatal: (error) => {
      report('the store failed: this Parley takes nothing more', error);
      endReaders();
    },
  });
  const { engine, agents } = core;
  let closed: Promise<void> | undefined;
  return {
    createSession: async (input) => shownSession(await engine.createSession(checked(CreateSessionSchema, input))),
    sessions: () => engine.sessions().map(shownSession),
    session: (id) => shownSession(engine.session(id)),
    updateSession: async (id, change) =>
      shownSession(await engine.updateSession(id, checked(UpdateSessionSchema, change))),
    deleteSession: async (id) => {
      const reading = [...readers].filter(({ sessionId }) => sessionId === id);
      await Promise.allSettled(reading.map((reader) => reader.hold()));
      await engine.interrupt(id, 'drop');
      await engine.deleteSession(id);
      for (const reader of reading) reader.end();
    },
    submit: async (id, input) => engine.submit(id, checked(SubmitTurnSchema, input)),
    interrupt: (id, queue) => engine.interrupt(id, queue),
    cancelQueued: (id, turnId) => engine.cancelQueued(id, turnId),
    changeQueued: async (id, turnId, change) => engine.changeQueued(id, turnId, checked(ChangeQueuedSchema, change)),
    turns: (id, limit) => engine.turns(id, limit),
    turn: (id, turnId) => engine.turn(id, turnId),
    approvals: (pending) => engine.approvals(pending),
    answer: async (id, answer) => engine.answer(id, checked(ApprovalAnswerSchema, answer)),
    watchLines: (id, watcher) =>
      engine.watchLines(id, (lines) => {
        try {
          watcher(lines);
        } catch (error) {
          report('a watcher of lines failed', error); // It must not cost the turn whose lines it watches.
        }
      }),
    events: (sessionId, { after = 0, signal } = {}) => {
      const reader = new EventReader(engine, { sessionId, after, signal, open: readers });
      if (isOver) reader.end();
      return reader;
    },
    agents: () => agents.views(),
    capabilities: (id) => {
      const { agent, mode } = engine.session(id);
      return agents.driver(agent, mode).capabilities;
    },
    close: (runs = 'keep') => {
      closed ??= core.close(runs).finally(endReaders);
      return closed;
    },
  };
}

/** Throws `config_invalid` naming the entry. */
export function configOf(given: Readonly<Record<string, unknown>>): Config {
  const checked = ConfigSchema.safeParse(given);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const entry = issue?.path.join('.') ?? '';
  throw new ParleyError('config_invalid', `${entry === '' ? '' : `"${entry}": `}${issue?.message ?? 'not valid'}`, {
    entry,
  });
}
