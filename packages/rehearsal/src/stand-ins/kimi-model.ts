// The model of the legacy Kimi stand-in: the rehearsal persona (or a scenario), asked in-process instead of over HTTP. Its answer comes
// piece by piece; its failures are those that a model server would have.
import type { Conversation, Entry, ToolCall } from '../conversation.ts';
import { piecesOf } from '../pieces.ts';
import type { Failure, ReplyStep, Timing } from '../reply.ts';
import { createScript, type Script } from '../script.ts';
import type { CheckedScenario } from '../scenario.ts';
import { currentTurn } from '../turn.ts';
import { inputUsage, tokensOf } from '../usage.ts';
import { personaTools } from './kimi-tools.ts';

export interface TokenUsage {
  readonly input_other: number;
  readonly output: number;
  readonly input_cache_read: number;
  readonly input_cache_creation: number;
}

export interface Answer {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly ToolCall[];
  readonly usage: TokenUsage;
}

export interface Listener {
  readonly onText: (piece: string) => void;
  readonly onThought: (piece: string) => void;
}

/** The model server failed. */
export class ModelError extends Error {
  readonly errorType: 'APIStatusError' | 'APIConnectionError';
  readonly status: number | null;

  constructor(errorType: ModelError['errorType'], status: number | null, message: string) {
    super(message);
    this.errorType = errorType;
    this.status = status;
  }

  /** What legacy kimi tries again, and calls retryable when it gives up. */
  get isRetryable(): boolean {
    return this.status === null || [429, 500, 502, 503, 504].includes(this.status);
  }
}

export class KimiModel {
  readonly #script: Script;
  readonly #pace: number;

  constructor(scenario: CheckedScenario) {
    this.#script = createScript(scenario);
    this.#pace = scenario.pace ?? 0;
  }

  /** @throws ModelError, or what `signal` was aborted with. */
  async ask(entries: readonly Entry[], cwd: string, signal: AbortSignal, listener: Listener): Promise<Answer> {
    const conversation: Conversation = {
      dialect: 'chat',
      model: 'rehearsal',
      stream: true,
      entries,
      tools: personaTools,
      machineText: `working directory: ${cwd}`,
      wantsReasoning: true,
    };
    const reply = new Reply(listener, signal, this.#pace);
    for (const step of this.#script(conversation, currentTurn(conversation))) await reply.play(step);
    return reply.answer(inputUsage(conversation, JSON.stringify(entries).length));
  }
}

class Reply {
  #text = '';
  #thoughts = '';
  #calls: readonly ToolCall[] = [];
  #usage: {
    readonly input?: number | undefined;
    readonly output?: number | undefined;
    readonly cached?: number | undefined;
  } = {};
  /** Pieces after which the connection breaks. */
  #left = Number.POSITIVE_INFINITY;
  #pace: number;
  readonly #listener: Listener;
  readonly #signal: AbortSignal;

  constructor(listener: Listener, signal: AbortSignal, pace: number) {
    this.#listener = listener;
    this.#signal = signal;
    this.#pace = pace;
  }

  async play(step: ReplyStep): Promise<void> {
    switch (step.kind) {
      case 'say':
        await this.#stream(step.text, step, (piece) => {
          this.#text += piece;
          this.#listener.onText(piece);
        });
        return;
      case 'reason':
        await this.#stream(step.text, step, (piece) => {
          this.#thoughts += piece;
          this.#listener.onThought(piece);
        });
        return;
      case 'call':
        this.#calls = [...this.#calls, step.call];
        return;
      case 'usage':
        this.#usage = { ...this.#usage, ...step.usage };
        return;
      case 'pace':
        this.#pace = step.ms;
        return;
      case 'error':
        throw statusError(step.failure);
      case 'cut':
        this.#left = step.after;
        if (step.after === 0) throw connectionError();
        return;
      case 'stall':
        await pause(step.forMs, this.#signal);
        return;
      case 'hang':
        await pause(undefined, this.#signal);
        return;
      case 'gate': // Opened over HTTP only: there is no server here.
    }
  }

  answer(estimate: { readonly input: number; readonly cached: number }): Answer {
    const { input = estimate.input, cached = estimate.cached } = this.#usage;
    const calls = this.#calls.reduce((sum, call) => sum + call.input.length, 0);
    const output = this.#usage.output ?? tokensOf(this.#text.length + this.#thoughts.length + calls);
    return {
      text: this.#text,
      thoughts: this.#thoughts,
      calls: this.#calls,
      usage: { input_other: input - cached, output, input_cache_read: cached, input_cache_creation: 0 },
    };
  }

  async #stream(text: string, { chunk, pace = this.#pace }: Timing, give: (piece: string) => void): Promise<void> {
    for (const piece of piecesOf(text, chunk)) {
      if (this.#left-- <= 0) throw connectionError();
      if (pace > 0) await pause(pace, this.#signal);
      this.#signal.throwIfAborted();
      give(piece);
    }
  }
}

function statusError({ status, message }: Failure): ModelError {
  const words = message ?? `The rehearsal was told to answer with ${status}.`;
  return new ModelError('APIStatusError', status, `Error code: ${status} - {'error': {'message': '${words}'}}`);
}

function connectionError(): ModelError {
  return new ModelError('APIConnectionError', null, 'Connection error.');
}

/** Milliseconds; without a number until `signal` ends it. */
export function pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    // A timer in any case: without one nothing would keep the process alive.
    const timer = setTimeout(ms === undefined ? () => {} : ended, ms ?? 2 ** 31 - 1);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    function ended(): void {
      signal.removeEventListener('abort', stop);
      resolve();
    }
    signal.addEventListener('abort', stop, { once: true });
  });
}
