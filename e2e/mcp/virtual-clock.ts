// A clock that moves when the test says so, for all processes of Parley that are started with `on-virtual-clock.ts` loaded first. They stay what
// they are: real processes that can be killed, real sockets, a real store. Only waiting costs nothing.

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { inRoot } from '../../scripts/lib/root.mjs';
import type { After } from './mcp-process.ts';

/** Milliseconds that processes get at once: short against the waits of a connection (15 s). */
const stepMs = 5_000;

/** How time goes while something real is waited for. */
const slow = { virtualMs: 50, realMs: 25 };

/** What the clock says to a process that joins, and then again and again. The process says `done` after each. */
export type Tick = { readonly now: number } | { readonly tick: number };

export class VirtualClock {
  /** Milliseconds since the epoch. */
  now = 1_800_000_000_000;
  /** Of every process that is on this clock. */
  readonly members = new Map<Socket, { done: () => void }>();
  readonly path: string;
  readonly #folder: string;
  readonly #server: Server;
  #running = false;
  #passing = Promise.resolve();
  #rings: { readonly at: number; readonly ring: () => void }[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, 'clock.sock');
    // Whoever waits for the clock waits for something else too: by itself it keeps no test from its end.
    this.#server = createServer((socket) => this.#join(socket.unref())).unref();
  }

  static async start(): Promise<VirtualClock> {
    const clock = new VirtualClock(await mkdtemp(join(tmpdir(), 'parley-clock-')));
    clock.#server.listen(clock.path);
    await once(clock.#server, 'listening');
    return clock;
  }

  /** What puts a process on this clock. */
  get nodeArgs(): readonly string[] {
    return ['--import', inRoot('e2e', 'mcp', 'on-virtual-clock.ts')];
  }

  get env(): NodeJS.ProcessEnv {
    return { VIRTUAL_CLOCK: this.path };
  }

  readonly after: After = (ms, ring) => {
    const one = { at: this.now + ms, ring };
    this.#rings.push(one);
    return () => void (this.#rings = this.#rings.filter((other) => other !== one));
  };

  /** Time passes everywhere; when several wait for it, for one after the other. What comes of it may need a while of real time. */
  pass(ms: number): Promise<void> {
    this.#passing = this.#passing.then(() => this.#pass(ms));
    return this.#passing;
  }

  async #pass(ms: number): Promise<void> {
    const end = this.now + ms;
    while (this.now < end) {
      const tick = Math.min(stepMs, end - this.now);
      this.now += tick;
      await Promise.all([...this.members].map(([socket, member]) => tell(socket, member, { tick })));
      const due = this.#rings.filter(({ at }) => at <= this.now);
      this.#rings = this.#rings.filter(({ at }) => at > this.now);
      for (const { ring } of due) ring();
    }
  }

  /** From now on it goes by itself, about twice as fast as a real one: for what ends at the end of a test. */
  async run(): Promise<void> {
    this.#running = true;
    while (this.#running) {
      await this.pass(slow.virtualMs);
      await pause(slow.realMs, undefined, { ref: false });
    }
  }

  /** Waits for what real processes do, while time goes on at that pace. */
  async during<Result>(work: Promise<Result>): Promise<Result> {
    let isOver = false;
    const settled = work.catch(() => undefined).then(() => (isOver = true));
    while (!isOver) {
      await Promise.race([settled, pause(slow.realMs)]);
      if (!isOver) await this.pass(slow.virtualMs);
    }
    return work;
  }

  async close(): Promise<void> {
    this.#running = false;
    this.#server.close();
    for (const socket of this.members.keys()) socket.destroy();
    await rm(this.#folder, { recursive: true });
  }

  #join(socket: Socket): void {
    const member = { done: () => undefined };
    this.members.set(socket, member);
    // A process that is killed is no longer waited for.
    const leave = (): void => {
      this.members.delete(socket);
      member.done();
    };
    socket.on('error', leave).once('close', leave);
    // It tells its stream's errors once more.
    createInterface({ input: socket })
      .on('line', () => member.done())
      .on('error', leave);
    socket.write(`${JSON.stringify({ now: this.now } satisfies Tick)}\n`);
  }
}

function tell(socket: Socket, member: { done: () => void }, tick: Tick): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  member.done = resolve;
  if (socket.destroyed) resolve();
  else socket.write(`${JSON.stringify(tick)}\n`);
  return promise;
}
