// The recorder as its readers see it: rows of requests, and what happened in their turns.

import { isTerminal, newId, ParleyError } from '@parley/schema';
import type {
  Change,
  FindRequests,
  ParleyEvent,
  RecordedTextMode,
  RequestRecord,
  Session,
  SessionId,
  Store,
  TurnId,
} from '@parley/schema';
import { dedupedRecord, shortened } from './decide/record.ts';

export interface RecorderOptions {
  readonly store: Pick<Store, 'records' | 'record' | 'turn' | 'events' | 'commit'>;
  /** What is kept of prompts and answers. */
  readonly recorder: RecordedTextMode;
  readonly now: () => number;
  /** These rows were committed. */
  readonly recorded: (records: readonly RequestRecord[]) => void;
}

/** A request that the turn `of` answers. */
export interface DedupedRequest {
  /** The session of that turn. */
  readonly session: Session;
  readonly of: TurnId;
  readonly text: string;
  readonly correlationId: string | undefined;
}

export class Recorder {
  readonly #options: RecorderOptions;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Newest first, with texts shortened. Throws `unknown_turn` where there is no `before`. */
  async find(find: FindRequests): Promise<readonly RequestRecord[]> {
    return (await this.#options.store.records(find)).map(shortened);
  }

  /** Throws `unknown_turn`. */
  async one(id: TurnId): Promise<RequestRecord> {
    const record = await this.#options.store.record(id);
    if (record === undefined) throw new ParleyError('unknown_turn', `No request ${id} is recorded.`);
    return record;
  }

  /** A request that an earlier turn answers gets its own row, in one change with what else is kept of it. */
  async addDeduped({ session, ...asked }: DedupedRequest, request?: Change['request']): Promise<void> {
    const { store, recorder, now: clock, recorded } = this.#options;
    const now = clock();
    const records = [dedupedRecord(session, { ...asked, id: newId('turn', now), now }, recorder)];
    const kept = request === undefined ? {} : { request };
    await store.commit({ sessionId: session.id, events: [], records, ...kept, durable: true });
    recorded(records);
  }

  /** What happened in a turn, from its start to its end or until now; nothing where its session is gone. */
  async *turnEvents(id: SessionId, turnId: TurnId): AsyncGenerator<ParleyEvent> {
    const { store } = this.#options;
    const row = await store.turn(id, turnId);
    if (row?.startSeq === undefined) return;
    for (let after = row.startSeq - 1; ;) {
      const page = await store.events(id, { after, limit: 500 });
      for (const { seq, json } of page) {
        after = seq;
        const event = JSON.parse(json) as ParleyEvent;
        if (!('turnId' in event) || event.turnId !== turnId) continue;
        yield event;
        if (isTerminal(event)) return;
      }
      if (page.length === 0) return;
    }
  }
}
