// Tells what has changed of resources that a client follows. The daemon tells when anything about a session has; then what is followed is
// read again and compared, so a client is told only of what it would really read differently.

import { setTimeout } from 'node:timers/promises';
import type { Session } from '@parley/schema';
import type { Daemon, Door } from './door.ts';
import { openJobs, readUri } from './read-uri.ts';

export interface Told {
  updated(uri: string): void;
  /** The jobs that the list of resources names are others. */
  listChanged(): void;
}

/** Milliseconds between two looks: agents stream, and each look reads everything that is followed. */
const pauseMs = 200;

/** Milliseconds until a daemon is looked for again that is not there. */
const retryMs = 5000;

export class Changes {
  readonly #door: Door;
  readonly #told: Told;
  /** By address: how often it is followed, and the state that was seen last. */
  readonly #followed = new Map<string, { count: number; mark?: string | undefined }>();
  #interested = 0;
  #jobs: string | undefined;
  #running: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;
  /** One look after the other. */
  #looks: Promise<void> = Promise.resolve();

  constructor(door: Door, told: Told) {
    this.#door = door;
    this.#told = told;
  }

  /** Follows these resources and the list of resources. Starts no daemon: what is not there does not change. Returns what ends it. */
  follow(uris: readonly string[]): () => void {
    for (const uri of uris) {
      const entry = this.#followed.get(uri) ?? { count: 0 };
      entry.count += 1;
      this.#followed.set(uri, entry);
    }
    this.#interested += 1;
    if (this.#running === undefined) this.#start();
    else this.#look();
    let following = true;
    return () => {
      if (!following) return;
      following = false;
      this.#unfollow(uris);
    };
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.stop.abort();
    await running?.done;
    await this.#looks;
  }

  #unfollow(uris: readonly string[]): void {
    for (const uri of uris) {
      const entry = this.#followed.get(uri);
      if (entry !== undefined && (entry.count -= 1) === 0) this.#followed.delete(uri);
    }
    this.#interested -= 1;
    if (this.#interested === 0) void this.close();
  }

  #start(): void {
    const stop = new AbortController();
    this.#running = { stop, done: this.#run(stop.signal) };
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const client = await this.#door.findClient();
        if (client !== undefined) await this.#watch(client, signal);
      } catch (error) {
        this.#door.note(`changes are not told for a while: ${String(error)}`);
      }
      await pause(retryMs, signal);
    }
  }

  async #watch(client: Daemon, signal: AbortSignal): Promise<void> {
    for await (const sessions of client.watchSessions({ signal })) {
      this.#look(sessions);
      await this.#looks;
      await pause(pauseMs, signal);
    }
  }

  #look(sessions?: readonly Session[]): void {
    this.#looks = this.#looks.then(async () => {
      try {
        if (sessions !== undefined) this.#lookAtJobs(sessions);
        const client = await this.#door.findClient();
        if (client !== undefined) await this.#lookAtAll(client);
      } catch (error) {
        this.#door.note(`changes could not be looked for: ${String(error)}`);
      }
    });
  }

  #lookAtJobs(sessions: readonly Session[]): void {
    const jobs = openJobs(sessions).toSorted().join();
    const changed = this.#jobs !== undefined && this.#jobs !== jobs;
    this.#jobs = jobs;
    if (changed) this.#told.listChanged();
  }

  async #lookAtAll(client: Daemon): Promise<void> {
    for (const [uri, entry] of this.#followed) {
      const found = await readUri(this.#door, client, uri).catch(() => undefined);
      const mark = found === undefined ? 'nothing' : (found.mark ?? found.text);
      const changed = entry.mark !== undefined && entry.mark !== mark;
      entry.mark = mark;
      if (changed) this.#told.updated(uri);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal, ref: false }).catch(() => {});
}
