// The typed client of the daemon: one method for each route, and what is followed live.

import type {
  AgentPage,
  AgentView,
  Approval,
  ApprovalAnswer,
  ApprovalId,
  ApprovalPage,
  ChangeQueued,
  ConsultationId,
  ConsultationPage,
  ConsultReport,
  ConsultSummary,
  CreateConsultation,
  CreateSession,
  DaemonView,
  EventPage,
  FindModels,
  FindRequests,
  FolderPage,
  ForkSession,
  InstallPlan,
  InstallProgress,
  Interrupt,
  InterruptResult,
  MakeRequest,
  MetricsView,
  ModelPage,
  OwnedProcess,
  PairingLink,
  ParleyEvent,
  PlanInstallation,
  QueuedTurn,
  QueuePage,
  ProcessPage,
  RequestPage,
  RequestRecord,
  RequestApproval,
  RequestApprovalPage,
  RequestResult,
  Session,
  SessionId,
  SessionPage,
  StopDaemon,
  SubmitResult,
  SubmitTurn,
  Turn,
  TurnId,
  TurnPage,
  UpdateSession,
} from '@parley/schema';
import { call, callLines, callText } from './call.ts';
import type { Call } from './call.ts';
import { failure, failureOf, isParleyError } from './failure.ts';
import { Live } from './live/live.ts';
import type { FollowOptions } from './live/live.ts';
import type { LinkState } from './live/link.ts';
import { defaultReconnect, delayBefore } from './live/reconnect.ts';
import type { Reconnect } from './live/reconnect.ts';
import type { Transport } from './transport.ts';

/** GET /healthz */
export interface Health {
  readonly ok: boolean;
  readonly version: string;
}

/** One value of the effective configuration and where it comes from: a flag, a variable, a file or the default. */
export interface ConfigEntry {
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
}

export interface ConfigView {
  readonly entries: readonly ConfigEntry[];
}

/** How often a turn is sent again, under the same key, when the daemon goes away in between. */
const submitAttempts = 4;

/**
 * A client of one daemon. Methods throw `ParleyError`: the daemon's own, or `daemon_unreachable`.
 *
 * ```ts
 * const client = createClient({ baseUrl: 'http://127.0.0.1:7337', token });
 * const session = await client.createSession({ agent: 'codex', cwd: '/code/project' });
 * const { turnId } = await client.submit(session.id, { text: 'Which tests are slow?' });
 * for await (const event of client.events(session.id)) if (event.type === 'turn.completed') break;
 * ```
 */
export class Client {
  readonly #transport: Transport;
  readonly #live: Live;

  constructor(transport: Transport, reconnect: Partial<Reconnect> = {}) {
    this.#transport = transport;
    this.#live = new Live(transport, { ...defaultReconnect, ...reconnect });
  }

  /** Where the daemon is: an address, or the path of a socket. */
  get place(): string {
    return this.#transport.place;
  }

  health(signal?: AbortSignal): Promise<Health> {
    return this.#call({ method: 'GET', path: '/healthz', signal });
  }

  daemon(): Promise<DaemonView> {
    return this.#call({ method: 'GET', path: '/api/daemon' });
  }

  /** Resolves when the daemon has begun to stop. */
  async stopDaemon(options: StopDaemon = {}): Promise<void> {
    await this.#call({ method: 'POST', path: '/api/daemon/stop', body: options });
  }

  /** Requests, ends, times and tokens by agent, and how the daemon itself does. */
  metrics(): Promise<MetricsView> {
    return this.#call({ method: 'GET', path: '/api/metrics' });
  }

  createPairingLink(): Promise<PairingLink> {
    return this.#call({ method: 'POST', path: '/api/pairing-links', body: {} });
  }

  async config(): Promise<readonly ConfigEntry[]> {
    return (await this.#call<ConfigView>({ method: 'GET', path: '/api/config' })).entries;
  }

  /** The folders inside a folder (absolute path), or inside the home folder. */
  folders(path?: string): Promise<FolderPage> {
    return this.#call({ method: 'GET', path: `/api/folders${query({ path })}` });
  }

  async agents(): Promise<readonly AgentView[]> {
    return (await this.#call<AgentPage>({ method: 'GET', path: '/api/agents' })).agents;
  }

  /** What installing an agent would do. Throws `invalid_request` for an agent or a version that npm does not have. */
  planInstallation(name: string, { version }: PlanInstallation = {}): Promise<InstallPlan> {
    return this.#call({ method: 'GET', path: `${agentPath(name)}/plan${query({ version })}` });
  }

  /** Installs an agent in its proven version or the one that is named; yields what happens, line by line, and throws when it fails. */
  async *installAgent(
    name: string,
    { signal, ...body }: PlanInstallation & { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<InstallProgress> {
    const request: Call = { method: 'POST', path: `${agentPath(name)}/install`, body, signal };
    for await (const progress of callLines<InstallProgress>(this.#transport, request)) {
      yield progress;
      if (progress.error !== undefined) throw await failureOf(progress.error);
      if (progress.done === true) return;
    }
    throw await failure('daemon_unreachable', `The daemon went away while it installed ${name}.`);
  }

  /** The models of all agents or of one; with `name`, also what that name becomes in a new session. Throws `unknown_agent`. */
  models({ agent, name }: FindModels = {}): Promise<ModelPage> {
    return this.#call({ method: 'GET', path: `/api/models${query({ agent, name })}` });
  }

  /** The recorder's rows, newest first, prompts and answers shortened. Throws `unknown_turn` where there is no `before`. */
  async records(find: FindRequests = {}): Promise<readonly RequestRecord[]> {
    return (await this.#call<RequestPage>({ method: 'GET', path: `/api/requests${query({ ...find })}` })).requests;
  }

  /** One row of the recorder. Throws `unknown_turn`. */
  record(id: TurnId): Promise<RequestRecord> {
    return this.#call({ method: 'GET', path: `/api/requests/${encodeURIComponent(id)}` });
  }

  /** The processes of agents that run now, and how they are. */
  async processes(): Promise<readonly OwnedProcess[]> {
    return (await this.#call<ProcessPage>({ method: 'GET', path: '/api/processes' })).processes;
  }

  createSession(input: CreateSession): Promise<Session> {
    return this.#call({ method: 'POST', path: '/api/sessions', body: input });
  }

  async sessions(): Promise<readonly Session[]> {
    return (await this.#call<SessionPage>({ method: 'GET', path: '/api/sessions' })).sessions;
  }

  session(id: SessionId): Promise<Session> {
    return this.#call({ method: 'GET', path: sessionPath(id) });
  }

  updateSession(id: SessionId, change: UpdateSession): Promise<Session> {
    return this.#call({ method: 'PATCH', path: sessionPath(id), body: change });
  }

  /** A new session that goes on from the same conversation; the old one stays as it is. Throws `fork_unsupported`. */
  forkSession(id: SessionId, fork: ForkSession = {}): Promise<Session> {
    return this.#call({ method: 'POST', path: `${sessionPath(id)}/fork`, body: fork });
  }

  async deleteSession(id: SessionId): Promise<void> {
    await this.#call({ method: 'DELETE', path: sessionPath(id) });
  }

  /** Newest first. */
  async turns(id: SessionId): Promise<readonly Turn[]> {
    return (await this.#call<TurnPage>({ method: 'GET', path: `${sessionPath(id)}/turns` })).turns;
  }

  turn(id: SessionId, turnId: TurnId): Promise<Turn> {
    return this.#call({ method: 'GET', path: `${sessionPath(id)}/turns/${encodeURIComponent(turnId)}` });
  }

  /** A turn by its id alone. Throws `unknown_turn`. */
  findTurn(turnId: TurnId): Promise<Turn> {
    return this.#call({ method: 'GET', path: `/api/turns/${encodeURIComponent(turnId)}` });
  }

  /**
   * Sends words to a session. They are accepted once: without an idempotency key one is made, and when the daemon goes away before it
   * answers, they are sent again under the same key.
   */
  async submit(id: SessionId, turn: SubmitTurn): Promise<SubmitResult> {
    const body: SubmitTurn = { ...turn, idempotencyKey: turn.idempotencyKey ?? newKey() };
    return whileItMayPass(() => this.#call({ method: 'POST', path: `${sessionPath(id)}/turns`, body }));
  }

  /**
   * Asks an agent in one call: a turn of its own, in the session that is named or in a new one. Accepted once, as `submit`: nothing is begun
   * twice, however often it is sent.
   */
  request(request: MakeRequest): Promise<RequestResult> {
    const body: MakeRequest = { ...request, idempotencyKey: request.idempotencyKey ?? newKey() };
    return whileItMayPass(() => this.#call({ method: 'POST', path: '/api/requests', body }));
  }

  /** Gives a queued turn new words or a new place (1 is next); tells the queue as it is then. Throws `turn_not_queued`. */
  async changeQueued(id: SessionId, turnId: TurnId, change: ChangeQueued): Promise<readonly QueuedTurn[]> {
    const path = `${sessionPath(id)}/queue/${encodeURIComponent(turnId)}`;
    return (await this.#call<QueuePage>({ method: 'PATCH', path, body: change })).queue;
  }

  /** Takes a turn out of the queue. Throws `turn_not_queued` when it has started. */
  async cancelQueued(id: SessionId, turnId: TurnId): Promise<void> {
    await this.#call({ method: 'DELETE', path: `${sessionPath(id)}/queue/${encodeURIComponent(turnId)}` });
  }

  interrupt(id: SessionId, options: Interrupt = {}): Promise<InterruptResult> {
    return this.#call({ method: 'POST', path: `${sessionPath(id)}/interrupt`, body: options });
  }

  /** A page of stored events with `seq > after`, oldest first. */
  eventPage(id: SessionId, range: { readonly after?: number; readonly limit?: number } = {}): Promise<EventPage> {
    return this.#call({ method: 'GET', path: `${sessionPath(id)}/events${query(range)}` });
  }

  /** Approvals that wait for an answer, or all, oldest first; with `limit` (1 to 500) the newest ones. */
  async approvals({
    pending,
    ...find
  }: {
    readonly pending?: boolean;
    readonly limit?: number;
    readonly agent?: string;
  } = {}): Promise<readonly Approval[]> {
    const path = `/api/approvals${query({ pending: pending === true ? 'true' : undefined, ...find })}`;
    return (await this.#call<ApprovalPage>({ method: 'GET', path })).approvals;
  }

  /** What was decided about requests before anything was started, newest first, at most `limit` (1 to 500, 50 unless said). */
  async requestApprovals(
    find: { readonly limit?: number; readonly agent?: string } = {},
  ): Promise<readonly RequestApproval[]> {
    const path = `/api/request-approvals${query(find)}`;
    return (await this.#call<RequestApprovalPage>({ method: 'GET', path })).approvals;
  }

  /** Throws `approval_resolved` when somebody else or the deadline was faster. */
  async answerApproval(id: ApprovalId, answer: ApprovalAnswer): Promise<void> {
    await this.#call({ method: 'POST', path: `/api/approvals/${encodeURIComponent(id)}`, body: answer });
  }

  /**
   * Asks several agents at once; tells the report as it stands, which is before anybody has answered. It is begun once: when the daemon goes
   * away before it answers, it is asked for again under the same key. Throws `invalid_request`, `unknown_agent`, `folder_missing`,
   * `policy_not_allowed`.
   */
  createConsultation(request: CreateConsultation): Promise<ConsultReport> {
    const body: CreateConsultation = { ...request, idempotencyKey: request.idempotencyKey ?? newKey() };
    return whileItMayPass(() => this.#call({ method: 'POST', path: '/api/consultations', body }));
  }

  /** Newest first. */
  async consultations(range: { readonly limit?: number } = {}): Promise<readonly ConsultSummary[]> {
    const path = `/api/consultations${query(range)}`;
    return (await this.#call<ConsultationPage>({ method: 'GET', path })).consultations;
  }

  /** The report as it stands. Throws `unknown_consultation`. */
  consultation(id: ConsultationId): Promise<ConsultReport> {
    return this.#call({ method: 'GET', path: consultationPath(id) });
  }

  /** The report as Markdown, with every answer as it was given. */
  consultationMarkdown(id: ConsultationId): Promise<string> {
    return callText(this.#transport, { method: 'GET', path: `${consultationPath(id)}?format=markdown` });
  }

  /** Interrupts all who still work in it; one that has ended stays as it is. */
  interruptConsultation(id: ConsultationId): Promise<ConsultReport> {
    return this.#call({ method: 'POST', path: `${consultationPath(id)}/interrupt`, body: {} });
  }

  /** Interrupts it and forgets its report. The sessions stay. */
  async deleteConsultation(id: ConsultationId): Promise<void> {
    await this.#call({ method: 'DELETE', path: consultationPath(id) });
  }

  /**
   * The report as it stands, and again whenever something has happened, over lost connections too; ends after the report of a consultation
   * that has ended. A slow reader gets the newest only. Subscribes at once, so it has to be iterated or aborted. Throws `unknown_consultation`.
   */
  followConsultation(id: ConsultationId, options: Pick<FollowOptions, 'signal'> = {}): AsyncGenerator<ConsultReport> {
    return this.#live.reports(id, options);
  }

  /**
   * All events after `after`, then the live ones, each once and in order, over lost connections too. Subscribes at once, so it has to
   * be iterated or aborted. Throws `unknown_session`, what the gate says, or `daemon_unreachable` after the time to give up.
   */
  events(id: SessionId, options: FollowOptions = {}): AsyncGenerator<ParleyEvent> {
    return oneByOne(this.eventBatches(id, options));
  }

  /** As `events`, in batches as they came: for those who do something costly (a repaint) after each. */
  eventBatches(id: SessionId, options: FollowOptions = {}): AsyncGenerator<readonly ParleyEvent[]> {
    return this.#live.eventBatches(id, options);
  }

  /** The list of sessions, newest first, now and after each change; a slow reader gets the newest list only. */
  watchSessions(options: Pick<FollowOptions, 'signal'> = {}): AsyncGenerator<readonly Session[]> {
    return this.#live.sessionLists(options);
  }

  /** Tells whether what is followed is connected, now and after each change. Returns what ends it. */
  onConnection(listener: (state: LinkState) => void): () => void {
    return this.#live.onState(listener);
  }

  #call<Answer>(request: Call): Promise<Answer> {
    return call<Answer>(this.#transport, request);
  }
}

/** For what the daemon does once, however often it is asked: asks again when the daemon goes away before it answers. */
async function whileItMayPass<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const mayPass = isParleyError(error) && (error.code === 'daemon_unreachable' || error.code === 'shutting_down');
      if (!mayPass || attempt + 1 >= submitAttempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayBefore(attempt, defaultReconnect, Math.random())));
    }
  }
}

async function* oneByOne<Value>(batches: AsyncIterable<readonly Value[]>): AsyncGenerator<Value> {
  for await (const batch of batches) yield* batch;
}

function agentPath(name: string): string {
  return `/api/agents/${encodeURIComponent(name)}`;
}

function sessionPath(id: SessionId): string {
  return `/api/sessions/${encodeURIComponent(id)}`;
}

function consultationPath(id: ConsultationId): string {
  return `/api/consultations/${encodeURIComponent(id)}`;
}

function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const pairs = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/**
 * Unique within a session and among a day's requests, which is all that it must be. Not from `crypto`: `randomUUID` is missing on pages that were opened over plain
 * HTTP by another name than localhost, and loading Web Crypto costs a short command 2 ms (Node 24.21).
 */
function newKey(): string {
  return [Date.now(), Math.random(), Math.random()].map((number) => number.toString(36).replace('0.', '')).join('-');
}
