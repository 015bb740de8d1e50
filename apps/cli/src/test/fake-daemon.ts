// A daemon that speaks the contract over a unix socket and whose agent does what a test says. Bodies are checked with the schemas.

import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  ApprovalAnswerSchema,
  ClientFrameSchema,
  CreateSessionSchema,
  InterruptSchema,
  newId,
  ParleyError,
  errorBody,
  errorCatalogue,
  StopDaemonSchema,
  SubmitTurnSchema,
  UpdateSessionSchema,
} from '@parley/schema';
import type {
  Approval,
  ApprovalAnswer,
  ApprovalRequest,
  ConsultReport,
  EventBody,
  ParleyEvent,
  ServerFrame,
  Session,
  SessionId,
  SubmitResult,
  Turn,
  TurnId,
} from '@parley/schema';
import { markdownOf } from '@parley/consult';
import type { ConsultAgents } from '@parley/consult';
import { agentsOver, FakeConsultations } from '@parley/consult/testing';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { FakeMachine } from './fake-machine.ts';

/** What a test's agent can do within a turn. */
export interface FakeTurn {
  readonly turn: Turn;
  readonly session: Session;
  emit(body: EventBody): void;
  say(text: string): void;
  complete(answer: string): void;
  end(body: EventBody): void;
  ask(request: Omit<ApprovalRequest, 'id'>): Promise<ApprovalAnswer>;
  readonly interrupted: Promise<void>;
}

type Play = (turn: FakeTurn) => void | Promise<void>;

interface Kept {
  session: Session;
  readonly events: ParleyEvent[];
  readonly turns: Turn[];
  interrupt: () => void;
}

export class FakeDaemon extends FakeMachine {
  /** Bodies of what was accepted, by route. */
  readonly accepted: { readonly route: string; readonly body: unknown }[] = [];
  play: Play = (turn) => turn.complete(`You said: ${turn.turn.text}`);
  readonly #kept = new Map<SessionId, Kept>();
  readonly #approvals = new Map<string, { approval: Approval; answered: (answer: ApprovalAnswer) => void }>();
  readonly #consultations = new FakeConsultations(this.#consultAgents());
  #heard = Promise.withResolvers<void>();
  readonly #followers = new Set<{ readonly peer: WebSocket; readonly sessionId: SessionId }>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #sockets = new WebSocketServer({ server: this.#server, path: '/api/ws' });
  #socket = '';
  #changedAt = 0;

  async listen(socket: string): Promise<this> {
    this.#socket = socket;
    this.#sockets.on('connection', (peer) => peer.on('message', (data: Buffer) => this.#frame(peer, data.toString())));
    await new Promise<void>((resolve) => this.#server.listen(socket, resolve));
    return this;
  }

  async close(): Promise<void> {
    this.#consultations.close();
    this.cutConnections();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** As when the network breaks, or the daemon begins anew. */
  cutConnections(): void {
    for (const peer of this.#sockets.clients) peer.terminate();
  }

  bodies(route: string): readonly unknown[] {
    return this.accepted.filter((one) => one.route === route).map(({ body }) => body);
  }

  addSession(change: Partial<Session> = {}): Session {
    const now = Date.now();
    const session: Session = {
      id: newId('session', now),
      agent: 'codex',
      mode: 'app-server',
      cwd: '/code',
      title: '',
      policy: 'ask',
      backend: { kind: 'rehearsal', detail: 'offline' },
      state: 'idle',
      queue: [],
      pendingApprovals: 0,
      usage: {},
      head: 0,
      limits: [],
      createdAt: now,
      updatedAt: now,
      ...change,
    };
    this.#kept.set(session.id, { session, events: [], turns: [], interrupt: () => {} });
    this.#emit(session.id, {
      type: 'session.created',
      agent: session.agent,
      cwd: session.cwd,
      title: session.title,
      policy: session.policy,
    });
    return this.#of(session.id).session;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) text.push(chunk);
    const body: unknown = text.length === 0 ? undefined : JSON.parse(Buffer.concat(text).toString());
    const url = new URL(request.url ?? '/', 'http://localhost');
    try {
      const answer = await this.#answer(`${request.method}`, url, body);
      response.setHeader('content-type', 'application/json');
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    } catch (error) {
      const known = ParleyError.is(error) ? error : new ParleyError('invalid_request', String(error));
      response.statusCode = errorCatalogue[known.code].status;
      response.end(JSON.stringify({ error: known.body }));
    }
  }

  async #answer(method: string, url: URL, body: unknown): Promise<unknown> {
    const [, , kind, id = '', part, last] = url.pathname.split('/');
    const route = `${method} /${[kind, id && ':id', part, last && ':last'].filter(Boolean).join('/')}`;
    if (method !== 'GET') this.accepted.push({ route, body });
    switch (route) {
      case 'GET /daemon':
        return {
          pid: process.pid,
          version: '0.1.0',
          socket: this.#socket,
          stateDir: '/state',
          memory: 50 * 1024 * 1024,
          startedAt: Date.now(),
          sessions: this.#kept.size,
          workingTurns: 0,
        };
      case 'POST /daemon/:id':
        StopDaemonSchema.parse(body);
        setImmediate(() => process.emit('SIGTERM'));
        return {};
      case 'POST /pairing-links':
        return { url: 'http://127.0.0.1:7337/pair#code', expiresAt: Date.now() + 600_000 };
      case 'GET /config':
        return { entries: [{ key: 'server.port', value: 7337, origin: 'default' }] };
      case 'POST /consultations': {
        const { reviewers = [] } = body as { readonly reviewers?: readonly { readonly agent: string }[] };
        const unknown = reviewers.find(({ agent }) => this.agents.every(({ name }) => name !== agent));
        if (unknown !== undefined) throw new ParleyError('unknown_agent', `There is no agent "${unknown.agent}".`);
        return this.#consultations.create(body);
      }
      case 'GET /consultations':
        return this.#consultations.list(Number(url.searchParams.get('limit') ?? 50));
      case 'GET /consultations/:id':
        if (url.searchParams.get('format') === 'markdown') return markdownOf(this.#consultations.report(id));
        return this.#consultations.report(id);
      case 'POST /consultations/:id/interrupt':
        return this.#consultations.interrupt(id);
      case 'DELETE /consultations/:id':
        this.#consultations.delete(id);
        return {};
      case 'GET /sessions':
        return { sessions: [...this.#kept.values()].map(({ session }) => session) };
      case 'POST /sessions': {
        const input = CreateSessionSchema.parse(body);
        if (this.agents.every(({ name }) => name !== input.agent))
          throw new ParleyError('unknown_agent', `There is no agent "${input.agent}".`);
        if (input.cwd.includes('missing'))
          throw new ParleyError('folder_missing', `The folder "${input.cwd}" does not exist.`);
        return this.addSession({ ...input });
      }
      case 'GET /sessions/:id':
        return this.#of(id).session;
      case 'PATCH /sessions/:id':
        return (this.#of(id).session = { ...this.#of(id).session, ...UpdateSessionSchema.parse(body) });
      case 'DELETE /sessions/:id':
        return { deleted: this.#kept.delete(this.#of(id).session.id) };
      case 'GET /sessions/:id/turns':
        return { turns: this.#of(id).turns.toReversed() };
      case 'GET /sessions/:id/turns/:last':
        return this.#of(id).turns.find((turn) => turn.id === last);
      case 'POST /sessions/:id/turns':
        return this.#submit(this.#of(id), body);
      case 'DELETE /sessions/:id/queue/:last':
        this.#cancel(this.#of(id), last as TurnId);
        return {};
      case 'POST /sessions/:id/fork': {
        const { agent, cwd, threadId = 'thread' } = this.#of(id).session;
        return this.addSession({ agent, cwd, forkOf: { sessionId: id as SessionId, threadId }, ...(body as object) });
      }
      case 'POST /sessions/:id/interrupt': {
        InterruptSchema.parse(body);
        const { session, interrupt } = this.#of(id);
        interrupt();
        return session.activeTurnId === undefined ? {} : { turnId: session.activeTurnId };
      }
      case 'GET /approvals':
        return { approvals: [...this.#approvals.values()].map(({ approval }) => approval) };
      case 'POST /approvals/:id': {
        const answer = ApprovalAnswerSchema.parse(body);
        const waiting = this.#approvals.get(decodeURIComponent(id));
        if (waiting === undefined) throw new ParleyError('approval_resolved', 'It is resolved.');
        waiting.answered(answer);
        return {};
      }
      default: {
        const answer = this.ofMachine(route, id, url, body);
        if (answer === undefined) throw new ParleyError('unknown_route', `There is no ${method} ${url.pathname}.`);
        return answer;
      }
    }
  }

  #consultAgents(): ConsultAgents {
    const accept = (route: string, body: unknown): void => void this.accepted.push({ route, body });
    return agentsOver({
      createSession: async ({ id, ...input }) => {
        accept('POST /sessions', input);
        return this.addSession({ ...input, id });
      },
      submit: async (id, { idempotencyKey: _, ...turn }) => {
        accept('POST /sessions/:id/turns', turn);
        return this.#submit(this.#of(id), turn);
      },
      interrupt: async (id) => {
        accept('POST /sessions/:id/interrupt', {});
        this.#of(id).interrupt();
      },
      changed: () => this.#heard.promise,
      ended: async (id, turnId) => {
        const { session, turns } = this.#of(id);
        const turn = turns.find((one) => one.id === turnId);
        return turn?.state === 'queued' || session.activeTurnId === turnId ? undefined : turn;
      },
    });
  }

  #of(id: string): Kept {
    const kept = this.#kept.get(id as SessionId);
    if (kept === undefined) throw new ParleyError('unknown_session', `There is no session ${id}.`);
    return kept;
  }

  #submit(kept: Kept, body: unknown): SubmitResult {
    const { text } = SubmitTurnSchema.parse(body);
    const sessionId = kept.session.id;
    const turn: Turn = { id: newId('turn'), sessionId, state: 'queued', text, queuedAt: Date.now() };
    kept.turns.push(turn);
    this.#emit(sessionId, { type: 'turn.queued', turnId: turn.id, text });
    if (kept.session.activeTurnId !== undefined) {
      kept.session = { ...kept.session, queue: [...kept.session.queue, { turnId: turn.id, text }] };
      this.#emit(sessionId, { type: 'queue.changed', queue: kept.session.queue });
      return { sessionId, turnId: turn.id, outcome: 'queued', position: kept.session.queue.length };
    }
    this.#start(kept, turn);
    return { sessionId, turnId: turn.id, outcome: 'started' };
  }

  #cancel(kept: Kept, turnId: TurnId): void {
    if (!kept.session.queue.some((queued) => queued.turnId === turnId)) {
      throw new ParleyError('turn_not_queued', `Turn ${turnId} has started.`);
    }
    this.#settle(kept, turnId, { state: 'cancelled' });
    kept.session = { ...kept.session, queue: kept.session.queue.filter((queued) => queued.turnId !== turnId) };
    this.#emit(kept.session.id, { type: 'queue.changed', queue: kept.session.queue });
  }

  #start(kept: Kept, turn: Turn): void {
    const { promise: interrupted, resolve } = Promise.withResolvers<void>();
    kept.interrupt = resolve;
    kept.session = { ...kept.session, state: 'working', activeTurnId: turn.id };
    const emit = (body: EventBody) => this.#emit(kept.session.id, body);
    const turnId = turn.id;
    emit({ type: 'turn.started', turnId, text: turn.text });
    emit({ type: 'item.completed', turnId, item: { id: newId('item'), type: 'user_message', text: turn.text } });
    const end = (body: EventBody, answer?: string) => {
      const said = answer === undefined ? {} : { answer };
      const why = 'error' in body ? { error: body.error } : {};
      this.#settle(kept, turnId, { state: body.type.replace('turn.', '') as Turn['state'], ...said, ...why });
      const { activeTurnId: _active, ...rest } = kept.session;
      kept.session = { ...rest, state: 'idle' };
      emit(body);
      const [next] = kept.session.queue;
      if (next === undefined) return;
      kept.session = { ...kept.session, queue: kept.session.queue.slice(1) };
      const queued = kept.turns.find(({ id }) => id === next.turnId);
      if (queued !== undefined) this.#start(kept, queued);
      emit({ type: 'queue.changed', queue: kept.session.queue });
    };
    const say = (text: string) => {
      const id = newId('item');
      emit({ type: 'item.started', turnId, item: { id, type: 'assistant_message', text: '' } });
      emit({ type: 'item.delta', turnId, itemId: id, text: text.slice(0, 3) });
      emit({ type: 'item.delta', turnId, itemId: id, text: text.slice(3) });
      emit({ type: 'item.completed', turnId, item: { id, type: 'assistant_message', text } });
    };
    const complete = (answer: string) => {
      say(answer);
      end({ type: 'turn.completed', turnId, usage: { inputUncached: 10, output: 5 } }, answer);
    };
    const ask = (request: Omit<ApprovalRequest, 'id'>) => this.#ask(kept, turnId, request);
    const { session } = kept;
    setImmediate(() => void this.play({ turn, session, emit, say, complete, end, ask, interrupted }));
  }

  #settle(kept: Kept, turnId: TurnId, change: Partial<Turn>): void {
    const index = kept.turns.findIndex(({ id }) => id === turnId);
    const turn = kept.turns[index];
    if (turn !== undefined) kept.turns[index] = { ...turn, ...change };
  }

  async #ask(kept: Kept, turnId: TurnId, request: Omit<ApprovalRequest, 'id'>): Promise<ApprovalAnswer> {
    const now = Date.now();
    const sessionId = kept.session.id;
    const approval: Approval = {
      ...request,
      id: newId('approval'),
      sessionId,
      turnId,
      requestedAt: now,
      deadlineAt: now + 60_000,
    };
    const { promise, resolve } = Promise.withResolvers<ApprovalAnswer>();
    this.#approvals.set(approval.id, { approval, answered: resolve });
    this.#emit(sessionId, { type: 'approval.requested', turnId, approval });
    const answer = await promise;
    this.#approvals.delete(approval.id);
    const effect = approval.options.find(({ id }) => id === answer.optionId)?.effect;
    const outcome = effect === 'allow' || effect === 'allow-always' ? 'allowed' : 'denied';
    const resolution = { outcome, by: 'person', optionId: answer.optionId, at: Date.now() } as const;
    this.#emit(sessionId, { type: 'approval.resolved', turnId, approvalId: approval.id, resolution });
    return answer;
  }

  #emit(sessionId: SessionId, body: EventBody): void {
    const kept = this.#of(sessionId);
    const seq = kept.session.head + 1;
    // No two changes at the same time, so that "newest" is always one.
    this.#changedAt = Math.max(this.#changedAt + 1, Date.now());
    const event: ParleyEvent = { ...body, seq, sessionId, at: this.#changedAt };
    kept.session = { ...kept.session, head: seq, updatedAt: this.#changedAt };
    kept.events.push(event);
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
    for (const follower of this.#followers) {
      if (follower.sessionId === sessionId) send(follower.peer, { type: 'events', sessionId, events: [event] });
    }
  }

  #frame(peer: WebSocket, text: string): void {
    const frame = ClientFrameSchema.parse(JSON.parse(text));
    if (frame.type === 'watch-consultation') {
      const tell = (report: ConsultReport) => send(peer, { type: 'consultation', report });
      peer.once('close', this.#consultations.watch(frame.consultationId, tell));
    }
    if (frame.type !== 'subscribe') return;
    const { sessionId, after } = frame;
    const kept = this.#kept.get(sessionId);
    if (kept === undefined) {
      return send(peer, {
        type: 'error',
        sessionId,
        error: errorBody('unknown_session', `There is no session ${sessionId}.`),
      });
    }
    const { session, events } = kept;
    send(peer, { type: 'subscribed', sessionId, head: session.head });
    const missed = events.filter(({ seq }) => seq > after);
    if (missed.length > 0) send(peer, { type: 'events', sessionId, events: missed });
    const follower = { peer, sessionId };
    this.#followers.add(follower);
    peer.once('close', () => this.#followers.delete(follower));
  }
}

function send(peer: WebSocket, frame: ServerFrame): void {
  peer.send(JSON.stringify(frame));
}
