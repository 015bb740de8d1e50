// Retention: sessions that requests and consultations made, and that nobody has gone on with, go a while after their last turn, and
// consultations after their end. What people made stays until they delete it.

import { ParleyError } from '@parley/schema';
import type { Config, ConsultationStore, Session, Store } from '@parley/schema';
import { Alarm } from '../alarm.ts';
import type { Engine } from '../engine.ts';
import { keptMs } from './keys.ts';

export interface RetentionOptions {
  readonly engine: Pick<Engine, 'sessions' | 'turns' | 'deleteSession'>;
  readonly store: Pick<Store, 'forgetRequests' | 'forgetIdempotency' | 'forgetRecords' | 'forgetRequestApprovals'> &
    Pick<ConsultationStore, 'forgetConsultations'>;
  readonly config: Config['requests'];
  /** Days that the recorder's rows, and decisions about requests, are kept. */
  readonly recordDays: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly report: (text: string, error: unknown) => void;
}

const dayMs = 24 * 3600 * 1000;

export class Retention {
  readonly #options: RetentionOptions;
  readonly #now: () => number;
  readonly #alarm: Alarm;
  #sweeping: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#alarm = new Alarm(this.#now, () => this.start());
  }

  /** Sweeps now and once a day. Keeps no process alive. */
  start(): void {
    this.#sweeping = this.sweep().catch((error: unknown) => this.#options.report('removing old sessions', error));
    if (!this.#closed) this.#alarm.at(this.#now() + dayMs);
  }

  /** Removes what is too old. Resolves when that is done. */
  async sweep(): Promise<void> {
    const { engine, store, config, recordDays } = this.#options;
    const now = this.#now();
    await store.forgetIdempotency(now - keptMs);
    await store.forgetRequests(now - Math.max(keptMs, config.dedup_window * 1000));
    await store.forgetRecords(now - recordDays * dayMs);
    await store.forgetRequestApprovals(now - recordDays * dayMs);
    if (config.retention_days === 0) return;
    const before = now - config.retention_days * dayMs;
    await store.forgetConsultations(before);
    for (const session of engine.sessions()) {
      if (this.#closed) return;
      // One that cannot be removed keeps none of the others.
      await this.#sweepSession(session, before).catch((error: unknown) => {
        const isGone = ParleyError.is(error) && error.code === 'unknown_session';
        if (!isGone) this.#options.report(`removing the old session ${session.id}`, error);
      });
    }
  }

  async #sweepSession(session: Session, before: number): Promise<void> {
    const { engine } = this.#options;
    if (!isLeft(session) || session.createdAt >= before) return;
    const [last] = await engine.turns(session.id, 1);
    if ((last?.endedAt ?? last?.queuedAt ?? session.createdAt) >= before) return;
    // It may have been given something to do a moment ago.
    await engine.deleteSession(session.id, (now) => isLeft(now) && now.head === session.head);
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#alarm.off();
    await this.#sweeping;
  }
}

/** Made by a request or a consultation, never gone on with, and nothing happens in it. */
function isLeft({ origin, activeTurnId, queue, state }: Session): boolean {
  const rests = state === 'idle' || state === 'failed';
  return origin !== undefined && rests && activeTurnId === undefined && queue.length === 0;
}
