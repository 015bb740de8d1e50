// `createAgent`: one agent, no state. What a run or a conversation needs is in a temporary folder that goes with the last of them.

import { errorBody, ParleyError } from '@parley/schema';
import type { Approval, ApprovalAnswer, ErrorBody, ParleyEvent, Policy, Session, TurnId, Usage } from '@parley/schema';
import { answerApprovals } from './approvals.ts';
import { openConversation } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import { ProgressTeller } from './progress.ts';
import type { Progress } from './progress.ts';
import { rawEventOf } from './raw-events.ts';
import type { RawEvent } from './raw-events.ts';
import { Workshop } from './workshop.ts';
import type { Parley } from './parley.ts';

/** What holds for an agent, and what a single request can say otherwise (request > profile > agent > default). */
export interface RunSettings {
  /** Absolute path of the folder to work in. Default: the current one. */
  readonly cwd?: string;
  /** What the agent may do without asking. Default: `edit`. `full` is allowed only when it is said here. */
  readonly policy?: Policy;
  readonly model?: string;
  readonly modelUrl?: string;
  readonly mode?: string;
  readonly profile?: string;
  readonly effort?: string;
  readonly variant?: string;
  readonly personality?: string;
  /** Absolute paths of folders beside `cwd` that the agent may work in. */
  readonly addedFolders?: readonly string[];
  /** Set (string) or unset (null) in the agent's environment. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Milliseconds that a turn may take in all. Default: no limit; silence ends it, see `deadlines` in docs/configuration.md. */
  readonly timeoutMs?: number;
  /** Answers what the agent asks. Without it everything that the policy does not allow is denied at once. */
  readonly onApproval?: (approval: Approval) => ApprovalAnswer | Promise<ApprovalAnswer>;
}

export interface AgentOptions extends RunSettings {
  /** `codex`, `claude`, …, or `acp:<name>` with its command in `config`. */
  readonly agent: string;
  /** As in `config.toml`: commands, profiles, deadlines. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface RunRequest extends RunSettings {
  readonly prompt: string;
  /** Go on with this conversation of the agent: `threadId` of an earlier result. */
  readonly threadId?: string;
  /** Earlier messages and changed files, as they come; never the answer itself. */
  readonly onProgress?: (progress: Progress) => void;
  readonly onRawEvent?: (event: RawEvent) => void;
  /** Stops the turn; the run then fails with `interrupted`. */
  readonly signal?: AbortSignal;
}

export interface RunResult {
  /** The agent's last words in this turn. */
  readonly reply: string;
  /** Give it to the next request to go on with the conversation. Absent where the agent tells none. */
  readonly threadId?: string;
  /** Of this turn alone, in tokens. A bucket that the agent does not report is absent: unknown is not zero. */
  readonly usage: Usage;
  /** Whether all steps of the agent's own plan are done. Absent where it made no plan. */
  readonly goalDone?: boolean;
}

export interface Agent {
  readonly name: string;
  /**
   * One turn, from the prompt to the answer. Runs at the same time do not disturb each other.
   *
   * Throws a `ParleyError`: `empty_prompt` before anything starts; `interrupted` when `signal` aborts; `timeout`, `agent_crashed`, and what
   * else can go wrong with agents (docs/errors.md). `body.details.partial` then holds what there was: `{ reply, threadId?, usage }`.
   */
  run(request: RunRequest): Promise<RunResult>;
  /** A conversation of many turns, with words into a running turn. Close it. */
  openConversation(settings?: RunSettings & { readonly threadId?: string }): Promise<Conversation>;
}

/**
 * One agent for programs that want no state of Parley's.
 *
 * ```ts
 * const codex = createAgent({ agent: 'codex', cwd: '/code/project' });
 * const first = await codex.run({ prompt: 'Which tests are slow?', onProgress: console.log });
 * const second = await codex.run({ prompt: 'Make them fast.', threadId: first.threadId });
 * console.log(second.reply, second.usage.output);
 * ```
 */
export function createAgent(options: AgentOptions): Agent {
  const workshop = new Workshop(options);
  const open = async (settings: RunSettings & { readonly threadId?: string }) => {
    const parley = await workshop.enter();
    try {
      const merged = { ...options, ...settings, env: { ...options.env, ...settings.env } };
      return { parley, settings: merged, session: await parley.createSession(workshop.sessionOf(merged)) };
    } catch (error) {
      await workshop.leave();
      throw error;
    }
  };
  return {
    name: options.agent,
    async run(request) {
      if (request.prompt.trim() === '') throw new ParleyError('empty_prompt', 'The prompt is empty.');
      if (request.signal?.aborted === true) throw new ParleyError('interrupted', 'It was stopped before it began.');
      const { parley, settings, session } = await open(request);
      try {
        return await runTurn(parley, session, { ...request, ...settings });
      } finally {
        await parley.deleteSession(session.id).catch(() => undefined);
        await workshop.leave();
      }
    },
    async openConversation(given = {}) {
      const { parley, settings, session } = await open(given);
      const { steer } = parley.capabilities(session.id);
      return openConversation(parley, session, { settings, steerMode: steer, leave: () => workshop.leave() });
    },
  };
}

type TurnRequest = Pick<RunRequest, 'prompt' | 'timeoutMs' | 'onApproval' | 'onProgress' | 'onRawEvent' | 'signal'>;

async function runTurn(parley: Parley, session: Session, request: TurnRequest): Promise<RunResult> {
  const { onProgress, onRawEvent, signal } = request;
  const progress = onProgress === undefined ? undefined : new ProgressTeller(onProgress);
  const stopLines =
    onRawEvent === undefined
      ? undefined
      : parley.watchLines(session.id, (lines) => {
          for (const line of lines) onRawEvent({ kind: 'stdout_line', line });
        });
  const interrupt = (): void => void parley.interrupt(session.id).catch(() => undefined);
  const watching = new AbortController();
  try {
    const { turnId } = await parley.submit(session.id, {
      text: request.prompt,
      ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
    });
    signal?.addEventListener('abort', interrupt, { once: true });
    if (signal?.aborted === true) interrupt();
    const outcome = new Outcome(turnId);
    for await (const event of parley.events(session.id, { signal: watching.signal })) {
      progress?.take(event);
      const raw = onRawEvent === undefined ? undefined : rawEventOf(event);
      if (raw !== undefined) onRawEvent?.(raw);
      if (event.type === 'approval.requested' && event.approval.resolution === undefined)
        answerApprovals(parley, event.approval, request.onApproval);
      if (outcome.take(event)) break;
    }
    // The answer by the turn itself: items that came as deltas are joined there.
    return outcome.result(await parley.turn(session.id, turnId), parley.session(session.id).threadId);
  } finally {
    watching.abort();
    signal?.removeEventListener('abort', interrupt);
    stopLines?.();
  }
}

/** What a turn's events amount to. */
class Outcome {
  readonly #turnId: TurnId;
  #planDone: boolean | undefined;
  #said = '';
  #error: ErrorBody | undefined;
  #ended = false;

  constructor(turnId: TurnId) {
    this.#turnId = turnId;
  }

  /** True when the turn is over. */
  take(event: ParleyEvent): boolean {
    if (!('turnId' in event) || event.turnId !== this.#turnId) return false;
    switch (event.type) {
      case 'item.completed':
        if (event.item.type === 'plan') this.#planDone = event.item.steps.every(({ status }) => status === 'completed');
        if (event.item.type === 'assistant_message') this.#said = event.item.text;
        return false;
      case 'turn.interrupted':
        this.#error = errorBody('interrupted', 'The turn was stopped.');
        this.#ended = true;
        return true;
      case 'turn.failed':
      case 'turn.lost':
        this.#error = event.error;
        this.#ended = true;
        return true;
      case 'turn.completed':
        this.#ended = true;
        return true;
      default:
        return false;
    }
  }

  result({ answer, usage = {} }: { readonly answer?: string; readonly usage?: Usage }, threadId?: string): RunResult {
    const partial = { reply: answer ?? this.#said, ...(threadId === undefined ? {} : { threadId }), usage };
    const error = this.#ended ? this.#error : errorBody('shutting_down', 'Parley was closed before the turn was over.');
    if (error !== undefined) throw new ParleyError(error.code, error.message, { ...error.details, partial });
    return { ...partial, ...(this.#planDone === undefined ? {} : { goalDone: this.#planDone }) };
  }
}
