// Sends one answer: block by block, piece by piece at its pace, with the faults that the script asks for.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Conversation } from './conversation.ts';
import type { Gates } from './gates.ts';
import { piecesOf } from './pieces.ts';
import type { Failure, ReplyStep, SomeUsage, UsageNumbers } from './reply.ts';
import { tokensOf } from './usage.ts';
import type { Block, Encoder, Wire } from './wire/encoder.ts';
import { newId } from './wire/ids.ts';

export interface Stage {
  readonly response: ServerResponse;
  readonly wire: Wire;
  readonly conversation: Conversation;
  /** Estimated usage of the request. */
  readonly input: UsageNumbers;
  /** Milliseconds before each piece; 0 sends as fast as the client reads. */
  readonly pace: number;
  readonly gates: Gates;
  /** Told just before an answer waits at a gate that is not open. */
  readonly onGate: (name: string) => void;
  /** Aborted when the client leaves or the server closes. */
  readonly signal: AbortSignal;
}

/** `answered`: to the end. `failed`: with an error of the vendor's form. `cut`: the connection was destroyed. */
export type Outcome = 'answered' | 'failed' | 'cut';

// Arguments have no words to go by.
const CALL_PIECE = 32;

/** Rejects with the signal's reason when the client leaves before the end. */
export async function play(steps: readonly ReplyStep[], stage: Stage): Promise<Outcome> {
  const player = new Player(stage);
  for (const step of steps) {
    const outcome = await player.take(step);
    if (outcome !== undefined) return outcome;
  }
  player.finish();
  return 'answered';
}

class Player {
  readonly #stage: Stage;
  readonly #encoder: Encoder;
  #pace: number;
  #open: Block | undefined;
  #written = 0;
  #reasoned = 0;
  #given: SomeUsage = {};
  /** Pieces left until the connection is destroyed. */
  #left = Infinity;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#encoder = stage.wire.encoder(stage.conversation, stage.input);
    this.#pace = stage.pace;
  }

  async take(step: ReplyStep): Promise<Outcome | undefined> {
    const { signal, gates, onGate } = this.#stage;
    switch (step.kind) {
      case 'say':
      case 'reason':
        return this.#write({ kind: step.kind }, piecesOf(step.text, step.chunk), step.pace ?? this.#pace);
      case 'call':
        this.#close();
        return this.#write(step, piecesOf(step.call.input, CALL_PIECE), this.#pace);
      case 'usage':
        this.#given = { ...this.#given, ...step.usage };
        return undefined;
      case 'pace':
        this.#pace = step.ms;
        return undefined;
      case 'gate':
        if (!gates.isOpen(step.name)) onGate(step.name);
        await gates.pass(step.name, signal);
        return undefined;
      case 'error':
        this.#fail(step.failure);
        return 'failed';
      case 'stall':
        this.#begin();
        await (step.forMs === undefined ? forEver(signal) : wait(step.forMs, undefined, { signal }));
        return undefined;
      case 'hang':
        await forEver(signal);
        return undefined;
      case 'cut':
        this.#left = step.after;
        return this.#left === 0 ? this.#cut() : undefined;
    }
  }

  finish(): void {
    this.#begin();
    this.#close();
    const { response, conversation, wire } = this.#stage;
    if (conversation.stream) {
      response.end(this.#encoder.end(this.#usage()));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json', [wire.requestIdHeader]: newId('req') });
    response.end(JSON.stringify(this.#encoder.body(this.#usage())));
  }

  // Two texts in a row are one block, so that a gate or a stall can stand in the middle of a text.
  async #write(block: Block, pieces: readonly string[], pace: number): Promise<Outcome | undefined> {
    if (block.kind === 'reason' && !this.#stage.conversation.wantsReasoning) return undefined;
    this.#begin();
    if (block.kind === 'call' || this.#open?.kind !== block.kind) {
      this.#close();
      this.#open = block;
      this.#send(this.#encoder.open(block));
    }
    const { signal, response, conversation } = this.#stage;
    for (const piece of pieces) {
      if (pace > 0) await wait(pace, undefined, { signal });
      else signal.throwIfAborted();
      this.#written += piece.length;
      if (block.kind === 'reason') this.#reasoned += piece.length;
      const text = this.#encoder.delta(piece);
      if (conversation.stream && !response.write(text)) await once(response, 'drain', { signal });
      if (--this.#left <= 0) return this.#cut();
    }
    return undefined;
  }

  #begin(): void {
    const { response, wire, conversation } = this.#stage;
    if (!conversation.stream || response.headersSent) return;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      [wire.requestIdHeader]: newId('req'),
    });
    this.#send(this.#encoder.begin());
  }

  #close(): void {
    if (this.#open === undefined) return;
    this.#open = undefined;
    this.#send(this.#encoder.close());
  }

  #send(text: string): void {
    if (this.#stage.conversation.stream && text !== '') this.#stage.response.write(text);
  }

  #fail(failure: Failure): void {
    const { response, wire } = this.#stage;
    if (response.headersSent) response.end(this.#encoder.fail(failure));
    else sendError(response, wire, failure);
  }

  async #cut(): Promise<Outcome> {
    const { response, conversation, signal } = this.#stage;
    if (conversation.stream) {
      this.#begin();
      // Bytes that the kernel has not taken yet would be thrown away: wait until this comment is out.
      const { promise, resolve } = Promise.withResolvers<void>();
      response.write(': cut\n\n', () => resolve());
      await Promise.race([promise, forEver(signal)]);
    }
    response.destroy();
    return 'cut';
  }

  #usage(): UsageNumbers {
    const { input } = this.#stage;
    return {
      input: this.#given.input ?? input.input,
      cached: this.#given.cached ?? (this.#given.input === undefined ? input.cached : 0),
      cacheWrite: this.#given.cacheWrite ?? 0,
      output: this.#given.output ?? tokensOf(this.#written),
      reasoning: this.#given.reasoning ?? tokensOf(this.#reasoned),
    };
  }
}

/** An error answer in the vendor's own form. */
export function sendError(response: ServerResponse, wire: Wire, failure: Failure): void {
  response.writeHead(failure.status, {
    'content-type': 'application/json',
    [wire.requestIdHeader]: newId('req'),
    ...(failure.retryAfter !== undefined && { 'retry-after': String(failure.retryAfter) }),
  });
  response.end(JSON.stringify(wire.errorBody(failure)));
}

/** Only ends by the signal, with its reason. */
function forEver(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
