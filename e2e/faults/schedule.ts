// One schedule: a session of the real engine and a real driver, in front of an agent that fails in every way there is, and people who
// send, stop and answer at any moment. Time is virtual: a stall costs nothing.

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import type { MockTimers } from 'node:test';
import { Engine } from '@parley/engine';
import type { Agents } from '@parley/engine';
import { ConfigSchema, ParleyError } from '@parley/schema';
import type {
  Driver,
  ParleyEvent,
  Policy,
  RunId,
  SessionId,
  Store,
  SubmitResult,
  SubmitWhen,
  Turn,
  TurnId,
} from '@parley/schema';
import { FakeRuntime } from './fake-runtime.ts';
import type { FakeProcess } from './fake-runtime.ts';
import { Fence, fenced } from './fence.ts';
import { mangled, noiseLine } from './mangle.ts';
import { nameOf, peerFor } from './peers.ts';
import { observed } from './observed.ts';
import { Random } from './random.ts';

/** How bad things are: probabilities of what can go wrong each time that the agent is about to do something. */
interface Weather {
  readonly garbage: number;
  readonly death: number;
  readonly stall: number;
  /** Of what people do, how much is not just sending the next words. */
  readonly meddling: number;
}

const weathers: readonly [Weather, ...Weather[]] = [
  { garbage: 0, death: 0, stall: 0, meddling: 0.3 },
  { garbage: 0.1, death: 0, stall: 0, meddling: 0.2 },
  { garbage: 0, death: 0.03, stall: 0, meddling: 0.2 },
  { garbage: 0, death: 0, stall: 0.03, meddling: 0.2 },
  { garbage: 0.03, death: 0.02, stall: 0.02, meddling: 0.5 },
];

/** What people sent, and what they were told. */
export interface Sent {
  readonly text: string;
  readonly result: SubmitResult;
}

export interface Played {
  readonly events: readonly ParleyEvent[];
  readonly turns: readonly Turn[];
  readonly sent: ReadonlyMap<TurnId, Sent>;
  /** How often an agent gave its word that a turn is done well. */
  readonly proofs: number;
  readonly reports: readonly string[];
}

export interface ScheduleOptions {
  readonly driver: Driver;
  readonly seed: number;
  /** Inputs that are sent. */
  readonly inputs: number;
  readonly timers: MockTimers;
  readonly store: Store;
}

/** Longer than any deadline but keep-warm's. */
const longMs = 3_700_000;
const config = ConfigSchema.parse({ deadlines: { tool: 60, idle: 30, approval: 45, keep_warm: 300 } });

/** Play one schedule to its rest. Throws when the session does not come to rest, or something is left of it. */
export function play(options: ScheduleOptions): Promise<Played> {
  return new Schedule(options).run();
}

class Schedule {
  readonly #driver: Driver;
  readonly #random: Random;
  readonly #weather: Weather;
  readonly #inputs: number;
  readonly #timers: MockTimers;
  readonly #store: Store;
  readonly #processes = new Map<RunId, FakeProcess>();
  readonly #stalled = new Set<FakeProcess>();
  readonly #sent = new Map<TurnId, Sent>();
  readonly #reports: string[] = [];
  #proofs = 0;
  #held: string | undefined;
  #fence = new Fence();
  #engine: Engine | undefined;
  #id: SessionId | undefined;

  constructor({ driver, seed, inputs, timers, store }: ScheduleOptions) {
    this.#driver = observed(driver, (what) => void this.#reports.push(`${nameOf(driver)}: ${what}`));
    this.#random = new Random(seed);
    this.#weather = weathers[seed % weathers.length] ?? weathers[0];
    this.#inputs = inputs;
    this.#timers = timers;
    this.#store = store;
  }

  async run(): Promise<Played> {
    await this.#open();
    const policy = this.#driver.capabilities.approvals
      ? this.#random.pick<Policy>(['ask', 'edit', 'full', 'read-only'])
      : 'full';
    this.#id = (await this.#opened.createSession({ agent: this.#driver.agent, cwd: tmpdir(), policy })).id;
    while (this.#sent.size < this.#inputs) await this.#move();
    await this.#rest();
    const { events } = await this.#opened.events(this.#session, 0, 1_000_000);
    const turns = await this.#opened.turns(this.#session, 1_000_000);
    assert.equal(this.#opened.workingTurns, 0, 'no turn is left working');
    assert.deepEqual(await this.#opened.approvals(true), [], 'no approval is left open');
    await this.#close('end');
    assert.ok(![...this.#processes.values()].some(({ ended }) => !ended), 'no process is left running');
    assert.deepEqual(await this.#store.runs(), [], 'no run is left in the store');
    await this.#store.deleteSession(this.#session);
    return { events, turns, sent: this.#sent, proofs: this.#proofs, reports: this.#reports };
  }

  get #opened(): Engine {
    assert.ok(this.#engine !== undefined);
    return this.#engine;
  }

  get #session(): SessionId {
    assert.ok(this.#id !== undefined);
    return this.#id;
  }

  async #open(): Promise<void> {
    const driver = this.#driver;
    const start = peerFor(driver);
    const prepared = new Map<RunId, { readonly threadId: string | undefined; readonly prompt: string }>();
    const agents: Agents = {
      driver: () => driver,
      defaults: () => Promise.resolve({ backend: { kind: 'login', detail: 'test' }, policy: 'ask', mode: driver.mode }),
      modelName: (_session, wanted) => Promise.resolve(wanted),
      prepare: ({ threadId }, { runId, prompt }) => {
        prepared.set(runId, { threadId, prompt });
        return Promise.resolve({ request: { argv: [driver.agent], env: {}, cwd: tmpdir() }, limits: [] });
      },
      checkPolicy: () => undefined,
      forking: () => [],
      environmentOf: () => Promise.resolve('test'),
    };
    const fence = new Fence();
    this.#fence = fence;
    this.#engine = await Engine.open({
      store: fenced(this.#store, fence),
      runtime: new FakeRuntime(this.#processes, fence, ({ runId }) => {
        const { threadId, prompt = '' } = prepared.get(runId) ?? {};
        return start({ random: this.#random, threadId, prompt });
      }),
      agents,
      config,
      report: (text, error) => {
        if (!fence.down) this.#reports.push(`${text}: ${String(error)}`);
      },
    });
  }

  /** Let everything that is ready happen. Promises only: no time passes. */
  async #settle(): Promise<void> {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }

  /** Somebody does something: the agent mostly. */
  async #move(): Promise<void> {
    if (this.#random.chance(0.2)) await this.#person();
    else if (this.#processes.size > 0 && this.#random.chance(0.01)) await this.#restart();
    else await this.#agents();
    await this.#settle();
  }

  async #person(): Promise<void> {
    const engine = this.#opened;
    const [approval] = await engine.approvals(true);
    if (approval !== undefined && this.#random.chance(0.7)) {
      const [first, ...rest] = approval.options;
      if (first === undefined) return;
      await engine.answer(approval.id, { optionId: this.#random.pick([first, ...rest]).id }).catch(late);
      return;
    }
    if (!this.#random.chance(this.#weather.meddling)) {
      const busy = engine.session(this.#session).activeTurnId !== undefined;
      // Mostly one after the other, so that there is time for each.
      if (!busy || this.#random.chance(0.1)) await this.#send('now');
      return;
    }
    const { queue } = engine.session(this.#session);
    switch (this.#random.below(8)) {
      case 0:
      case 1:
        await engine.interrupt(this.#session, this.#random.chance(0.3) ? 'drop' : 'keep');
        return;
      case 2:
        if (queue[0] !== undefined) await engine.cancelQueued(this.#session, queue[0].turnId).catch(late);
        return;
      default:
        await this.#send(this.#random.pick<SubmitWhen>(['now', 'steer', 'steer', 'steer-only', 'queue', 'interrupt']));
    }
  }

  async #send(when: SubmitWhen): Promise<void> {
    const text = `words ${this.#sent.size}`;
    const result = await this.#opened.submit(this.#session, { text, when });
    this.#sent.set(result.turnId, { text, result });
  }

  /** The daemon goes, in one way or another, and the next one takes up its sessions and processes. */
  async #restart(): Promise<void> {
    switch (this.#random.below(4)) {
      case 0:
        await this.#close('keep');
        break;
      case 1:
        this.#fence.down = true;
        break;
      case 2:
        // In the middle of what the agents say, after a commit and before what follows from it.
        this.#fence.commitsToLive = 1 + this.#random.below(4);
        for (let round = 0; round < 10 && !this.#fence.down; round++) {
          await this.#agents();
          await this.#settle();
        }
        this.#fence.down = true;
        break;
      case 3:
        // The machine starts anew: the processes are gone with it.
        this.#fence.down = true;
        for (const process of this.#processes.values()) process.die({ code: null, signal: 'SIGKILL' });
        this.#processes.clear();
    }
    await this.#open();
  }

  async #close(runs: 'keep' | 'end'): Promise<void> {
    let closed = false;
    const closing = this.#opened.close(runs).then(() => void (closed = true));
    while (!closed) {
      for (const process of this.#processes.values()) if (process.ending) this.#end(process);
      await this.#settle();
    }
    await closing;
  }

  /** Each living process does one thing, or something happens to it. */
  async #agents(): Promise<void> {
    const { garbage, death, stall } = this.#weather;
    for (const process of this.#processes.values()) {
      if (process.ended) continue;
      if (process.ending && this.#random.chance(0.3)) {
        this.#end(process);
        continue;
      }
      if (this.#random.chance(death)) {
        this.#kill(process);
        continue;
      }
      if (this.#random.chance(stall)) this.#stalled.add(process);
      if (this.#stalled.has(process)) {
        await this.#wait();
        continue;
      }
      if (this.#random.chance(garbage / 4)) process.print(noiseLine(this.#random));
      this.#act(process);
    }
  }

  #act(process: FakeProcess): void {
    for (let steps = 1 + this.#random.below(3); steps > 0 && !process.ended; steps--) {
      const deed = process.peer.next();
      if (deed === undefined) return;
      if (deed.does === 'exit') {
        this.#flush(process);
        this.#exit(process, deed.code);
      } else {
        if (deed.proof) this.#proofs += 1;
        this.#print(process, deed.line);
      }
    }
  }

  #print(process: FakeProcess, line: string): void {
    if (!this.#random.chance(this.#weather.garbage)) {
      process.print(line);
      return this.#flush(process);
    }
    // Now and then two lines come in the wrong order.
    if (this.#held === undefined && this.#random.chance(0.15)) this.#held = line;
    else for (const each of mangled(line, this.#random)) process.print(each);
  }

  #flush(process: FakeProcess): void {
    if (this.#held !== undefined) process.print(this.#held);
    this.#held = undefined;
  }

  /** Its end was asked for: it goes in peace, or by a signal. */
  #end(process: FakeProcess): void {
    if (this.#random.chance(0.3)) this.#act(process);
    if (this.#random.chance(0.5)) this.#exit(process, this.#random.pick([0, 1, 143]));
    else process.die({ code: null, signal: this.#random.pick(['SIGTERM', 'SIGKILL']) });
  }

  /** It dies by itself, or by somebody else's hand: in the middle of a line too. */
  #kill(process: FakeProcess): void {
    const deed = this.#random.chance(0.3) ? process.peer.next() : undefined;
    if (deed?.does === 'print') process.print(deed.line.slice(0, this.#random.below(deed.line.length)));
    const signal = this.#random.pick([undefined, 'SIGKILL', 'SIGTERM', 'SIGSEGV', 'SIGABRT', 'SIGHUP', 'unknown']);
    if (signal === 'unknown') process.die({ code: null, signal: null });
    else if (signal === undefined) this.#exit(process, this.#random.pick([0, 1, 2, 127, 137, 255]));
    else process.die({ code: null, signal });
  }

  #exit(process: FakeProcess, code: number): void {
    if (process.ended) return;
    if (code === 0 && process.peer.exitProves) this.#proofs += 1;
    process.die({ code, signal: null });
  }

  /** Time passes: up to the next deadlines. */
  async #wait(): Promise<void> {
    this.#timers.tick(this.#random.pick([1_000, 6_000, 11_000, 31_000, 61_000]));
    await this.#settle();
  }

  /** No more faults and nobody who sends: everything has to come to its end, if need be by its deadlines. */
  async #rest(): Promise<void> {
    for (let round = 0; round < 2_000; round++) {
      const { activeTurnId, queue, state } = this.#opened.session(this.#session);
      if (activeTurnId === undefined && queue.length === 0 && state !== 'working' && state !== 'waiting') return;
      for (const process of this.#processes.values()) {
        if (process.ended) continue;
        if (process.ending) this.#end(process);
        else if (!this.#stalled.has(process)) this.#act(process);
      }
      await this.#settle();
      if (round % 10 === 9) this.#timers.tick(round < 1_000 ? 5_000 : longMs);
      await this.#settle();
    }
    assert.fail(`the session never came to rest: ${JSON.stringify(this.#opened.session(this.#session))}`);
  }
}

const late = (error: unknown): void => {
  const known = ['turn_not_queued', 'approval_resolved', 'unknown_turn'];
  assert.ok(ParleyError.is(error) && known.includes(error.code), String(error));
};
