// The one client of this page, whether it is connected, and whether this browser is paired.

import { createClient, isParleyError } from '@parley/client';
import type { LinkState } from '@parley/client';
import type { ErrorBody } from '@parley/schema';
import { createStore } from './store.ts';

export const client = createClient({ reconnect: { mostMs: 3000 } });

export const link = createStore<LinkState>('closed');
client.onConnection((state) => link.set(state));

/** `refused` when the daemon does not know this browser. */
export const pairing = createStore<'assumed' | 'refused'>('assumed');

/** Notes a refusal and gives the error in the form that the page shows. */
export function errorOf(error: unknown): ErrorBody {
  if (isParleyError(error)) {
    if (error.code === 'unauthenticated') pairing.set('refused');
    return error.body;
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'internal',
    message,
    hint: 'Reload the page; if it stays, see `parley daemon logs`.',
    retryable: false,
  };
}

/** Exchanges a one-time code for this browser's cookie. Resolves to an error for people, or undefined when it worked. */
export async function pair(code: string): Promise<string | undefined> {
  try {
    const answer = await fetch('/api/pair', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    if (answer.ok) {
      pairing.set('assumed');
      return undefined;
    }
    const body = (await answer.json().catch(() => undefined)) as { readonly error?: ErrorBody } | undefined;
    return body?.error === undefined
      ? `The daemon answered ${answer.status}.`
      : `${body.error.message} ${body.error.hint}`;
  } catch {
    return 'The daemon does not answer. Is it running?';
  }
}

/** The code of a pairing link, or of what was typed instead of one. */
export function codeOf(input: string): string {
  const words = input.trim();
  return /[?&]code=([^&#\s]+)/.exec(words)?.[1] ?? words;
}
