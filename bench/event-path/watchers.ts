// The clients of the event path, all in this one process: each on a WebSocket of its own, each counting every event and checking its number.
// Told what to do over Node's IPC channel by `pipeline.ts`.

import { RawWebSocket } from './web-socket.ts';

export interface WatchOrder {
  readonly socket: string;
  readonly clients: number;
  /** Follow these sessions from these numbers on, until each has told this many ends of turns. */
  readonly sessions: readonly { readonly id: string; readonly after: number; readonly turns: number }[];
}

export type WatchReport =
  | { readonly type: 'watching' }
  | {
      readonly type: 'done';
      /** Events that every client got. */
      readonly events: number;
      /** Frames that one client got. */
      readonly frames: number;
      /** When the last client had its last event; nanoseconds of the system's monotonic clock, as text. */
      readonly at: string;
      /** How often a client was told that it was too slow. */
      readonly lagged: number;
      /** What a client found wrong: a number that did not follow, clients that got different counts. */
      readonly wrong: string | undefined;
    };

const eventBegin = Buffer.from('{"seq":');
const turnEnd = Buffer.from('"type":"turn.completed"');
const eventsFrame = Buffer.from('{"type":"events","sessionId":"');

interface Followed {
  last: number;
  turnsLeft: number;
}

class Watcher {
  events = 0;
  frames = 0;
  lagged = 0;
  wrong: string | undefined;
  doneAt = 0n;
  readonly done = Promise.withResolvers<void>();
  readonly #followed: ReadonlyMap<string, Followed>;
  #connection: RawWebSocket | undefined;

  constructor(order: WatchOrder) {
    this.#followed = new Map(order.sessions.map(({ id, after, turns }) => [id, { last: after, turnsLeft: turns }]));
  }

  async open(path: string): Promise<void> {
    const subscribed = Promise.withResolvers<void>();
    let waiting = this.#followed.size;
    this.#connection = await RawWebSocket.open(path, '/api/ws', (frame) => {
      if (frame.subarray(0, eventsFrame.length).equals(eventsFrame)) return this.#read(frame);
      const said = JSON.parse(frame.toString()) as { readonly type: string; readonly sessionId?: string };
      if (said.type === 'subscribed' && --waiting === 0) subscribed.resolve();
      if (said.type === 'error') subscribed.reject(new Error(frame.toString()));
      if (said.type === 'lagged') {
        this.lagged += 1;
        this.#subscribe(said.sessionId ?? '');
      }
    });
    for (const id of this.#followed.keys()) this.#subscribe(id);
    await subscribed.promise;
  }

  close(): void {
    this.#connection?.close();
  }

  #subscribe(sessionId: string): void {
    const after = this.#followed.get(sessionId)?.last ?? 0;
    this.#connection?.send({ type: 'subscribe', sessionId, after });
  }

  #read(frame: Buffer): void {
    this.frames += 1;
    const id = frame.toString('latin1', eventsFrame.length, frame.indexOf('"', eventsFrame.length));
    const followed = this.#followed.get(id);
    if (followed === undefined) return;
    // In JSON the quotes of a text are escaped, so these bytes stand only where an event begins.
    for (let at = frame.indexOf(eventBegin); at >= 0; at = frame.indexOf(eventBegin, at)) {
      at += eventBegin.length;
      let seq = 0;
      for (let digit = frame[at] ?? 0; digit >= 48 && digit <= 57; digit = frame[++at] ?? 0)
        seq = seq * 10 + digit - 48;
      // After it was too slow, deltas of ended turns may be gone; never anything else.
      if (seq <= followed.last || (seq !== followed.last + 1 && this.lagged === 0)) {
        this.wrong ??= `event ${seq} came after ${followed.last}`;
      }
      followed.last = seq;
      this.events += 1;
    }
    for (let at = frame.indexOf(turnEnd); at >= 0; at = frame.indexOf(turnEnd, at + 1)) followed.turnsLeft -= 1;
    if ([...this.#followed.values()].some(({ turnsLeft }) => turnsLeft > 0)) return;
    this.doneAt = process.hrtime.bigint();
    this.done.resolve();
  }
}

async function watch(order: WatchOrder): Promise<void> {
  const report = (text: WatchReport): void => void process.send?.(text);
  const watchers = Array.from({ length: order.clients }, () => new Watcher(order));
  for (const watcher of watchers) await watcher.open(order.socket);
  report({ type: 'watching' });
  await Promise.all(watchers.map(({ done }) => done.promise));
  // Of one that kept up, if there is one: who was too slow and read again may have missed deltas of turns that had ended meanwhile.
  const keptUp = watchers.filter(({ lagged }) => lagged === 0);
  const first = keptUp[0] ?? watchers[0];
  if (first === undefined) return;
  const different = keptUp.some(({ events }) => events !== first.events);
  report({
    type: 'done',
    events: first.events,
    frames: first.frames,
    at: String(watchers.reduce((latest, { doneAt }) => (doneAt > latest ? doneAt : latest), 0n)),
    lagged: watchers.reduce((sum, { lagged }) => sum + lagged, 0),
    wrong:
      watchers.find(({ wrong }) => wrong !== undefined)?.wrong ??
      (different ? 'clients got different counts' : undefined),
  });
  for (const watcher of watchers) watcher.close();
}

process.on('message', (order: WatchOrder) => {
  watch(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
