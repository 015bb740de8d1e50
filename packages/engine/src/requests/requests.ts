// Requests: words for an agent, in a new session or in one that exists, in one call. In four steps: a request that was made before has
// its result already; then its words are settled and allowed; then one that was asked just now is not asked twice; then there is a turn.

import { ParleyError } from '@parley/schema';
import type {
  AcceptedRequest,
  Config,
  MakeRequest,
  Optimization,
  RequestApproval,
  RequestResult,
  Session,
  SessionOrigin,
  Store,
  TurnRow,
  Workspaces,
} from '@parley/schema';
import type { Agents } from '../agents.ts';
import type { Engine } from '../engine.ts';
import { decideRequest, isManaged, reviewOf } from './approve/decide-request.ts';
import type { AskedRequest, Managed } from './approve/decide-request.ts';
import { answersToo, digestOf, mayReuse } from './dedup.ts';
import { KeyedLock } from './keyed-lock.ts';
import { fingerprintOf, repeatedOf } from './keys.ts';
import { optimizePrompt } from './optimize/optimize.ts';

export interface RequestsOptions {
  readonly engine: Engine;
  readonly store: Pick<Store, 'acceptedRequest' | 'requestsLike' | 'findTurn' | 'commit' | 'addRequestApproval'>;
  readonly agents: Pick<Agents, 'environmentOf'>;
  /** Tells the state of folders. Absent: nobody does, and every request runs. */
  readonly workspaces?: Pick<Workspaces, 'state'>;
  readonly config: Config['requests'];
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export class Requests {
  readonly #options: RequestsOptions;
  readonly #now: () => number;
  /** Of two requests with one key, or two that ask the same, the second waits until the first has its turn. */
  readonly #lock = new KeyedLock();

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Starts or queues a turn of its own, or tells of the one that answers this too. Throws what making a session and submitting to it throw,
   * and `idempotency_conflict`. `origin`: what a new session is to say of who made it.
   */
  make(request: MakeRequest, origin: SessionOrigin = 'request'): Promise<RequestResult> {
    const { idempotencyKey: key } = request;
    if (key === undefined) return this.#allow(request, { origin });
    return this.#lock.run(`key ${key}`, async () => {
      const kept = await this.#options.store.acceptedRequest(key);
      if (kept === undefined) return this.#allow(request, { origin, key, fingerprint: fingerprintOf(request) });
      const result = repeatedOf(kept, request, key);
      return { ...result, session: await this.#before(result) };
    });
  }

  async #allow(request: MakeRequest, as: Acceptance): Promise<RequestResult> {
    const { session, change } = await this.#draft(request.session, as.origin);
    const optimized = request.optimizePrompt === true ? optimizePrompt(request.text) : undefined;
    const text = optimized?.text ?? request.text;
    const asked = { text, session, choice: request.approval, config: this.#options.config };
    const managed = isManaged(asked) ? await this.#decide(asked) : undefined;
    const told: Told = {
      reviewIntegrity: managed?.record.reviewIntegrity ?? reviewOf(asked),
      ...(managed === undefined ? {} : { approval: managed.record }),
      ...(optimized === undefined ? {} : { optimization: sizesOf(optimized) }),
    };
    const row = {
      ...(change === undefined ? {} : { change }),
      ...(managed?.hold === undefined ? {} : { hold: managed.hold }),
      ...(optimized?.applied === true ? { originalText: request.text } : {}),
      ...(request.optimizeResponse === true ? { optimizeAnswer: true } : {}),
    };
    return this.#once({ ...request, text }, session, { ...as, told, row });
  }

  /** The session as the turn is to have it: what is decided, and nothing is done of it yet. */
  async #draft(wanted: MakeRequest['session'], origin: SessionOrigin): Promise<Drafted> {
    const { engine } = this.#options;
    if (typeof wanted === 'string') return { session: engine.sessionAfterQueue(wanted) };
    if ('agent' in wanted) return { session: await engine.draftSession(wanted, origin) };
    if ('id' in wanted) return engine.draftChange(wanted);
    const { fork, ...change } = wanted;
    return { session: { ...(await engine.draftFork(fork, change)), origin } };
  }

  /** Throws `approval_denied`. */
  async #decide(asked: AskedRequest): Promise<Managed> {
    const { agents, store } = this.#options;
    const environment = await agents.environmentOf(asked.session);
    const managed = decideRequest(asked, { environment, now: this.#now() });
    if (managed.hold !== undefined) return managed;
    await store.addRequestApproval(managed.record);
    throw denied(managed.record);
  }

  /** The turn of an earlier request that asked the same, or a turn of its own: what a person decides about is decided for this one alone. */
  async #once(request: MakeRequest, session: Session, as: Acceptance): Promise<RequestResult> {
    const decided = as.row?.hold?.decision !== 'asked';
    const digest = decided ? await this.#digestOf(request, session) : undefined;
    if (digest === undefined) return this.#begin(request, session, as);
    return this.#lock.run(`digest ${digest}`, async () => {
      const earlier = request.dedup === 'reuse' ? await this.#earlier(digest) : undefined;
      return earlier === undefined
        ? this.#begin(request, session, { ...as, digest })
        : this.#reuse(earlier, request, as);
    });
  }

  /** Undefined: a turn of its own, whatever else was asked. */
  async #digestOf(request: MakeRequest, session: Session): Promise<string | undefined> {
    const { config, agents, workspaces } = this.#options;
    if (isExisting(request.session) || config.dedup_window === 0 || !mayReuse(request, session)) return undefined;
    const [environment, ...folders] = await Promise.all([
      agents.environmentOf(session),
      ...[session.cwd, ...(session.addedFolders ?? [])].map((folder) => workspaces?.state(folder)),
    ]);
    if (!folders.every((state) => state !== undefined)) return undefined;
    return digestOf({ request, session, environment, folders });
  }

  async #earlier(digest: string): Promise<AcceptedRequest | undefined> {
    const { engine, store, config } = this.#options;
    for (const one of await store.requestsLike(digest, this.#now() - config.dedup_window * 1000)) {
      const isShared = await engine.share(one.sessionId, one.turnId);
      if (isShared === undefined) continue; // What it has answered goes with its session.
      if (isShared) return one;
      const turn = await store.findTurn(one.turnId);
      if (turn !== undefined && answersToo(turn)) return one;
    }
    return undefined;
  }

  async #reuse(
    { sessionId, turnId, at, result: first }: AcceptedRequest,
    { text, correlationId }: MakeRequest,
    as: Acceptance,
  ): Promise<RequestResult> {
    const { outcome } = JSON.parse(first) as Pick<RequestResult, 'outcome'>;
    const now = this.#now();
    const { approval } = as.told ?? {};
    const told = approval === undefined ? as.told : { ...as.told, approval: { ...approval, sessionId, turnId } };
    if (told?.approval !== undefined) await this.#options.store.addRequestApproval(told.approval);
    const result = { sessionId, turnId, outcome, deduped: { ageMs: now - at, turnId }, ...told };
    const { key, fingerprint } = as;
    const kept =
      key === undefined || fingerprint === undefined
        ? undefined
        : { turnId, at: now, key, fingerprint, result: JSON.stringify(result) };
    const { engine } = this.#options;
    const session = engine.session(sessionId);
    await engine.recorder.addDeduped({ session, of: turnId, text, correlationId }, kept);
    return { ...result, session: await this.#before(result) };
  }

  async #begin(
    { session: wanted, text, timeoutMs, correlationId }: MakeRequest,
    session: Session,
    as: Acceptance,
  ): Promise<RequestResult> {
    const input = {
      text,
      // A turn of its own: words into somebody else's running turn are no request.
      when: 'queue',
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(correlationId === undefined ? {} : { correlationId }),
    } as const;
    return this.#options.engine.accept(isExisting(wanted) ? session.id : session, input, as);
  }

  /** The session, with the head of right before the turn. */
  async #before({ sessionId, turnId }: Pick<RequestResult, 'sessionId' | 'turnId'>): Promise<Session> {
    const session = this.#options.engine.session(sessionId);
    const turn: TurnRow | undefined = await this.#options.store.findTurn(turnId);
    return turn?.startSeq === undefined ? session : { ...session, head: turn.startSeq - 1 };
  }
}

/** What is kept of a request that makes a turn. */
export interface Acceptance {
  readonly origin: SessionOrigin;
  readonly key?: string;
  readonly fingerprint?: string;
  readonly digest?: string;
  /** What its caller is told of it, now and when the same is asked under its key. */
  readonly told?: Told;
  /** What is kept with its turn. */
  readonly row?: Pick<TurnRow, 'change' | 'hold' | 'originalText' | 'optimizeAnswer'>;
}

/** A session as a request wants it. */
export interface Drafted {
  readonly session: Session;
  /** What of a session that exists is to become another with the turn. */
  readonly change?: TurnRow['change'];
}

function isExisting(wanted: MakeRequest['session']): boolean {
  return typeof wanted === 'string' || 'id' in wanted;
}

type Told = Pick<RequestResult, 'approval' | 'reviewIntegrity' | 'optimization'>;

function denied(record: RequestApproval): ParleyError {
  const { score, threshold, policy, reasons } = record;
  const text = `It scored ${score}, where ${policy} lets ${threshold} through: ${reasons.join('; ')}. Nothing was started.`;
  return new ParleyError('approval_denied', text, { approval: record });
}

function sizesOf({ applied, rules, before, after }: Optimization): Optimization {
  return { applied, rules, before, after };
}
