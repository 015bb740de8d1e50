// Who listens for changes over HTTP since revision 2026-07-28: each in a stream of its own. While anybody listens, one look at the daemon
// serves all.

import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import { Changes } from '../changes.ts';
import { Door } from '../door.ts';
import type { DoorOptions } from '../door.ts';
import { listenedUris } from '../listened-uris.ts';

export class Subscriptions implements ServerEventBus {
  readonly #changes: Changes;
  readonly #listeners = new Set<(event: ServerEvent) => void>();

  constructor(options: DoorOptions) {
    this.#changes = new Changes(new Door(options, { remembers: false }), {
      updated: (uri) => this.publish({ kind: 'resource_updated', uri }),
      listChanged: () => this.publish({ kind: 'resources_list_changed' }),
    });
  }

  /** Somebody is about to listen, if this is what the request asks for, until the signal fires. */
  expect(body: unknown, signal: AbortSignal): void {
    const uris = listenedUris(body);
    if (uris === undefined || signal.aborted) return;
    const stop = this.#changes.follow(uris);
    signal.addEventListener('abort', stop, { once: true });
  }

  publish(event: ServerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  subscribe(listener: (event: ServerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    return this.#changes.close();
  }
}
