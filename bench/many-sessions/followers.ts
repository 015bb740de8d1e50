// The people who watch, all in this one process: each on a WebSocket of its own, following some sessions. Measures how old an event is when
// it comes. Told what to do over Node's IPC channel by `many-sessions.ts`.

import { createHistogram } from 'node:perf_hooks';
import { RawWebSocket } from '../event-path/web-socket.ts';

export type FollowOrder =
  | { readonly do: 'follow'; readonly socket: string; readonly sessions: readonly (readonly string[])[] }
  | { readonly do: 'measure' }
  | { readonly do: 'tell' };

/** Milliseconds. */
export interface Delays {
  readonly median: number;
  readonly p99: number;
  readonly longest: number;
}

export type FollowReport =
  | { readonly type: 'following' }
  | {
      readonly type: 'measured';
      readonly events: number;
      readonly lagged: number;
      /** Since the daemon stamped the event, right before its commit. */
      readonly sinceCommit: Delays;
      /** Since the agent's line was written. */
      readonly sincePrint: Delays;
    };

const printMark = Buffer.from('"text":"@');
const stampMark = Buffer.from('"at":');

let events = 0;
let lagged = 0;
let measuring = false;
const sinceCommit = createHistogram();
const sincePrint = createHistogram();

async function follow(socket: string, ids: readonly string[]): Promise<void> {
  const subscribed = Promise.withResolvers<void>();
  let waiting = ids.length;
  const connection = await RawWebSocket.open(socket, '/api/ws', (frame) => {
    if (measuring) read(frame);
    if (frame.length > 200) return;
    const text = frame.toString();
    if (text.includes('"type":"subscribed"') && --waiting === 0) subscribed.resolve();
    if (text.includes('"type":"lagged"')) lagged += 1;
  });
  for (const sessionId of ids) connection.send({ type: 'subscribe', sessionId, after: 0 });
  await subscribed.promise;
}

/** Every delta in a frame carries when it was printed, in nanoseconds of the monotonic clock. */
function read(frame: Buffer): void {
  const now = process.hrtime.bigint();
  const wall = Date.now();
  for (let at = frame.indexOf(printMark); at >= 0; at = frame.indexOf(printMark, at + 1)) {
    const start = at + printMark.length;
    const printed = BigInt(frame.toString('latin1', start, frame.indexOf(' ', start)));
    const stamp = frame.lastIndexOf(stampMark, at) + stampMark.length;
    const committed = Number.parseInt(frame.toString('latin1', stamp, stamp + 16), 10);
    sincePrint.record(now > printed ? now - printed : 1n);
    sinceCommit.record(BigInt(Math.max(1, wall - committed)) * 1_000_000n);
    events += 1;
  }
}

function delaysOf(histogram: typeof sincePrint): Delays {
  const ms = (ns: number): number => ns / 1e6;
  return { median: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), longest: ms(histogram.max) };
}

async function obey(order: FollowOrder): Promise<FollowReport | undefined> {
  switch (order.do) {
    case 'follow':
      for (const ids of order.sessions) await follow(order.socket, ids);
      return { type: 'following' };
    case 'measure':
      measuring = true;
      return undefined;
    case 'tell':
      measuring = false;
      return { type: 'measured', events, lagged, sinceCommit: delaysOf(sinceCommit), sincePrint: delaysOf(sincePrint) };
  }
}

process.on('message', (order: FollowOrder) => {
  obey(order).then(
    (report) => void (report !== undefined && process.send?.(report)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
