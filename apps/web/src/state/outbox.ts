// Words on their way: each has a key from the start, so that sending it again after a lost connection or a reload never doubles it.

import { isParleyError } from '@parley/client';
import type { ErrorBody, SessionId, SubmitWhen, TurnId } from '@parley/schema';
import { client, errorOf, link } from './daemon.ts';
import { keepInTab, keptInTab } from './kept.ts';
import { createStore } from './store.ts';

export interface Outgoing {
  readonly key: string;
  readonly sessionId: SessionId;
  readonly text: string;
  readonly when: SubmitWhen;
  /** `waiting`: the daemon cannot be reached, it goes out when it can; `accepted`: shown until the events tell of it. */
  readonly state: 'sending' | 'waiting' | 'failed' | 'accepted';
  readonly turnId?: TurnId;
  readonly error?: ErrorBody;
}

export const outbox = createStore<readonly Outgoing[]>([]);

/** Milliseconds for which accepted words are shown if no event tells of them. */
const acceptedFor = 10_000;

/** Sends words to a session. Nothing is lost from here on: what cannot be sent stays, with its reason. */
export function send(sessionId: SessionId, text: string, when: SubmitWhen): void {
  const outgoing: Outgoing = { key: newKey(), sessionId, text, when, state: 'sending' };
  outbox.set([...outbox.get(), outgoing]);
  void deliver(outgoing);
}

export function sendAgain(key: string): void {
  const outgoing = outbox.get().find((candidate) => candidate.key === key);
  if (outgoing === undefined || outgoing.state === 'sending') return;
  void deliver(outgoing);
}

export function discard(key: string): void {
  outbox.set(outbox.get().filter((outgoing) => outgoing.key !== key));
}

/** Takes up what an earlier page of this tab could not send, and sends what waits whenever there is a connection again. */
export function startOutbox(): void {
  outbox.set(
    kept()
      .filter(({ key }) => outbox.get().every((known) => known.key !== key))
      .concat(outbox.get()),
  );
  outbox.subscribe(() =>
    keepInTab(
      'outbox',
      outbox.get().filter(({ state }) => state !== 'accepted'),
    ),
  );
  const sendWaiting = () => {
    if (link.get() !== 'open') return;
    for (const outgoing of outbox.get()) if (outgoing.state === 'waiting') void deliver(outgoing);
  };
  link.subscribe(sendWaiting);
  sendWaiting();
}

async function deliver({ key, sessionId, text, when }: Outgoing): Promise<void> {
  change(key, { state: 'sending' });
  try {
    const { turnId } = await client.submit(sessionId, { text, when, idempotencyKey: key });
    change(key, { state: 'accepted', turnId });
    setTimeout(() => discard(key), acceptedFor);
  } catch (error) {
    const away = isParleyError(error) && (error.code === 'daemon_unreachable' || error.code === 'shutting_down');
    change(key, { state: away ? 'waiting' : 'failed', error: errorOf(error) });
  }
}

function change(key: string, to: Pick<Outgoing, 'state' | 'turnId' | 'error'>): void {
  outbox.set(
    outbox.get().map((outgoing) => {
      if (outgoing.key !== key) return outgoing;
      const { sessionId, text, when } = outgoing;
      return { key, sessionId, text, when, ...to };
    }),
  );
}

function kept(): readonly Outgoing[] {
  const list = keptInTab('outbox');
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: Partial<Outgoing>) =>
    typeof entry.key === 'string' && typeof entry.sessionId === 'string' && typeof entry.text === 'string'
      ? [
          {
            key: entry.key,
            sessionId: entry.sessionId,
            text: entry.text,
            when: entry.when ?? 'now',
            state: 'waiting' as const,
          },
        ]
      : [],
  );
}

/** Not `crypto.randomUUID`: that is missing on pages opened over plain HTTP by another name than localhost. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
