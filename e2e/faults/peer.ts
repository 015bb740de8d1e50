// The agent's side of a conversation: hears what Parley writes, and says one thing after the other when it is its turn to.

import type { Random } from './random.ts';

/** What a peer is started with, as an agent would read it from its command line. */
export interface PeerStart {
  readonly random: Random;
  /** The conversation to go on with. */
  readonly threadId: string | undefined;
  /** The words of the turn, for agents that take them from the command line. */
  readonly prompt: string;
  /** The pieces of its answer. */
  readonly answer?: readonly string[];
}

/** One thing that an agent does: a line that it prints, or its own end. */
export type Deed =
  | {
      readonly does: 'print';
      readonly line: string;
      /** The agent's own word that a turn is done well: without one, no turn may count as completed. */
      readonly proof: boolean;
    }
  | { readonly does: 'exit'; readonly code: number };

export type Message = Readonly<Record<string, unknown>>;

/** An agent that works off a plan. What it hears adds to the plan, or changes it. */
export abstract class Peer {
  /** Nothing that it prints says that all went well: an exit with code 0 does. */
  readonly exitProves: boolean = false;
  protected readonly random: Random;
  protected readonly answer: readonly string[];
  /** Each step prints when its turn comes, so that it can look at what was heard meanwhile. */
  protected plan: (() => void)[] = [];
  readonly #deeds: Deed[] = [];

  constructor({ random, answer = ['all ', 'done'] }: PeerStart) {
    this.random = random;
    this.answer = answer;
  }

  /** One line from Parley. */
  abstract hear(line: string): void;

  /** Parley has closed stdin. */
  endOfInput(): void {
    this.plan.push(() => this.exit(0));
  }

  /** What it does next; undefined: it waits. */
  next(): Deed | undefined {
    while (this.#deeds.length === 0 && !this.waits) {
      const step = this.plan.shift();
      if (step === undefined) break;
      step();
    }
    return this.#deeds.shift();
  }

  /** True while it waits for an answer. */
  protected get waits(): boolean {
    return false;
  }

  protected print(message: Message | string, proof = false): void {
    this.#deeds.push({ does: 'print', line: typeof message === 'string' ? message : JSON.stringify(message), proof });
  }

  protected exit(code: number): void {
    this.#deeds.push({ does: 'exit', code });
  }
}

/** A line from Parley as an object. Parley never writes anything else to an agent that speaks JSON. */
export function messageOf(line: string): Message {
  return JSON.parse(line) as Message;
}

/** A field that is an object, or an empty one. */
export function field(message: Message, name: string): Message {
  const value = message[name];
  return typeof value === 'object' && value !== null ? (value as Message) : {};
}

/** A field that is a string, or `otherwise`. */
export function wordsIn(message: Message, name: string, otherwise: string): string {
  const value = message[name];
  return typeof value === 'string' ? value : otherwise;
}

/** The text of the first element of a list of text blocks. */
export function textIn(blocks: unknown): string {
  const [first] = Array.isArray(blocks) ? (blocks as readonly Message[]) : [];
  return first === undefined ? '' : wordsIn(first, 'text', '');
}
