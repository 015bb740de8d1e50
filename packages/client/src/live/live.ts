// What is followed live: events of sessions, the list of sessions and consultations, over as few connections as possible.

import type { ConsultationId, ConsultReport, ParleyEvent, Session, SessionId } from '@parley/schema';
import type { Transport } from '../transport.ts';
import { EventQueue } from './event-queue.ts';
import { Latest } from './latest.ts';
import { Link } from './link.ts';
import type { LinkState, ReportReader, Watcher } from './link.ts';
import type { Reconnect } from './reconnect.ts';

export interface FollowOptions {
  /** The newest event that is known already; 0, the default, for all events. */
  readonly after?: number;
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal;
}

export class Live {
  readonly #transport: Transport;
  readonly #reconnect: Reconnect;
  readonly #links: Link[] = [];
  readonly #listeners = new Set<(state: LinkState) => void>();
  #state: LinkState = 'closed';

  constructor(transport: Transport, reconnect: Reconnect) {
    this.#transport = transport;
    this.#reconnect = reconnect;
  }

  /** Subscribes at once, so it has to be iterated or aborted. */
  eventBatches(sessionId: SessionId, { after = 0, signal }: FollowOptions): AsyncGenerator<readonly ParleyEvent[]> {
    const queue = new EventQueue(sessionId, after);
    // The daemon keeps one subscription for each session and connection.
    const link = this.#linkWhere((one) => !one.has(sessionId));
    const stop = () => {
      link.remove(queue);
      queue.end();
    };
    if (signal?.aborted === true) queue.end();
    else link.add(queue);
    signal?.addEventListener('abort', stop, { once: true });
    return iterate(
      () =>
        queue.next(() => {
          if (queue.paused) link.resume(queue);
        }),
      () => {
        signal?.removeEventListener('abort', stop);
        stop();
      },
    );
  }

  /** Subscribes at once, so it has to be iterated or aborted. */
  sessionLists({ signal }: Pick<FollowOptions, 'signal'>): AsyncGenerator<readonly Session[]> {
    const latest = new Latest<readonly Session[]>();
    const known = new Map<SessionId, Session>();
    const show = () => latest.set([...known.values()].sort((a, b) => b.updatedAt - a.updatedAt));
    const watcher: Watcher = {
      replace(sessions) {
        known.clear();
        for (const session of sessions) known.set(session.id, session);
        show();
      },
      put(session) {
        known.set(session.id, session);
        show();
      },
      remove(id) {
        if (known.delete(id)) show();
      },
      end: (error) => latest.end(error),
    };
    const link = this.#linkWhere(() => true);
    const stop = () => {
      link.removeWatcher(watcher);
      latest.end();
    };
    if (signal?.aborted === true) latest.end();
    else link.addWatcher(watcher);
    signal?.addEventListener('abort', stop, { once: true });
    return iterate(
      async () => (await latest.next())?.value,
      () => {
        signal?.removeEventListener('abort', stop);
        stop();
      },
    );
  }

  /** Subscribes at once, so it has to be iterated or aborted. Ends after the report of a consultation that has ended. */
  reports(consultationId: ConsultationId, { signal }: Pick<FollowOptions, 'signal'>): AsyncGenerator<ConsultReport> {
    const latest = new Latest<ConsultReport>();
    const reader: ReportReader = {
      consultationId,
      take(report) {
        latest.set(report);
        if (report.status !== 'running') latest.end();
      },
      end: (error) => latest.end(error),
    };
    const link = this.#linkWhere(() => true);
    const stop = () => {
      link.removeReader(reader);
      latest.end();
    };
    if (signal?.aborted === true) latest.end();
    else link.addReader(reader);
    signal?.addEventListener('abort', stop, { once: true });
    return iterate(
      async () => (await latest.next())?.value,
      () => {
        signal?.removeEventListener('abort', stop);
        stop();
      },
    );
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => void this.#listeners.delete(listener);
  }

  end(error: Error): void {
    for (const link of this.#links) link.fail(error);
  }

  #linkWhere(fits: (link: Link) => boolean): Link {
    const found = this.#links.find(fits);
    if (found !== undefined) return found;
    const link = new Link(this.#transport, this.#reconnect, () => this.#tell());
    this.#links.push(link);
    return link;
  }

  #tell(): void {
    const states = this.#links.map(({ state }) => state);
    const state = states.includes('connecting') ? 'connecting' : states.includes('open') ? 'open' : 'closed';
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** An iteration whose end is told even when it was never begun: a generator that was not started runs no `finally`. */
function iterate<Value>(next: () => Promise<Value | undefined>, end: () => void): AsyncGenerator<Value> {
  let ended = false;
  const finish = () => {
    if (!ended) end();
    ended = true;
  };
  const generator: AsyncGenerator<Value> = {
    async next() {
      try {
        const value = ended ? undefined : await next();
        if (value !== undefined) return { done: false, value };
      } catch (error) {
        finish();
        throw error;
      }
      finish();
      return { done: true, value: undefined };
    },
    async return(value: unknown) {
      finish();
      return { done: true, value: await value };
    },
    async throw(error: unknown) {
      finish();
      throw error;
    },
    [Symbol.asyncIterator]: () => generator,
    [Symbol.asyncDispose]: async () => finish(),
  };
  return generator;
}
