// One WebSocket to the daemon, shared by subscriptions to several sessions, by watchers of the list of sessions and by readers of
// consultations. It comes back by itself: after a loss every subscription goes on after the last event that it has seen.

import type { ClientFrame, ConsultationId, ConsultReport, Session, ServerFrame, SessionId } from '@parley/schema';
import { call } from '../call.ts';
import { failure, failureOf, isParleyError } from '../failure.ts';
import type { Socket, Transport } from '../transport.ts';
import type { EventQueue } from './event-queue.ts';
import { delayBefore } from './reconnect.ts';
import type { Reconnect } from './reconnect.ts';

/** Someone who follows the list of sessions. */
export interface Watcher {
  replace(sessions: readonly Session[]): void;
  put(session: Session): void;
  remove(id: SessionId): void;
  end(error: Error): void;
}

/** Someone who follows a consultation. */
export interface ReportReader {
  readonly consultationId: ConsultationId;
  take(report: ConsultReport): void;
  end(error: Error): void;
}

export type LinkState = 'closed' | 'connecting' | 'open';

/** Silence after which the other side is asked for a sign of life; after twice that it counts as gone. */
const heartbeatMs = 15_000;

export class Link {
  state: LinkState = 'closed';
  readonly #transport: Transport;
  readonly #reconnect: Reconnect;
  readonly #onState: () => void;
  readonly #queues = new Map<SessionId, EventQueue>();
  readonly #watchers = new Set<Watcher>();
  readonly #readers = new Set<ReportReader>();
  /** Subscribe frames that were sent and not yet answered. Events that come meanwhile belong to an earlier subscription. */
  readonly #unanswered = new Map<SessionId, number>();
  #socket: Socket | undefined;
  #attempt = 0;
  #lostAt: number | undefined;
  #heardAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  constructor(transport: Transport, reconnect: Reconnect, onState: () => void) {
    this.#transport = transport;
    this.#reconnect = reconnect;
    this.#onState = onState;
  }

  has(sessionId: SessionId): boolean {
    return this.#queues.has(sessionId);
  }

  add(queue: EventQueue): void {
    this.#queues.set(queue.sessionId, queue);
    if (this.state === 'open') this.#subscribe(queue);
    else this.#connect();
  }

  /** Takes a paused subscription up again. */
  resume(queue: EventQueue): void {
    queue.paused = false;
    if (this.state === 'open' && this.#queues.get(queue.sessionId) === queue) this.#subscribe(queue);
  }

  remove(queue: EventQueue): void {
    if (this.#queues.get(queue.sessionId) !== queue) return;
    this.#queues.delete(queue.sessionId);
    if (this.state === 'open' && !queue.paused) this.#send({ type: 'unsubscribe', sessionId: queue.sessionId });
    this.#closeIfUnused();
  }

  addWatcher(watcher: Watcher): void {
    this.#watchers.add(watcher);
    if (this.state === 'open') this.#send({ type: 'watch' });
    else this.#connect();
  }

  removeWatcher(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    this.#closeIfUnused();
  }

  addReader(reader: ReportReader): void {
    this.#readers.add(reader);
    if (this.state === 'open') this.#watchConsultation(reader);
    else this.#connect();
  }

  removeReader(reader: ReportReader): void {
    if (!this.#readers.delete(reader)) return;
    const { consultationId } = reader;
    const isLast = this.#readersOf(consultationId).length === 0;
    if (this.state === 'open' && isLast) this.#send({ type: 'unwatch-consultation', consultationId });
    this.#closeIfUnused();
  }

  /** Ends all subscriptions, watchers and readers with an error, and the connection. */
  fail(error: Error): void {
    for (const queue of this.#queues.values()) queue.end(error);
    for (const watcher of this.#watchers) watcher.end(error);
    for (const reader of this.#readers) reader.end(error);
    this.#queues.clear();
    this.#watchers.clear();
    this.#readers.clear();
    this.#closeIfUnused();
  }

  #closeIfUnused(): void {
    if (this.#queues.size > 0 || this.#watchers.size > 0 || this.#readers.size > 0) return;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#letGo();
    this.#setState('closed');
    socket?.close();
  }

  #connect(): void {
    if (this.state === 'connecting') return;
    this.#isWell();
    this.#setState('connecting');
    this.#dial();
  }

  #dial(): void {
    // Only the newest socket has a say: one that was let go may still have frames in flight.
    const ifCurrent =
      <Args extends readonly unknown[]>(act: (...args: Args) => void) =>
      (...args: Args) => {
        if (this.#socket === socket) act(...args);
      };
    const socket: Socket = this.#transport.connect('/api/ws', {
      opened: ifCurrent(() => this.#opened()),
      received: ifCurrent((text: string) => this.#received(text)),
      closed: ifCurrent((reason: string) => this.#closed(reason)),
    });
    this.#socket = socket;
  }

  #letGo(): void {
    clearInterval(this.#heartbeat);
    this.#socket = undefined;
    this.#unanswered.clear();
  }

  #opened(): void {
    this.#heardAt = Date.now();
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    this.#setState('open');
    for (const queue of this.#queues.values()) if (!queue.paused) this.#subscribe(queue);
    if (this.#watchers.size > 0) this.#send({ type: 'watch' });
    for (const reader of this.#readers) this.#watchConsultation(reader);
  }

  #beat(): void {
    const silence = Date.now() - this.#heardAt;
    if (silence > 2 * heartbeatMs) this.#socket?.close();
    else if (silence > heartbeatMs) this.#send({ type: 'ping' });
  }

  #closed(reason: string): void {
    const neverOpened = this.state === 'connecting';
    this.#letGo();
    this.#lostAt ??= Date.now();
    this.#setState('connecting');
    const delay = delayBefore(this.#attempt, this.#reconnect, Math.random());
    this.#attempt += 1;
    this.#timer = setTimeout(() => void this.#tryAgain(reason, neverOpened), delay);
  }

  async #tryAgain(reason: string, neverOpened: boolean): Promise<void> {
    const refused = neverOpened ? await this.#refusal() : undefined;
    if (this.state !== 'connecting' || this.#socket !== undefined) return;
    if (refused !== undefined) {
      this.fail(refused);
    } else if (Date.now() - (this.#lostAt ?? Date.now()) >= this.#reconnect.giveUpMs) {
      this.fail(await failure('daemon_unreachable', `The connection to ${this.#transport.place} is lost: ${reason}.`));
    } else {
      this.#dial();
    }
  }

  /** A WebSocket that is refused does not say why; an ordinary request to the same gate does. */
  async #refusal(): Promise<Error | undefined> {
    try {
      await call(this.#transport, { method: 'GET', path: '/api/daemon' });
      return undefined;
    } catch (error) {
      return isParleyError(error) && !error.body.retryable ? error : undefined;
    }
  }

  #received(text: string): void {
    this.#heardAt = Date.now();
    const frame = parseFrame(text);
    switch (frame?.type) {
      case undefined:
        return this.#socket?.close();
      case 'events':
        return this.#takeEvents(frame);
      case 'subscribed':
        return this.#answered(frame.sessionId);
      case 'lagged': {
        const queue = this.#queues.get(frame.sessionId);
        if (queue !== undefined && !queue.paused) this.#subscribe(queue);
        return;
      }
      case 'sessions':
        this.#isWell();
        for (const watcher of this.#watchers) watcher.replace(frame.sessions);
        return;
      case 'session':
        for (const watcher of this.#watchers) watcher.put(frame.session);
        return;
      case 'session-deleted':
        for (const watcher of this.#watchers) watcher.remove(frame.sessionId);
        return;
      case 'consultation':
        this.#isWell();
        for (const reader of this.#readersOf(frame.report.id)) reader.take(frame.report);
        return;
      case 'error':
        return void this.#refused(frame);
      case 'pong':
        return;
    }
  }

  #takeEvents({ sessionId, events }: Extract<ServerFrame, { type: 'events' }>): void {
    const queue = this.#queues.get(sessionId);
    if (queue === undefined || queue.paused || this.#unanswered.has(sessionId)) return;
    if (queue.take(events)) return;
    queue.paused = true;
    this.#send({ type: 'unsubscribe', sessionId });
  }

  async #refused({ error, sessionId, consultationId }: Extract<ServerFrame, { type: 'error' }>): Promise<void> {
    const queue = sessionId === undefined ? undefined : this.#queues.get(sessionId);
    if (sessionId !== undefined) this.#answered(sessionId);
    // What may be over soon (a daemon that is stopping) and what concerns the connection as a whole: begin again, more slowly each time.
    const concernsAll = sessionId === undefined && consultationId === undefined;
    if (error.retryable || concernsAll) return this.#socket?.close();
    if (consultationId !== undefined) return this.#endReaders(consultationId, await failureOf(error));
    if (sessionId === undefined) return;
    if (queue === undefined) return;
    this.#queues.delete(sessionId);
    queue.end(await failureOf(error));
    this.#closeIfUnused();
  }

  #endReaders(consultationId: ConsultationId, error: Error): void {
    for (const reader of this.#readersOf(consultationId)) {
      this.#readers.delete(reader);
      reader.end(error);
    }
    this.#closeIfUnused();
  }

  #readersOf(consultationId: ConsultationId): readonly ReportReader[] {
    return [...this.#readers].filter((reader) => reader.consultationId === consultationId);
  }

  /** Again for a second reader of the same: the daemon then tells the report as it stands once more. */
  #watchConsultation({ consultationId }: ReportReader): void {
    this.#send({ type: 'watch-consultation', consultationId });
  }

  #subscribe({ sessionId, seen }: EventQueue): void {
    this.#unanswered.set(sessionId, (this.#unanswered.get(sessionId) ?? 0) + 1);
    this.#send({ type: 'subscribe', sessionId, after: seen });
  }

  #answered(sessionId: SessionId): void {
    this.#isWell();
    const left = (this.#unanswered.get(sessionId) ?? 0) - 1;
    if (left > 0) this.#unanswered.set(sessionId, left);
    else this.#unanswered.delete(sessionId);
  }

  #isWell(): void {
    this.#attempt = 0;
    this.#lostAt = undefined;
  }

  #send(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #setState(state: LinkState): void {
    if (this.state === state) return;
    this.state = state;
    this.#onState();
  }
}

/** Frames are the daemon's: typed by the contract, and far too many to be checked one by one here. */
function parseFrame(text: string): ServerFrame | undefined {
  try {
    return JSON.parse(text) as ServerFrame;
  } catch {
    return undefined;
  }
}
