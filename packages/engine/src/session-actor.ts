// One session's actor: what can be asked of a session, each as one step.

import { ParleyError } from '@parley/schema';
import type {
  ApprovalAnswer,
  ApprovalId,
  ChangeQueued,
  Interrupt,
  InterruptResult,
  RunChange,
  RunRecord,
  Session,
  SessionOrigin,
  SubmitResult,
  SubmitTurn,
  TurnId,
  TurnRow,
  UpdateSession,
} from '@parley/schema';
import { resolveApproval } from './decide/approvals.ts';
import type { Draft } from './decide/draft.ts';
import { cancelQueued, changeQueued, shareTurn } from './decide/queue.ts';
import { isBusy } from './decide/state.ts';
import type { SessionState } from './decide/state.ts';
import { submit } from './decide/submit.ts';
import { endRun, interruptTurn } from './decide/turns.ts';
import type { EventSink } from './hub.ts';
import { fingerprintOf, repeated } from './idempotency.ts';
import type { Acceptance } from './requests/requests.ts';
import { RunLife } from './run-life.ts';
import { SessionSteps } from './session-steps.ts';
import type { ActorEnvironment } from './session-steps.ts';

/** What a request has become, and its session as it was right before. */
export interface Accepted extends SubmitResult {
  readonly session: Session;
}

/** A process of an agent, and what it is there for. */
export interface EngineProcess {
  readonly session: Session;
  readonly turn?: Pick<TurnRow, 'id' | 'startedAt'>;
  /** Absent while it is being brought up. */
  readonly run?: RunRecord;
}

export class SessionActor {
  readonly life: RunLife;
  readonly #steps: SessionSteps;
  /** It is being deleted. */
  #gone = false;

  constructor(state: SessionState, environment: ActorEnvironment) {
    this.#steps = new SessionSteps(state, environment);
    this.life = new RunLife(this.#steps);
  }

  get state(): SessionState {
    return this.#steps.state;
  }

  get session(): Session {
    return this.#steps.session;
  }

  /** True while its process is up and has nothing to do. */
  get idleSince(): number | undefined {
    return this.state.run.phase === 'up' && !isBusy(this.state) ? this.state.run.idleSince : undefined;
  }

  /** Its process, and what it works on. */
  get process(): EngineProcess | undefined {
    const { active, run } = this.state;
    if (run.phase === 'none' && active === undefined) return undefined;
    const record = this.#steps.host?.run.record;
    return {
      session: this.session,
      ...(active === undefined ? {} : { turn: active.row }),
      ...(record === undefined ? {} : { run: record }),
    };
  }

  /**
   * Accept an input. Resolves once it is durable. `by`: what sends it by itself; a person makes the session their own. Throws `queue_full`,
   * `idempotency_conflict`, `unknown_session`.
   */
  submit(input: SubmitTurn, by?: SessionOrigin): Promise<SubmitResult> {
    return this.#steps.alone(async () => {
      this.#open();
      const key = input.idempotencyKey;
      const fingerprint = fingerprintOf(input);
      if (key !== undefined) {
        const earlier = await this.#steps.environment.store.idempotent(this.state.session.id, key);
        if (earlier !== undefined) return repeated(earlier, fingerprint, key);
      }
      return this.#steps.step((draft) => {
        const result = this.#submit(draft, input);
        if (by === undefined) this.#claim(draft);
        if (key !== undefined) draft.remember = { key, fingerprint, result: JSON.stringify(result), at: draft.now };
        return result;
      });
    });
  }

  /** A request. Resolves once it is durable, with the session as it was right before. Throws `queue_full`, `unknown_session`. */
  accept(input: SubmitTurn, request: Acceptance): Promise<Accepted> {
    return this.#steps.alone(() => {
      this.#open();
      return this.#steps.step((draft) => this.#accept(draft, input, request));
    });
  }

  /** A request as the first thing of a new session: both are kept, or neither. */
  begin(input: SubmitTurn, request: Acceptance): Promise<Accepted> {
    return this.#steps.alone(() =>
      this.#steps.step((draft) => {
        this.#announce(draft);
        return this.#accept(draft, input, request);
      }),
    );
  }

  #accept(draft: Draft, input: SubmitTurn, { key, fingerprint, digest, told, row }: Acceptance): Accepted {
    const { session } = this;
    const submitted = this.#submit(draft, input, row);
    const { sessionId, turnId } = submitted;
    const approval = told?.approval && { ...told.approval, sessionId, turnId };
    if (approval !== undefined) draft.requestApprovals.set(approval.id, approval);
    const result = { ...submitted, ...told, ...(approval === undefined ? {} : { approval }) };
    if (key !== undefined || digest !== undefined) {
      draft.request = {
        turnId: result.turnId,
        at: draft.now,
        result: JSON.stringify(result),
        ...(key === undefined ? {} : { key }),
        ...(fingerprint === undefined ? {} : { fingerprint }),
        ...(digest === undefined ? {} : { digest }),
      };
    }
    return { ...result, session };
  }

  #submit(draft: Draft, input: SubmitTurn, row: Acceptance['row'] = {}): SubmitResult {
    const submitted = submit(this.state, draft, input, {
      row,
      steer: this.#steps.driver.capabilities.steer,
      maxQueue: this.#steps.environment.maxQueue,
    });
    this.#title(draft, input.text);
    return { sessionId: this.state.session.id, ...submitted };
  }

  /** True while this turn goes on and nobody has stopped it: then it answers one more caller. Undefined: it goes, with its session. */
  share(turnId: TurnId): Promise<boolean | undefined> {
    return this.#steps.alone(() => {
      if (this.#gone) return undefined;
      this.#open();
      return this.#steps.step((draft) => shareTurn(this.state, draft, turnId));
    });
  }

  /** Stop the running turn. Resolves once that is durable; its end follows as an event. */
  interrupt({ queue = 'keep', unlessShared = false }: Interrupt): Promise<InterruptResult> {
    return this.#steps.alone(() =>
      this.#steps.step((draft) => {
        const { id: turnId, shared } = this.state.active?.row ?? {};
        if (unlessShared && shared === true) return {};
        if (queue === 'drop') this.#dropQueue(draft);
        interruptTurn(this.state, draft);
        return turnId === undefined ? {} : { turnId };
      }),
    );
  }

  #dropQueue(draft: Draft): void {
    for (const row of [...this.state.queue]) cancelQueued(this.state, draft, row.id);
    for (const steer of this.state.steers.values()) {
      steer.onlyHere = 'The turn was stopped and the queue dropped.';
      draft.turn({ ...steer.row, steerOnly: true });
    }
  }

  /** Take a queued turn back. Throws `turn_not_queued`. */
  cancelQueued(turnId: TurnId): Promise<void> {
    return this.#steps.alone(() =>
      this.#steps.step((draft) => {
        if (!cancelQueued(this.state, draft, turnId))
          throw new ParleyError('turn_not_queued', `Turn ${turnId} is not in the queue.`);
      }),
    );
  }

  /** New words or a new place for a queued turn. Throws `turn_not_queued`. */
  changeQueued(turnId: TurnId, change: ChangeQueued): Promise<void> {
    return this.#steps.alone(() =>
      this.#steps.step((draft) => {
        if (!changeQueued(this.state, draft, turnId, change))
          throw new ParleyError('turn_not_queued', `Turn ${turnId} is not in the queue.`);
      }),
    );
  }

  /** Answer an approval; the first answer wins. Throws `approval_resolved`, `invalid_request`. */
  answer(approvalId: ApprovalId, answer: ApprovalAnswer): Promise<void> {
    return this.#steps.alone(() =>
      this.#steps.step((draft) => {
        const approval = this.state.approvals.get(approvalId);
        if (approval === undefined)
          throw new ParleyError('approval_resolved', `Approval ${approvalId} does not wait for an answer any more.`);
        const option = approval.options.find(({ id }) => id === answer.optionId);
        if (option === undefined) {
          const known = approval.options.map(({ id }) => id).join(', ');
          throw new ParleyError(
            'invalid_request',
            `Approval ${approvalId} has no option "${answer.optionId}"; it has: ${known}.`,
            { field: 'optionId' },
          );
        }
        resolveApproval(this.state, draft, approval, option, answer, 'person');
      }),
    );
  }

  /** Policy and model hold from the next turn on. */
  update(change: UpdateSession): Promise<Session> {
    return this.#steps
      .alone(() =>
        this.#steps.step((draft) => {
          Object.assign(this.state.session, change);
          if (change.title !== undefined) this.#claim(draft);
          draft.emit({ type: 'session.updated', ...change });
          draft.touch();
          draft.durable = true;
          return this.session;
        }),
      )
      .then(() => this.session);
  }

  /** The first event of a new session. */
  announce(): Promise<void> {
    return this.#steps.alone(() => this.#steps.step((draft) => this.#announce(draft)));
  }

  #announce(draft: Draft): void {
    const { agent, cwd, title, policy } = this.state.session;
    draft.emit({ type: 'session.created', agent, cwd, title, policy });
    draft.durable = true;
    draft.touch();
  }

  /** Let an idle process go, to make room. */
  endIdle(): Promise<void> {
    return this.#steps.alone(() =>
      this.#steps.step((draft) => {
        if (this.idleSince !== undefined) endRun(this.state, draft, 'room for another session');
      }),
    );
  }

  /** Ends what runs and what waits; from then on it takes nothing more. False: `may` said no, and nothing was done. */
  async end(may: (session: Session) => boolean): Promise<boolean> {
    const ends = await this.#steps.alone(async () => {
      if (!may(this.session)) return false;
      this.#gone = true;
      // What waits in it has an end too, in the recorder.
      await this.#steps.step((draft) => {
        this.#dropQueue(draft);
        interruptTurn(this.state, draft);
      });
      return true;
    });
    if (ends) await this.close('end');
    return ends;
  }

  /** Stop watching. `keep` leaves a working turn's process alone; everything else is ended. Resolves when that is done. */
  async close(runs: 'keep' | 'end'): Promise<void> {
    await this.#steps.alone(async () => {
      this.state.closing = true;
      if (runs === 'end' && isBusy(this.state)) await this.#steps.step((draft) => interruptTurn(this.state, draft));
      await this.#steps.close();
    });
    await this.life.close(runs);
  }

  /** After a restart, when no process of this session is left to adopt. */
  resume(closedRun: RunChange | undefined): Promise<void> {
    return this.#steps.alone(() => this.#steps.step(() => undefined, closedRun));
  }

  /** Subscribe between two steps, so that nothing falls between replay and live. */
  subscribe(after: number, sink: EventSink): Promise<() => void> {
    return this.#steps.alone(() => Promise.resolve(this.#steps.hub.subscribe(after, this.state.session.head, sink)));
  }

  watchLines(watcher: (lines: readonly string[]) => void): () => void {
    const { lineWatchers } = this.#steps;
    lineWatchers.add(watcher);
    return () => void lineWatchers.delete(watcher);
  }

  #title(draft: Draft, text: string): void {
    const { session } = this.state;
    if (session.title !== '') return;
    const line = text.trim().split('\n')[0] ?? '';
    session.title = line.length > 80 ? line.slice(0, 79) + '…' : line;
    draft.emit({ type: 'session.updated', title: session.title });
    draft.touch();
  }

  /** A person goes on with it: it is theirs to delete. */
  #claim(draft: Draft): void {
    if (this.state.session.origin === undefined) return;
    delete this.state.session.origin;
    draft.touch();
  }

  #open(): void {
    if (this.#gone)
      throw new ParleyError(
        'unknown_session',
        `There is no session ${this.state.session.id} any more: it is being deleted.`,
      );
    if (this.#steps.closed) throw new ParleyError('shutting_down', 'The daemon is stopping.');
  }
}
