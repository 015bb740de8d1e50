// The loop of the legacy Kimi stand-in: steps of model and tools until the model calls no more tools, with the wire events, approvals,
// steering, retries and ends of kimi 1.49.0.
import { randomUUID } from 'node:crypto';
import type { ToolCall } from '../conversation.ts';
import { stringOf, objectOf, type JsonObject } from '../shape.ts';
import { readKimiDirectives, type KimiDirectives } from './kimi-directives.ts';
import { ModelError, pause, type Answer, type KimiModel } from './kimi-model.ts';
import type { KimiSession } from './kimi-session.ts';
import { kimiCall, permissionFor, runTool, toolError, type KimiCall, type ToolReturn } from './kimi-tools.ts';

export type TurnEnd =
  | { readonly status: 'finished' }
  | { readonly status: 'cancelled' }
  | { readonly status: 'max_steps_reached'; readonly steps: number }
  | { readonly status: 'failed'; readonly error: ModelError };

/** Where the loop speaks: the wire, or the printer. */
export interface Desk {
  readonly event: (type: string, payload: JsonObject) => void;
  /** A request, with the client's result. */
  readonly ask: (type: string, payload: JsonObject) => Promise<JsonObject>;
  /** A whole message, at the end of its step. */
  readonly message: (message: JsonObject) => void;
  /** Prints as it stands. */
  readonly raw: (text: string) => void;
  /** Ends the process at once. */
  readonly crash: () => never;
}

export interface SoulOptions {
  readonly session: KimiSession;
  readonly model: KimiModel;
  readonly cwd: string;
  /** Nothing asks. */
  readonly yolo: boolean;
  readonly maxSteps: number;
  /** Attempts of one step at the model server. */
  readonly maxRetries: number;
  readonly canAsk: () => boolean;
  readonly desk: Desk;
}

/** What a tool call came to. */
interface Ended {
  readonly value: ToolReturn;
  /** A person said no, and nothing else: the turn ends. */
  readonly stops: boolean;
}

export class KimiSoul {
  readonly #options: SoulOptions;
  #abort: AbortController | undefined;
  #steers: string[] = [];

  constructor(options: SoulOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#abort !== undefined;
  }

  /** Taken up between two steps; what comes after the last one is forgotten. */
  steer(text: string): void {
    this.#steers.push(text);
  }

  cancel(): void {
    this.#abort?.abort(new Error('cancelled'));
  }

  async run(prompt: string): Promise<TurnEnd> {
    const abort = new AbortController();
    this.#abort = abort;
    this.#steers = [];
    const { desk } = this.#options;
    desk.event('TurnBegin', { user_input: prompt });
    try {
      return await this.#steps(prompt, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted && !(error instanceof ModelError)) throw error;
      desk.event('StepInterrupted', {});
      return error instanceof ModelError && !abort.signal.aborted
        ? { status: 'failed', error }
        : { status: 'cancelled' };
    } finally {
      desk.event('TurnEnd', {});
      this.#abort = undefined;
    }
  }

  async #steps(prompt: string, signal: AbortSignal): Promise<TurnEnd> {
    const { session, desk, maxSteps } = this.#options;
    const directives = readKimiDirectives(prompt);
    session.add({ kind: 'person', text: directives.text });
    for (let n = 1; ; n++) {
      if (n > maxSteps) return { status: 'max_steps_reached', steps: maxSteps };
      desk.event('StepBegin', { n });
      if (n === 1) await this.#obey(directives, signal);
      const answer = await this.#ask(n, signal);
      this.#keep(answer);
      const isStopped = await this.#call(answer.calls, signal);
      if (isStopped) return { status: 'finished' };
      if (!this.#takeSteers() && answer.calls.length === 0) return { status: 'finished' };
    }
  }

  async #obey({ crash, garbage, question }: KimiDirectives, signal: AbortSignal): Promise<void> {
    const { desk } = this.#options;
    if (garbage) desk.raw('this is no JSON\n{"half": \n');
    if (question !== undefined) await this.#question(question, signal);
    if (!crash) return;
    desk.event('ContentPart', { type: 'text', text: 'I am about to ' });
    desk.crash();
  }

  async #question(
    { text, labels }: { readonly text: string; readonly labels: readonly string[] },
    signal: AbortSignal,
  ): Promise<void> {
    const { desk, canAsk } = this.#options;
    if (!canAsk()) return; // The tool is hidden from the model then.
    const id = `tc_${randomUUID().slice(0, 8)}`;
    const question = {
      question: text,
      header: 'Question',
      options: labels.map((label) => ({ label, description: '' })),
      multi_select: false,
      body: '',
      other_label: '',
      other_description: '',
    };
    const input = { questions: [question] };
    desk.event('ToolCall', {
      type: 'function',
      id,
      function: { name: 'AskUserQuestion', arguments: JSON.stringify(input) },
    });
    const answer = await until(desk.ask('QuestionRequest', { id: randomUUID(), tool_call_id: id, ...input }), signal);
    const answers = objectOf(answer['answers']);
    const output = Object.keys(answers).length === 0 ? 'User dismissed the question.' : JSON.stringify({ answers });
    desk.event('ToolResult', { tool_call_id: id, return_value: { is_error: false, output, message: '', display: [] } });
  }

  /** One answer of the model; a failed attempt leaves nothing of what it said. */
  async #ask(n: number, signal: AbortSignal): Promise<Answer> {
    const { session, model, cwd, desk, maxRetries } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await model.ask(session.entries, cwd, signal, {
          onText: (text) => desk.event('ContentPart', { type: 'text', text }),
          onThought: (think) => desk.event('ContentPart', { type: 'think', think, encrypted: null }),
        });
      } catch (error) {
        if (!(error instanceof ModelError) || !error.isRetryable || attempt >= maxRetries) throw error;
        const wait_s = 0.05 * attempt; // The real one waits 0.3 s to 5 s.
        desk.event('StepRetry', {
          n,
          next_attempt: attempt + 1,
          max_attempts: maxRetries,
          wait_s,
          error_type: error.errorType,
          status_code: error.status,
        });
        await pause(wait_s * 1000, signal);
      }
    }
  }

  #keep({ text, thoughts, calls, usage }: Answer): void {
    const { session, desk } = this.#options;
    if (text !== '') session.add({ kind: 'answer', text });
    const kimiCalls = calls.map((call) => ({ id: idFor(call, session.entries.length), call }));
    for (const { id, call } of kimiCalls) session.add({ kind: 'call', id, name: call.name });
    for (const { id, call } of kimiCalls) this.#showCall(id, kimiCall(call));
    const tokens = usage.input_other + usage.input_cache_read + usage.output;
    desk.event('StatusUpdate', {
      context_usage: tokens / 262_144,
      context_tokens: tokens,
      max_context_tokens: 262_144,
      token_usage: usage,
      message_id: `msg_${session.entries.length}`,
      plan_mode: false,
      mcp_status: null,
    });
    desk.message({
      role: 'assistant',
      content: contentOf(text, thoughts),
      ...(calls.length === 0 ? {} : { tool_calls: kimiCalls.map(({ id, call }) => wireCall(id, kimiCall(call))) }),
    });
  }

  /** The arguments come in two parts, as from a model that streams. */
  #showCall(id: string, call: KimiCall): void {
    const { desk } = this.#options;
    const whole = JSON.stringify(call.input);
    const half = Math.ceil(whole.length / 2);
    desk.event('ToolCall', {
      type: 'function',
      id,
      function: { name: call.name, arguments: whole.slice(0, half) },
      extras: null,
    });
    desk.event('ToolCallPart', { arguments_part: whole.slice(half) });
  }

  /** All calls of one answer. True when the turn is over with them. */
  async #call(calls: readonly ToolCall[], signal: AbortSignal): Promise<boolean> {
    const { session, desk } = this.#options;
    let stops = false;
    const before = session.entries.length - calls.length;
    for (const [index, each] of calls.entries()) {
      const entry = session.entries[before + index];
      const id = entry?.kind === 'call' ? entry.id : '';
      const ended = await this.#perform(id, kimiCall(each), signal);
      const { is_error: isError, output, message } = ended.value;
      desk.event('ToolResult', { tool_call_id: id, return_value: ended.value });
      session.add({ kind: 'result', id, text: forPersona(ended.value), failed: isError });
      const said = { type: 'text', text: `<system>${isError ? 'ERROR: ' : ''}${message}</system>` };
      desk.message({
        role: 'tool',
        content: output === '' ? [said] : [said, { type: 'text', text: output }],
        tool_call_id: id,
      });
      stops ||= ended.stops;
      signal.throwIfAborted();
    }
    return stops;
  }

  async #perform(id: string, call: KimiCall, signal: AbortSignal): Promise<Ended> {
    const { cwd, session, desk, yolo } = this.#options;
    const permission = permissionFor(call, cwd);
    if (permission !== undefined && !yolo && !session.allowed.has(permission.action)) {
      const request = {
        id: randomUUID(),
        tool_call_id: id,
        sender: call.name,
        ...permission,
        source_kind: 'foreground_turn',
        source_id: session.id,
        agent_id: null,
        subagent_type: null,
        source_description: null,
      };
      const answer = await until(desk.ask('ApprovalRequest', request), signal);
      // What cannot be read, or is meant for another request, is a no.
      const response = answer['request_id'] === request.id ? stringOf(answer['response']) : 'reject';
      const feedback = stringOf(answer['feedback']);
      desk.event('ApprovalResponse', { request_id: request.id, response, feedback });
      if (response === 'approve_for_session') session.allow(permission.action);
      else if (response !== 'approve') {
        const words = 'The tool call is rejected by the user.';
        return feedback === ''
          ? { value: toolError(words), stops: true }
          : { value: toolError(`${words} User feedback: ${feedback}`), stops: false };
      }
    }
    return { value: await runTool(call, cwd, signal), stops: false };
  }

  #takeSteers(): boolean {
    const { session, desk } = this.#options;
    const taken = this.#steers.splice(0);
    for (const text of taken) {
      desk.event('SteerInput', { user_input: text });
      session.add({ kind: 'person', text });
    }
    return taken.length > 0;
  }
}

function idFor(call: ToolCall, place: number): string {
  return `tc_${place}_${call.name}`;
}

function wireCall(id: string, { name, input }: KimiCall): JsonObject {
  return { type: 'function', id, function: { name, arguments: JSON.stringify(input) } };
}

/** A string when it is one text, else parts. */
function contentOf(text: string, thoughts: string): string | readonly JsonObject[] {
  const said = text === '' ? [] : [{ type: 'text', text }];
  if (thoughts !== '') return [{ type: 'think', think: thoughts, encrypted: null }, ...said];
  return text === '' ? [] : text;
}

/** The persona reads results in the form of agents that it knows. */
function forPersona({ is_error: isError, output, message }: ToolReturn): string {
  if (!isError) return output;
  const code = /exit code: (\d+)/.exec(message)?.[1];
  const words = message.replace('rejected by the user', 'rejected by user');
  return code === undefined ? [words, output].filter(Boolean).join('\n') : `Exit code: ${code}\nOutput:\n${output}`;
}

function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
