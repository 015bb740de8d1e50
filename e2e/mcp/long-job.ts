// A scene on a virtual clock: a place with one daemon at a time, a client with little patience, and things that happen at their time.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Called, McpProcess } from './mcp-process.ts';
import { PacedAgent, pacedAgent, pacedConfig } from './paced-agent.ts';
import { Place } from './place.ts';
import { VirtualClock } from './virtual-clock.ts';

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** After so long the client gives a call up, as most do. */
export const patienceMs = minute;

/** Milliseconds (real) in which a call is read, on a machine that has nothing else to do; where it has, the call takes more of the virtual clock. */
const readMs = 40;

/** Milliseconds (real) between two looks at processes. */
const lookMs = 25;

interface Deed {
  /** Milliseconds since the beginning. */
  readonly at: number;
  readonly deed: () => Promise<void>;
}

export class LongScene {
  readonly clock: VirtualClock;
  readonly place: Place;
  readonly begunAt: number;
  /** The longest that a call took, in virtual milliseconds. */
  longestMs = 0;
  kills = 0;
  #window: McpProcess | undefined;
  #deeds: Deed[] = [];
  #calling = false;

  private constructor(clock: VirtualClock, place: Place) {
    this.clock = clock;
    this.place = place;
    this.begunAt = clock.now;
  }

  static async open(t: TestContext): Promise<LongScene> {
    const clock = await VirtualClock.start();
    // What ends at the end takes its time.
    t.after(() => void clock.run());
    const place = await Place.open(t, {
      programs: { codex: pacedAgent },
      config: pacedConfig,
      nodeArgs: clock.nodeArgs,
      env: clock.env,
    });
    t.after(() => clock.close());
    return new LongScene(clock, place);
  }

  /** Milliseconds since the beginning. */
  get elapsed(): number {
    return this.clock.now - this.begunAt;
  }

  agent(t: TestContext, name: string): PacedAgent {
    const agent = new PacedAgent(this.place.root, name, () => this.clock.now);
    t.after(() => agent.close());
    return agent;
  }

  /** Something that happens at that time, or a moment later. */
  at(ms: number, deed: () => Promise<void>): void {
    this.#deeds = [...this.#deeds, { at: ms, deed }].toSorted((a, b) => a.at - b.at);
  }

  async pass(ms: number): Promise<void> {
    const end = this.elapsed + ms;
    for (;;) {
      const next = this.#deeds[0];
      if (next === undefined || next.at > end) break;
      this.#deeds.shift();
      await this.clock.pass(Math.max(0, next.at - this.elapsed));
      await next.deed();
    }
    await this.clock.pass(Math.max(0, end - this.elapsed));
  }

  /** The person shuts the editor; the next call opens it again. */
  async shut(): Promise<void> {
    const window = this.#window;
    this.#window = undefined;
    if (window !== undefined) assert.equal(await this.clock.during(window.leave()), 0);
  }

  /** A call, with time that passes meanwhile. */
  async call(name: string, args: Readonly<Record<string, unknown>>, passMs = 0): Promise<Called> {
    this.#window ??= await this.clock.during(this.place.window({ patienceMs, after: this.clock.after }));
    const begun = this.elapsed;
    this.#calling = true;
    let answeredAt: number | undefined;
    const called = this.#window.call(name, args).finally(() => {
      answeredAt = this.elapsed;
      this.#calling = false;
    });
    called.catch(() => undefined);
    if (passMs > 0) {
      // The door's own clock for this call begins when it has read it.
      await pause(readMs);
      await this.pass(passMs);
    }
    const answer = await this.clock.during(called);
    this.longestMs = Math.max(this.longestMs, (answeredAt ?? Infinity) - begun);
    return answer;
  }

  /** `kill -9`. When a call is under way, it is the door that brings it back; else the next call does. */
  async killDaemon(): Promise<void> {
    const [daemon, ...others] = await this.place.daemons();
    assert.ok(daemon !== undefined && others.length === 0, 'one daemon');
    process.kill(daemon.pid, 'SIGKILL');
    await this.place.gone(async () => (await this.place.daemons()).filter(({ pid }) => pid === daemon.pid));
    this.kills += 1;
    if (this.#calling) await this.clock.during(this.#back());
  }

  async #back(): Promise<void> {
    // A call that is answered in the same moment leaves it to the next one.
    while (this.#calling && !(await this.place.listens())) await pause(lookMs);
  }
}
