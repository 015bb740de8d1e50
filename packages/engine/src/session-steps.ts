// How a session changes: one step at a time, each decided, fed to the driver, committed, published, and only then acted on.

import type {
  Driver,
  DriverContext,
  DriverOutput,
  RecordedTextMode,
  RequestRecord,
  RunChange,
  RunId,
  Runtime,
  Session,
  Store,
  TurnId,
  Workspaces,
} from '@parley/schema';
import type { Agents } from './agents.ts';
import { Alarm } from './alarm.ts';
import { changeOf, isEmpty } from './change.ts';
import { conversationOf } from './decide/conversation.ts';
import { deadlinePassed, deadlinesOf } from './decide/deadlines.ts';
import type { DeadlineLimits } from './decide/deadlines.ts';
import { Draft } from './decide/draft.ts';
import type { Effect } from './decide/draft.ts';
import { applyOutput } from './decide/outputs.ts';
import { isAsked } from './decide/launch-hold.ts';
import { recordOf } from './decide/record.ts';
import { sessionOfTurn } from './decide/state.ts';
import type { ActiveTurn, SessionState } from './decide/state.ts';
import { proceed } from './decide/turns.ts';
import { FileWatch } from './file-watch.ts';
import { Hub } from './hub.ts';
import { Mailbox } from './mailbox.ts';
import type { ProcessSlots } from './process-slots.ts';
import type { RunHost } from './run-host.ts';
import type { TurnRetries } from './retry/turn-retries.ts';
import type { WorkFolders } from './work-folders.ts';

export interface ActorEnvironment {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly agents: Agents;
  readonly slots: ProcessSlots;
  /** Absent: nobody tells file changes but the agents. */
  readonly workspaces: Workspaces | undefined;
  readonly folders: WorkFolders;
  readonly limits: DeadlineLimits & { readonly start: number };
  readonly maxQueue: number;
  readonly retries: TurnRetries;
  readonly now: () => number;
  /** Before a session's copy of another conversation is made: throws `session_working`; tells people what they might not expect of it. */
  readonly beforeCopy: (session: Session) => Promise<string | undefined>;
  /** What the recorder keeps of prompts and answers. */
  readonly recorder: RecordedTextMode;
  /** These rows of the recorder were committed. */
  readonly recorded: (records: readonly RequestRecord[]) => void;
  /** A session's read model changed. */
  readonly changed: (session: Session) => void;
  /** Every slot is taken and this session waits for one. */
  readonly makeRoom: () => void;
  /** Something went wrong that no caller hears of. */
  readonly report: (text: string, error: unknown) => void;
  /** The store failed: nothing can be promised any more. The owner stops; the next one takes up from what is stored. */
  readonly fatal: (error: unknown) => void;
}

export class SessionSteps {
  readonly state: SessionState;
  readonly hub: Hub;
  readonly environment: ActorEnvironment;
  readonly driver: Driver;
  /** Does what a committed step wants of the world. Set by the run's life. */
  act: (effect: Effect) => void = () => undefined;
  /** The driver and process that are up. */
  host: RunHost | undefined;
  /** Who wants the agent's lines as they come. */
  readonly lineWatchers = new Set<(lines: readonly string[]) => void>();
  readonly #files: FileWatch;
  readonly #mailbox = new Mailbox();
  readonly #alarm: Alarm;
  #closed = false;

  constructor(state: SessionState, environment: ActorEnvironment) {
    this.state = state;
    this.environment = environment;
    this.driver = environment.agents.driver(state.session.agent, state.session.mode);
    this.hub = new Hub(state.session.id, environment.store);
    this.#files = this.#watchFiles();
    this.#alarm = new Alarm(environment.now, () => {
      this.alone(() => this.#timePassed()).catch((error: unknown) => environment.report('a deadline', error));
    });
  }

  #watchFiles(): FileWatch {
    const { active, session } = this.state;
    const { folders, report } = this.environment;
    return new FileWatch({
      cwd: session.cwd,
      addedFolders: session.addedFolders ?? [],
      folders,
      workspaces: this.driver.capabilities.fileChanges === false ? this.environment.workspaces : undefined,
      restored: active === undefined || isNew(active) ? undefined : active,
      step: (decide) => this.alone(() => (this.#closed ? undefined : this.step(decide))),
      report,
    });
  }

  get session(): Session {
    return { ...this.state.session };
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Nothing else of this session happens meanwhile. Everything that takes a step does so inside of this. */
  alone<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    return this.#mailbox.run(work);
  }

  /** No more steps by themselves: no deadlines, no lines, no looks at files. Resolves when nothing of the looks is left. */
  close(): Promise<void> {
    this.#closed = true;
    this.#alarm.off();
    return this.#files.close();
  }

  /** One step. `decide` changes the state only if it does not throw. */
  async step<Result>(decide: (draft: Draft) => Result, runChange?: RunChange): Promise<Result> {
    const draft = new Draft(this.state, this.environment.now(), this.#files.turnId);
    const result = decide(draft);
    // A run that closes and one that opens are two changes: first what the old one leaves, then what follows.
    const closes = runChange?.closed === true;
    if (!closes) this.#proceed(draft);
    this.#feed(draft);
    await this.#commit(draft, runChange);
    if (closes) await this.step(() => undefined);
    return result;
  }

  /** Give the driver its inputs, and apply what it says, until both have nothing left. */
  #feed(draft: Draft): void {
    for (let input = draft.inputs.shift(); input !== undefined; input = draft.inputs.shift()) {
      const host = this.host;
      if (host === undefined) continue;
      this.apply(draft, host, host.input(input, this.state.active?.row.id));
      if (draft.inputs.length === 0) this.#proceed(draft);
    }
  }

  #proceed(draft: Draft): void {
    proceed(this.state, draft, { approvalMs: this.environment.limits.approval });
  }

  /** What the driver said. */
  apply(draft: Draft, host: RunHost, outputs: readonly DriverOutput[]): void {
    const rules = { approvalMs: this.environment.limits.approval, retries: this.environment.retries };
    for (const output of outputs) {
      if (output.type === 'write') host.keepWrite(output.line);
      else if (output.type === 'close-stdin') host.keepClose();
      else applyOutput(this.state, draft, output, rules);
    }
  }

  async #commit(draft: Draft, runChange?: RunChange): Promise<void> {
    const { run } = this.state;
    draft.summarise(); // Before anything is waited for: who looks meanwhile sees a head and the state that goes with it.
    const settling = this.#files.settle(draft, this.state.active?.row.id);
    if (settling !== undefined) await settling;
    const journal = this.host?.takeJournal() ?? [];
    const launching = draft.effects.some(({ type }) => type === 'launch') && run.phase === 'launching';
    const { recorder } = this.environment;
    const records = [...draft.turns.values()].map((row) => recordOf(this.state.session, row, recorder));
    const change = changeOf(draft, this.session, {
      records,
      given: runChange,
      ...(launching ? { opening: { runId: run.runId, context: JSON.stringify(this.contextOf(run.runId)) } } : {}),
      ...(this.host === undefined ? {} : { journalled: { runId: this.host.runId, journal } }),
    });
    try {
      if (!isEmpty(change)) await this.environment.store.commit(change);
    } catch (error) {
      void this.close(); // Memory is ahead of the store: this actor must not go on.
      this.environment.fatal(error);
      throw error;
    }
    this.hub.publish(draft.events);
    if (records.length > 0) this.environment.recorded(records);
    const beginning = this.#files.follow(draft, startable(this.state));
    if (beginning !== undefined) await beginning;
    try {
      this.host?.flush();
    } catch (error) {
      // The process went while this was decided: its end is on the way and settles what it did not get.
      this.environment.report(`writing to ${this.host?.runId} failed`, error);
    }
    if (draft.sessionChanged) this.environment.changed(this.session);
    for (const effect of draft.effects) this.act(effect);
    this.#setAlarm();
  }

  /** What a driver is told of the session, once for each run. */
  contextOf(runId: RunId): DriverContext {
    const { cwd, policy, model, threadTotal, backend, effort, variant, personality, addedFolders, options } =
      sessionOfTurn(this.state);
    return {
      runId,
      cwd,
      policy,
      endpoint: backend.kind === 'login' ? 'own' : 'url',
      ...(effort === undefined ? {} : { effort }),
      ...(variant === undefined ? {} : { variant }),
      ...(personality === undefined ? {} : { personality }),
      ...(addedFolders === undefined ? {} : { addedFolders }),
      ...(options === undefined ? {} : { options }),
      ...(model === undefined ? {} : { model }),
      ...conversationOf(this.state.session),
      ...(threadTotal === undefined ? {} : { threadTotal }),
    };
  }

  #setAlarm(): void {
    if (!this.#closed) this.#alarm.at(Math.min(...deadlinesOf(this.state, this.#limits()).map(({ at }) => at)));
  }

  #limits(): DeadlineLimits {
    const { resumesAfterSilence = false, printsAtEnd = false } = this.driver;
    return { ...this.environment.limits, resumesAfterSilence, printsAtEnd };
  }

  async #timePassed(): Promise<void> {
    if (this.#closed) return;
    const now = this.environment.now();
    const limits = this.#limits();
    const due = deadlinesOf(this.state, limits).find(({ at }) => at <= now);
    if (due === undefined) return this.#setAlarm();
    await this.step((draft) => deadlinePassed(this.state, draft, due, limits));
    await this.#timePassed();
  }
}

/** The active turn, once it needs nobody's leave to start: what people change until then is not its doing. */
function startable({ active }: SessionState): TurnId | undefined {
  return active === undefined || isAsked(active) ? undefined : active.row.id;
}

/** Nothing was done for it by an earlier daemon. */
function isNew({ phase, row, filesUnclear }: ActiveTurn): boolean {
  return phase === 'starting' && row.resumed !== true && row.retries === undefined && !filesUnclear;
}
