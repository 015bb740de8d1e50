// The events of the sessions that were opened: each becomes a transcript, brought up to date once per frame.

import type { ErrorBody, ParleyEvent, SessionId } from '@parley/schema';
import { announce } from '../transcript/announce.ts';
import { applyEvents } from '../transcript/apply-events.ts';
import { emptyTranscript } from '../transcript/model.ts';
import type { Transcript } from '../transcript/model.ts';
import { say } from './announcer.ts';
import { client, errorOf } from './daemon.ts';
import { createStore } from './store.ts';
import type { Store } from './store.ts';

export interface Feed {
  readonly transcript: Transcript;
  /** True once everything that was stored when the session was opened is in. */
  readonly caughtUp: boolean;
  readonly error?: ErrorBody;
}

/** Transcripts of this many sessions are kept, so that going back to one is instant and reads only what is new. */
const keptFeeds = 8;
const feeds = new Map<SessionId, Store<Feed>>();

export function feedOf(id: SessionId): Store<Feed> {
  const feed = feeds.get(id) ?? createStore<Feed>({ transcript: emptyTranscript, caughtUp: false });
  feeds.delete(id);
  feeds.set(id, feed);
  for (const oldest of feeds.keys()) {
    if (feeds.size <= keptFeeds) break;
    feeds.delete(oldest);
  }
  return feed;
}

export function forgetFeed(id: SessionId): void {
  feeds.delete(id);
}

/** Follows a session's events into its feed until it is aborted. */
export async function followFeed(id: SessionId, signal: AbortSignal): Promise<void> {
  const feed = feedOf(id);
  const { error: _earlier, ...fresh } = feed.get();
  feed.set(fresh);
  // The newest event's number at the time of opening: what follows it is news, what precedes it is history.
  let head = Infinity;
  let pending: ParleyEvent[] = [];
  const flush = () => {
    const { transcript, caughtUp } = feed.get();
    const next = applyEvents(transcript, pending);
    if (transcript.seq >= head) for (const event of pending) tell(event);
    pending = [];
    feed.set({ transcript: next, caughtUp: caughtUp || next.seq >= head });
  };
  const frames = onFrames(flush, signal);
  try {
    const batches = client.eventBatches(id, { after: fresh.transcript.seq, signal });
    const told = (newest: number) => {
      head = newest;
      frames.request();
    };
    // Where the session cannot be read, the events say why.
    client.session(id).then(
      (session) => told(session.head),
      () => told(0),
    );
    for await (const batch of batches) {
      for (const event of batch) pending.push(event);
      frames.request();
    }
  } catch (error) {
    feed.set({ ...feed.get(), caughtUp: true, error: errorOf(error) });
  }
}

function tell(event: ParleyEvent): void {
  const words = announce(event);
  if (words !== undefined) say(words);
}

/** Runs `flush` at most once a frame; in a hidden page, which gets no frames, at most once a second. */
function onFrames(flush: () => void, signal: AbortSignal): { request(): void } {
  let asked = false;
  const run = () => {
    if (!asked) return;
    asked = false;
    if (!signal.aborted) flush();
  };
  return {
    request() {
      if (asked) return;
      asked = true;
      if (document.visibilityState === 'visible') requestAnimationFrame(run);
      // Also the way out when the page is hidden between the request and the frame.
      setTimeout(run, 1000);
    },
  };
}
