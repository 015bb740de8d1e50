// One session's actor: takes one thing at a time, lets the pure decisions in `decide/` say what follows, commits that, publishes it
// and only then touches the world. The only place where a session's state changes.

import { errorBody, ParleyError } from '@parley/schema';
import type {
  ApprovalAnswer,
  ApprovalId,
  Change,
  Driver,
  DriverContext,
  InterruptResult,
  Run,
  RunBatch,
  RunChange,
  Session,
  Store,
  SubmitResult,
  SubmitTurn,
  TurnId,
  UpdateSession,
} from '@parley/schema';
import type { Agents } from './agents.ts';
import { resolveApproval } from './decide/approvals.ts';
import { deadlinePassed, deadlinesOf } from './decide/deadlines.ts';
import type { DeadlineLimits } from './decide/deadlines.ts';
import { Draft } from './decide/draft.ts';
import { applyOutput } from './decide/outputs.ts';
import { isBusy } from './decide/state.ts';
import type { SessionState } from './decide/state.ts';
import { submit } from './decide/submit.ts';
import { cancelQueued, endRun, endTurn, interruptTurn, launched, launchFailed, proceed, processGone } from './decide/turns.ts';
import { fingerprintOf } from './fingerprint.ts';
import { Hub } from './hub.ts';
import { Mailbox } from './mailbox.ts';
import type { ProcessSlots } from './process-slots.ts';
import { RunHost } from './run-host.ts';
import type { Runtime } from '@parley/schema';

export interface ActorEnvironment {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly agents: Agents;
  readonly slots: ProcessSlots;
  readonly limits: DeadlineLimits & { readonly start: number };
  readonly maxQueue: number;
  readonly now: () => number;
  /** A session's read model changed. */
  readonly changed: (session: Session) => void;
  /** Every slot is taken and this session waits for one. */
  readonly makeRoom: () => void;
  /** Something went wrong that no caller hears of. */
  readonly report: (text: string, error: unknown) => void;
  /** The store failed: nothing can be promised any more. The owner stops; the next one takes up from what is stored. */
  readonly fatal: (error: unknown) => void;
}

export class SessionActor {
  readonly state: SessionState;
  readonly hub: Hub;
  readonly #environment: ActorEnvironment;
  readonly #driver: Driver;
  readonly #mailbox = new Mailbox();
  #host: RunHost | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #closed = false;
  /** Runs of this session that hold a slot: an ending one may overlap with nothing else, but be exact. */
  #holdsSlot = false;

  constructor(state: SessionState, environment: ActorEnvironment) {
    this.state = state;
    this.#environment = environment;
    this.#driver = environment.agents.driver(state.session.agent);
    this.hub = new Hub(state.session.id, environment.store);
  }

  get session(): Session {
    return { ...this.state.session };
  }

  /** True while its process is up and has nothing to do. */
  get idleSince(): number | undefined {
    return this.state.run.phase === 'up' && !isBusy(this.state) ? this.state.run.idleSince : undefined;
  }

  /** Accept an input. Resolves once it is durable. Throws `queue_full`, `idempotency_conflict`. */
  submit(input: SubmitTurn): Promise<SubmitResult> {
    return this.#mailbox.run(async () => {
      this.#open();
      const key = input.idempotencyKey;
      const fingerprint = fingerprintOf(input);
      if (key !== undefined) {
        const earlier = await this.#environment.store.idempotent(this.state.session.id, key);
        if (earlier !== undefined) return repeated(earlier, fingerprint, key);
      }
      return this.#step((draft) => {
        const submitted = submit(this.state, draft, input, { steer: this.#driver.capabilities.steer, maxQueue: this.#environment.maxQueue });
        this.#title(draft, input.text);
        const result: SubmitResult = { sessionId: this.state.session.id, ...submitted };
        if (key !== undefined) draft.remember = { key, fingerprint, result: JSON.stringify(result), at: draft.now };
        return result;
      });
    });
  }

  /** Stop the running turn. Resolves once that is durable; its end follows as an event. */
  interrupt(queue: 'keep' | 'drop'): Promise<InterruptResult> {
    return this.#mailbox.run(() =>
      this.#step((draft) => {
        const turnId = this.state.active?.row.id;
        if (queue === 'drop') for (const row of [...this.state.queue]) cancelQueued(this.state, draft, row.id);
        interruptTurn(this.state, draft);
        return turnId === undefined ? {} : { turnId };
      }),
    );
  }

  /** Take a queued turn back. Throws `turn_not_queued`. */
  cancelQueued(turnId: TurnId): Promise<void> {
    return this.#mailbox.run(() =>
      this.#step((draft) => {
        if (!cancelQueued(this.state, draft, turnId)) throw new ParleyError('turn_not_queued', `Turn ${turnId} is not in the queue.`);
      }),
    );
  }

  /** Answer an approval; the first answer wins. Throws `approval_resolved`, `invalid_request`. */
  answer(approvalId: ApprovalId, answer: ApprovalAnswer): Promise<void> {
    return this.#mailbox.run(() =>
      this.#step((draft) => {
        const approval = this.state.approvals.get(approvalId);
        if (approval === undefined) throw new ParleyError('approval_resolved', `Approval ${approvalId} does not wait for an answer any more.`);
        const option = approval.options.find(({ id }) => id === answer.optionId);
        if (option === undefined) {
          const known = approval.options.map(({ id }) => id).join(', ');
          throw new ParleyError('invalid_request', `Approval ${approvalId} has no option "${answer.optionId}"; it has: ${known}.`, { field: 'optionId' });
        }
        resolveApproval(this.state, draft, approval, option, answer, 'person');
      }),
    );
  }

  /** Policy and model hold from the next turn on. */
  update(change: UpdateSession): Promise<Session> {
    return this.#mailbox.run(() =>
      this.#step((draft) => {
        Object.assign(this.state.session, change);
        draft.emit({ type: 'session.updated', ...change });
        draft.touch();
        draft.durable = true;
        return this.session;
      }),
    ).then(() => this.session);
  }

  /** The first event of a new session. */
  announce(): Promise<void> {
    const { agent, cwd, title, policy } = this.state.session;
    return this.#mailbox.run(() =>
      this.#step((draft) => {
        draft.emit({ type: 'session.created', agent, cwd, title, policy });
        draft.durable = true;
        draft.touch();
      }),
    );
  }

  /** Let an idle process go, to make room. */
  endIdle(): Promise<void> {
    return this.#mailbox.run(() =>
      this.#step((draft) => {
        if (this.idleSince !== undefined) endRun(this.state, draft, 'room for another session');
      }),
    );
  }

  /** Stop watching. `keep` leaves a working turn's process alone; everything else is ended. Resolves when that is done. */
  async close(runs: 'keep' | 'end'): Promise<void> {
    await this.#mailbox.run(async () => {
      this.state.closing = true;
      if (runs === 'end' && isBusy(this.state)) await this.#step((draft) => interruptTurn(this.state, draft));
      this.#closed = true;
      clearTimeout(this.#timer);
    });
    const host = this.#host;
    if (host === undefined) return;
    if (runs === 'keep' && isBusy(this.state)) {
      host.run.detach();
      return;
    }
    await host.run.end();
    await this.#mailbox.run(() => this.#gone(host));
  }

  /** Take over the process of an earlier daemon. `sent`: whether its driver had been told of the active turn. */
  async adopt(run: Run, context: DriverContext, journal: Awaited<ReturnType<Store['journal']>>, offset: number): Promise<void> {
    const host = new RunHost(this.#driver, context, run);
    this.#environment.slots.claim();
    this.#holdsSlot = true;
    const { deadlines, wantedEnd } = await host.replay(journal, offset);
    this.#host = host;
    await this.#mailbox.run(() =>
      this.#step((draft) => {
        for (const name of ['handshake', 'interrupt', 'settle'] as const) if (deadlines.has(name)) this.state.driverDeadlines.set(name, draft.now);
        if (wantedEnd) endRun(this.state, draft, 'ended by an earlier daemon');
      }),
    );
    this.#follow(host);
  }

  /** After a restart, when no process of this session is left to adopt. */
  resume(closedRun: RunChange | undefined): Promise<void> {
    return this.#mailbox.run(() => this.#step(() => undefined, closedRun));
  }

  /** Its process cannot be found any more: say so, honestly. */
  lose(runId: RunChange['runId'], reason: string): Promise<void> {
    return this.#mailbox.run(() =>
      this.#step(
        (draft) => {
          if (this.state.active?.phase !== 'starting') endTurn(this.state, draft, { state: 'lost', error: errorBody('turn_lost', reason) });
          processGone(this.state, draft);
        },
        { runId, closed: true },
      ),
    );
  }

  /** Subscribe between two steps, so that nothing falls between replay and live. */
  subscribe(after: number, sink: Parameters<Hub['subscribe']>[2]): Promise<() => void> {
    return this.#mailbox.run(() => Promise.resolve(this.hub.subscribe(after, this.state.session.head, sink)));
  }

  // One step: decide, feed the driver, commit, publish, act.

  async #step<Result>(decide: (draft: Draft) => Result, runChange?: RunChange): Promise<Result> {
    const draft = new Draft(this.state, this.#environment.now());
    const result = decide(draft);
    // A run that closes and one that opens are two changes: first what the old one leaves, then what follows.
    const closes = runChange?.closed === true;
    if (!closes) proceed(this.state, draft);
    this.#feed(draft);
    await this.#commit(draft, runChange);
    if (closes) await this.#step(() => undefined);
    return result;
  }

  /** Give the driver its inputs, and apply what it says, until both have nothing left. */
  #feed(draft: Draft): void {
    const rules = { approvalMs: this.#environment.limits.approval };
    for (let input = draft.inputs.shift(); input !== undefined; input = draft.inputs.shift()) {
      const host = this.#host;
      if (host === undefined) continue;
      for (const output of host.input(input, this.state.active?.row.id)) {
        if (output.type === 'write') host.keepWrite(output.line);
        else applyOutput(this.state, draft, output, rules);
      }
      if (draft.inputs.length === 0) proceed(this.state, draft);
    }
  }

  async #commit(draft: Draft, runChange?: RunChange): Promise<void> {
    const { session, run } = this.state;
    draft.summarise();
    const journal = this.#host?.takeJournal() ?? [];
    const launching = draft.effects.some(({ type }) => type === 'launch') && run.phase === 'launching';
    const context = launching ? JSON.stringify(this.#context(run.runId)) : undefined;
    const change: Change = {
      sessionId: session.id,
      events: draft.events,
      durable: draft.durable,
      ...(draft.sessionChanged ? { session: this.session } : {}),
      ...(draft.turns.size > 0 ? { turns: [...draft.turns.values()] } : {}),
      ...(draft.approvals.size > 0 ? { approvals: [...draft.approvals.values()] } : {}),
      ...(draft.prune === undefined ? {} : { pruneDeltas: draft.prune }),
      ...(draft.remember === undefined ? {} : { idempotency: draft.remember }),
      ...this.#runChange(runChange, journal, context),
    };
    try {
      if (!isEmpty(change)) await this.#environment.store.commit(change);
    } catch (error) {
      this.#closed = true; // Memory is ahead of the store: this actor must not go on.
      this.#environment.fatal(error);
      throw error;
    }
    this.hub.publish(draft.events);
    try {
      this.#host?.flush();
    } catch (error) {
      // The process went while this was decided: its end is on the way and settles what it did not get.
      this.#environment.report(`writing to ${this.#host?.runId} failed`, error);
    }
    if (draft.sessionChanged) this.#environment.changed(this.session);
    for (const effect of draft.effects) this.#act(effect);
    this.#armTimer();
  }

  #runChange(given: RunChange | undefined, journal: RunChange['journal'] & object, context: string | undefined): { run?: RunChange } {
    const runId = given?.runId ?? (context === undefined ? this.#host?.runId : this.#launchingId());
    if (runId === undefined || (given === undefined && journal.length === 0 && context === undefined)) return {};
    return {
      run: {
        ...given,
        runId,
        ...(context === undefined ? {} : { context, offset: 0 }),
        ...(journal.length > 0 ? { journal } : {}),
      },
    };
  }

  #launchingId(): RunChange['runId'] | undefined {
    return this.state.run.phase === 'launching' ? this.state.run.runId : undefined;
  }

  #context(runId: RunChange['runId']): DriverContext {
    const { cwd, policy, model, threadId } = this.state.session;
    return { runId, cwd, policy, ...(model === undefined ? {} : { model }), ...(threadId === undefined ? {} : { threadId }) };
  }

  #act(effect: Draft['effects'][number]): void {
    switch (effect.type) {
      case 'launch':
        void this.#launch();
        return;
      case 'end-run':
        this.#host?.run.end().catch((error: unknown) => this.#environment.report('ending a run failed', error));
        return;
    }
  }

  // The run: launched, followed, gone.

  async #launch(): Promise<void> {
    const launching = this.state.run;
    if (launching.phase !== 'launching') return;
    const { runId } = launching;
    const context = this.#context(runId);
    let run: Run | undefined;
    let limits: readonly string[] = [];
    try {
      if (this.#environment.slots.full) this.#environment.makeRoom();
      await this.#environment.slots.take();
      this.#holdsSlot = true;
      const prepared = await within(this.#environment.agents.prepare(this.session), this.#environment.limits.start);
      limits = prepared.limits;
      run = await within(this.#environment.runtime.launch({ ...prepared.request, runId }), this.#environment.limits.start);
      const started = run;
      await this.#mailbox.run(() => this.#launched(started, context, limits));
    } catch (error) {
      await run?.end().catch(() => undefined);
      await this.#mailbox.run(() => this.#launchFailed(runId, error)).catch((second: unknown) => this.#environment.report('a failed launch', second));
    }
  }

  async #launched(run: Run, context: DriverContext, limits: readonly string[]): Promise<void> {
    if (this.#closed) throw new ParleyError('shutting_down', 'The daemon is stopping.');
    const host = new RunHost(this.#driver, context, run);
    this.#host = host;
    await this.#step(
      (draft) => {
        launched(this.state, draft, context.runId);
        const { session } = this.state;
        if (JSON.stringify(session.limits) !== JSON.stringify(limits)) {
          session.limits = limits;
          draft.touch();
          for (const text of limits) draft.emit({ type: 'notice', level: 'info', code: 'policy_limit', text });
        }
      },
      { runId: context.runId, record: run.record },
    );
    if (this.state.run.phase === 'ending') this.#act({ type: 'end-run', reason: 'no longer wanted' });
    this.#follow(host);
  }

  async #launchFailed(runId: RunChange['runId'], error: unknown): Promise<void> {
    this.#giveSlot();
    if (this.#closed) return; // The row stays: the next daemon starts the turn's process again.
    const body = ParleyError.is(error) ? error.body : errorBody('agent_start_failed', String(error instanceof Error ? error.message : error));
    await this.#step((draft) => launchFailed(this.state, draft, body), { runId, closed: true });
  }

  /** Read what the process says until it is gone. */
  #follow(host: RunHost): void {
    const follow = async (): Promise<void> => {
      try {
        for await (const batch of host.run.read(host.offset)) await this.#mailbox.run(() => this.#lines(host, batch));
      } catch (error) {
        await this.#mailbox.run(() => this.#unreadable(error));
        void host.run.end();
      }
      await host.run.exited;
      await host.run.end(); // Also after a natural exit: the sweep.
      await this.#mailbox.run(() => this.#gone(host));
    };
    follow().catch((error: unknown) => this.#environment.report(`following ${host.runId} failed`, error));
  }

  async #lines(host: RunHost, batch: RunBatch): Promise<void> {
    if (this.#closed) return;
    const rules = { approvalMs: this.#environment.limits.approval };
    await this.#step(
      (draft) => {
        for (const line of batch.lines) {
          for (const output of host.line(line, this.state.active?.row.id)) {
            if (output.type === 'write') host.keepWrite(output.line);
            else applyOutput(this.state, draft, output, rules);
          }
        }
        host.offset = batch.endOffset; // Inputs that follow from these lines come after all of them, now and when replayed.
      },
      { runId: host.runId, offset: batch.endOffset },
    );
  }

  async #unreadable(error: unknown): Promise<void> {
    const body = ParleyError.is(error) ? error.body : errorBody('internal', `The agent's output could not be read: ${String(error)}`);
    await this.#step((draft) => {
      endTurn(this.state, draft, { state: 'failed', error: body });
      endRun(this.state, draft, body.message);
    });
  }

  async #gone(host: RunHost): Promise<void> {
    if (this.#host !== host) return;
    const { code, signal } = await host.run.exited;
    const stderrTail = await host.run.stderrTail();
    const busy = isBusy(this.state);
    const rules = { approvalMs: this.#environment.limits.approval };
    await this.#step(
      (draft) => {
        if (busy) {
          for (const output of host.input({ type: 'exited', code, signal, stderrTail }, this.state.active?.row.id)) {
            if (output.type !== 'write') applyOutput(this.state, draft, output, rules);
          }
        }
        host.takeJournal();
        this.#host = undefined;
        processGone(this.state, draft);
        this.#giveSlot();
      },
      { runId: host.runId, closed: true },
    );
    await host.run.discard();
  }

  #giveSlot(): void {
    if (!this.#holdsSlot) return;
    this.#holdsSlot = false;
    this.#environment.slots.give();
  }

  // Time.

  /** One timer for all waits; a wait that moved on is looked at again when the timer fires. */
  #armTimer(): void {
    if (this.#closed) return;
    let next = Infinity;
    for (const { at } of deadlinesOf(this.state, this.#environment.limits)) next = Math.min(next, at);
    if (next >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = next;
    const wait = Math.min(Math.max(0, next - this.#environment.now()), 2 ** 31 - 1);
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity;
      this.#mailbox.run(() => this.#timePassed()).catch((error: unknown) => this.#environment.report('a deadline', error));
    }, wait);
    this.#timer.unref();
  }

  async #timePassed(): Promise<void> {
    if (this.#closed) return;
    const now = this.#environment.now();
    const due = deadlinesOf(this.state, this.#environment.limits).find(({ at }) => at <= now);
    if (due === undefined) return this.#armTimer();
    await this.#step((draft) => deadlinePassed(this.state, draft, due, this.#environment.limits));
    await this.#timePassed();
  }

  #title(draft: Draft, text: string): void {
    const { session } = this.state;
    if (session.title !== '') return;
    const line = text.trim().split('\n')[0] ?? '';
    session.title = line.length > 80 ? line.slice(0, 79) + '…' : line;
    draft.emit({ type: 'session.updated', title: session.title });
    draft.touch();
  }

  #open(): void {
    if (this.#closed) throw new ParleyError('shutting_down', 'The daemon is stopping.');
  }
}

function isEmpty({ events, session, turns, approvals, run, idempotency, pruneDeltas }: Change): boolean {
  return events.length === 0 && [session, turns, approvals, run, idempotency, pruneDeltas].every((part) => part === undefined);
}

function repeated(earlier: { readonly fingerprint: string; readonly result: string }, fingerprint: string, key: string): SubmitResult {
  if (earlier.fingerprint !== fingerprint) {
    throw new ParleyError('idempotency_conflict', `The key "${key}" was used for another input in this session.`);
  }
  return { ...(JSON.parse(earlier.result) as SubmitResult), repeated: true };
}

async function within<Result>(work: Promise<Result>, ms: number): Promise<Result> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new ParleyError('start_timeout', `The agent did not start within ${ms / 1000} s.`)), ms);
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

