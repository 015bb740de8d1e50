// The life of a session's process: launched when a turn wants it, followed while it speaks, taken over from an earlier daemon, and gone.

import { errorBody, ParleyError } from '@parley/schema';
import type { DriverContext, JournalEntry, Run, RunBatch, RunId, Session, TurnId } from '@parley/schema';
import type { Effect } from './decide/draft.ts';
import { isApproved } from './decide/launch-hold.ts';
import { isBusy, sessionOfTurn } from './decide/state.ts';
import type { SessionState } from './decide/state.ts';
import { beginsAgain, endRun, endTurn, launched, launchFailed, notLaunched, processGone } from './decide/turns.ts';
import { RunHost } from './run-host.ts';
import type { SessionSteps } from './session-steps.ts';
import { within } from './within.ts';

/** What is known of a process that has come up. */
interface Launched {
  readonly context: DriverContext;
  readonly limits: readonly string[];
  /** What people might not expect of the conversation that it has copied. */
  readonly copied: string | undefined;
  /** The turn that it was started for. */
  readonly wantedBy: TurnId | undefined;
}

export class RunLife {
  readonly #steps: SessionSteps;
  #holdsSlot = false;
  /** A process that is being brought up. */
  #launching: Promise<void> = Promise.resolve();

  constructor(steps: SessionSteps) {
    this.#steps = steps;
    steps.act = (effect) => this.#act(effect);
  }

  /** Take over the process of an earlier daemon. */
  async adopt(run: Run, context: DriverContext, journal: readonly JournalEntry[], offset: number): Promise<void> {
    const host = new RunHost(this.#steps.driver, context, run);
    this.#steps.environment.slots.claim();
    this.#holdsSlot = true;
    const { deadlines, wantedEnd } = await host.replay(journal, offset);
    this.#steps.host = host;
    await this.#steps.alone(() =>
      this.#steps.step((draft) => {
        for (const name of ['handshake', 'interrupt', 'settle'] as const)
          if (deadlines.has(name)) this.#steps.state.driverDeadlines.set(name, draft.now);
        if (wantedEnd || hasGivenUp(this.#steps.state, journal))
          endRun(this.#steps.state, draft, 'ended by an earlier daemon');
      }),
    );
    this.#follow(host);
  }

  /** Its process cannot be found any more: say so, honestly. */
  lose(runId: RunId, reason: string): Promise<void> {
    return this.#steps.alone(() =>
      this.#steps.step(
        (draft) => {
          if (this.#steps.state.active?.phase !== 'starting')
            endTurn(this.#steps.state, draft, { state: 'lost', error: errorBody('turn_lost', reason) });
          processGone(this.#steps.state, draft);
        },
        { runId, closed: true },
      ),
    );
  }

  /** The daemon stops. `keep` leaves a working turn's process alone; everything else is ended. Resolves when that is done. */
  async close(runs: 'keep' | 'end'): Promise<void> {
    await this.#launching; // It sees that nobody wants it any more, and ends what it has started.
    const { host } = this.#steps;
    if (host === undefined) return;
    if (runs === 'keep' && isBusy(this.#steps.state)) {
      host.run.detach();
      return;
    }
    await host.run.end();
    await this.#steps.alone(() => this.#gone(host));
  }

  #act(effect: Effect): void {
    switch (effect.type) {
      case 'launch':
        void this.#launch();
        return;
      case 'end-run':
        this.#steps.host?.run
          .end({ hurry: effect.hurry })
          .catch((error: unknown) => this.#steps.environment.report('ending a run failed', error));
        return;
    }
  }

  async #launch(): Promise<void> {
    const launching = this.#steps.state.run;
    if (launching.phase !== 'launching') return;
    if (this.#steps.environment.slots.full) this.#steps.environment.makeRoom();
    await this.#steps.environment.slots.take();
    this.#holdsSlot = true;
    if (this.#steps.closed) return this.#giveSlot(); // Nobody waits for it any more.
    this.#launching = this.#bringUp(launching.runId);
  }

  /** Never throws. */
  async #bringUp(runId: RunId): Promise<void> {
    const context = this.#steps.contextOf(runId);
    const wantedBy = this.#steps.state.active?.row;
    let starting: Promise<Run> | undefined;
    let run: Run | undefined;
    let limits: readonly string[] = [];
    try {
      const session = sessionOfTurn(this.#steps.state);
      const copied = await this.#steps.environment.beforeCopy(session);
      const prepared = await within(
        this.#steps.environment.agents.prepare(session, {
          runId,
          prompt: wantedBy?.text ?? '',
        }),
        this.#steps.environment.limits.start,
      );
      limits = prepared.limits;
      if (wantedBy?.hold !== undefined) await this.#checkApproval(wantedBy.id, session);
      starting = this.#steps.environment.runtime.launch({ ...prepared.request, runId });
      run = await within(starting, this.#steps.environment.limits.start);
      const started = run;
      await this.#steps.alone(() => this.#launched(started, { context, limits, copied, wantedBy: wantedBy?.id }));
    } catch (error) {
      if (run === undefined) void starting?.then(endUnwanted, () => undefined); // It may come up after its time.
      await run?.end({ hurry: true }).catch(() => undefined);
      if (this.#steps.closed) await run?.discard().catch(() => undefined); // Told nothing, so there is nothing to read.
      await this.#steps
        .alone(() => this.#launchFailed(runId, error, wantedBy?.id))
        .catch((second: unknown) => this.#steps.environment.report('a failed launch', second));
    }
  }

  /** What was approved is what is started now: people may have changed it since, or another program may be there. Throws `NotApproved`. */
  async #checkApproval(turnId: TurnId, session: Session): Promise<void> {
    const { agents, limits } = this.#steps.environment;
    const environment = await within(agents.environmentOf(session), limits.start);
    await this.#steps.alone(() => {
      const { active } = this.#steps.state;
      if (active?.row.id !== turnId || !isApproved(active.row, session, environment))
        throw new NotApproved(environment);
    });
  }

  async #launched(run: Run, { context, limits, copied, wantedBy }: Launched): Promise<void> {
    if (this.#steps.closed) throw new ParleyError('shutting_down', 'The daemon is stopping.');
    const host = new RunHost(this.#steps.driver, context, run);
    this.#steps.host = host;
    await this.#steps.step(
      (draft) => {
        launched(this.#steps.state, draft, context.runId);
        const { session, active } = this.#steps.state;
        // It works on its words already, and they were taken back: they are nobody else's.
        if (this.#steps.driver.promptInArgv === true && active?.row.id !== wantedBy)
          endRun(this.#steps.state, draft, 'its turn is over', true);
        if (copied !== undefined) draft.emit({ type: 'notice', level: 'info', code: 'forked_later', text: copied });
        if (JSON.stringify(session.limits) !== JSON.stringify(limits)) {
          session.limits = limits;
          draft.touch();
          const text = limits.join(' ');
          const turnId = active?.row.id;
          if (text !== '')
            draft.emit({ type: 'notice', level: 'info', code: 'policy_limit', text, ...(turnId && { turnId }) });
        }
      },
      { runId: context.runId, record: run.record },
    );
    if (this.#steps.state.run.phase === 'ending')
      this.#act({ type: 'end-run', reason: 'no longer wanted', hurry: false });
    this.#follow(host);
  }

  async #launchFailed(runId: RunId, error: unknown, wantedBy: TurnId | undefined): Promise<void> {
    this.#giveSlot();
    if (this.#steps.closed) return; // The row stays: the next daemon starts the turn's process again.
    if (error instanceof NotApproved) {
      const { environment } = error;
      await this.#steps.step((draft) => notLaunched(this.#steps.state, draft, environment), { runId, closed: true });
      return;
    }
    const body = ParleyError.is(error)
      ? error.body
      : errorBody('agent_start_failed', String(error instanceof Error ? error.message : error));
    await this.#steps.step((draft) => launchFailed(this.#steps.state, draft, body, wantedBy), { runId, closed: true });
  }

  /** Read what the process says until it is gone. */
  #follow(host: RunHost): void {
    const follow = async (): Promise<void> => {
      try {
        for await (const batch of host.run.read(host.offset)) await this.#steps.alone(() => this.#lines(host, batch));
      } catch (error) {
        await this.#steps.alone(() => this.#unreadable(error));
        void host.run.end();
      }
      await host.run.exited;
      await host.run.end(); // Also after a natural exit: the sweep.
      await this.#steps.alone(() => this.#gone(host));
    };
    follow().catch((error: unknown) => this.#steps.environment.report(`following ${host.runId} failed`, error));
  }

  async #lines(host: RunHost, batch: RunBatch): Promise<void> {
    if (this.#steps.closed) return;
    for (const watcher of this.#steps.lineWatchers) watcher(batch.lines);
    await this.#steps.step(
      (draft) => {
        for (const line of batch.lines) {
          this.#steps.apply(draft, host, host.line(line, this.#steps.state.active?.row.id));
        }
        host.offset = batch.endOffset; // Inputs that follow from these lines come after all of them, now and when replayed.
      },
      { runId: host.runId, offset: batch.endOffset },
    );
  }

  async #unreadable(error: unknown): Promise<void> {
    const body = ParleyError.is(error)
      ? error.body
      : errorBody('internal', `The agent's output could not be read: ${String(error)}`);
    await this.#steps.step((draft) => {
      endTurn(this.#steps.state, draft, { state: 'failed', error: body });
      endRun(this.#steps.state, draft, body.message);
    });
  }

  async #gone(host: RunHost): Promise<void> {
    if (this.#steps.host !== host) return;
    const { code, signal } = await host.run.exited;
    const stderrTail = await host.run.stderrTail();
    const busy = isBusy(this.#steps.state);
    await this.#steps.step(
      (draft) => {
        if (busy && !beginsAgain(this.#steps.state, draft)) {
          this.#steps.apply(
            draft,
            host,
            host.input({ type: 'exited', code, signal, stderrTail }, this.#steps.state.active?.row.id),
          );
        }
        host.takeJournal();
        this.#steps.host = undefined;
        processGone(this.#steps.state, draft);
        this.#giveSlot();
      },
      { runId: host.runId, closed: true },
    );
    await host.run.discard();
  }

  #giveSlot(): void {
    if (!this.#holdsSlot) return;
    this.#holdsSlot = false;
    this.#steps.environment.slots.give();
  }
}

/** What was to be launched is not what was approved. */
class NotApproved extends Error {
  readonly environment: string;

  constructor(environment: string) {
    super('The launch plan is not the approved one.');
    this.environment = environment;
  }
}

/** The active turn was told to this process and is to begin again in another one: it had fallen silent. */
function hasGivenUp({ active }: SessionState, journal: readonly JournalEntry[]): boolean {
  return (
    active?.phase === 'starting' &&
    journal.some(({ input }) => (input.type === 'start' || input.type === 'steer') && input.turnId === active.row.id)
  );
}

/** A process that came up when nobody waited for it any more. */
async function endUnwanted(run: Run): Promise<void> {
  await run.end({ hurry: true }).catch(() => undefined);
  await run.discard().catch(() => undefined);
}
