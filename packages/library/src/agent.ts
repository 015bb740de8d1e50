// `createAgent`: one agent, no state. What a run or a conversation needs is in a temporary folder that goes with the last of them.

import { errorBody, ParleyError } from '@parley/schema';
import { openConversation } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import { failure } from './outcome.ts';
import type { RunResult } from './outcome.ts';
import type { Progress } from './progress.ts';
import type { RawEvent } from './raw-events.ts';
import { runTurn } from './run-turn.ts';
import type { RunSettings } from './settings.ts';
import { Workshop } from './workshop.ts';

export interface AgentOptions extends RunSettings {
  /** `codex`, `claude`, …, or `acp:<name>` with its command in `config`. Spaces around it and its case do not matter. */
  readonly agent: string;
  /** As in `config.toml`: commands, profiles, deadlines. The user's own file is not read. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

export interface RunRequest extends RunSettings {
  /** At most 4 MiB of UTF-8; the agent gets it as it is. */
  readonly prompt: string;
  /** Go on with this conversation of the agent: `threadId` of an earlier result. */
  readonly threadId?: string | undefined;
  /**
   * Changed files as they come, and messages as soon as a later one shows that they are not the answer. The answer itself never comes
   * here. If it throws, the turn is stopped and `run` throws the same.
   */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Each line of the agent before what was read in it. If it throws, the turn is stopped and `run` throws the same. */
  readonly onRawEvent?: ((event: RawEvent) => void) | undefined;
  /** Stops the turn; the run then fails with `interrupted`. */
  readonly signal?: AbortSignal | undefined;
}

export interface Agent {
  readonly name: string;
  /**
   * One turn, from the prompt to the answer. Runs at the same time do not disturb each other. When it resolves or rejects, no process of
   * it is left.
   *
   * Throws a `ParleyError`: `empty_prompt` and `invalid_request` before anything starts; `unknown_agent`, `agent_not_installed`,
   * `folder_missing`; `interrupted` when `signal` aborts; `timeout`, `agent_crashed`, and what else can go wrong with agents
   * (docs/errors.md). Of a turn that ran, `body.details.partial` then holds what there was: `{ reply, threadId?, usage }`.
   */
  run(request: RunRequest): Promise<RunResult>;
  /**
   * A conversation of many turns, with words into a running turn. Close it: until then its temporary folder and process stay. Throws what
   * `run` throws before a turn runs.
   */
  openConversation(settings?: RunSettings & { readonly threadId?: string | undefined }): Promise<Conversation>;
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
 *
 * Throws `config_invalid` and `invalid_request`, naming the entry. Nothing starts before the first run.
 */
export function createAgent(options: AgentOptions): Agent {
  const name = options.agent.trim().toLowerCase();
  const workshop = new Workshop({ ...options, agent: name });
  return {
    name,
    async run(request) {
      if (request.prompt.trim() === '') throw new ParleyError('empty_prompt', 'The prompt is empty.');
      stopIfAborted(request);
      const place = await workshop.enter(request);
      try {
        stopIfAborted(request);
        return await runTurn(place, request);
      } finally {
        await place.leave();
      }
    },
    async openConversation(settings = {}) {
      return openConversation(await workshop.enter(settings));
    },
  };
}

/** Nothing has been said then: what there was is nothing. */
function stopIfAborted({ signal, threadId }: RunRequest): void {
  if (signal?.aborted !== true) return;
  throw failure(errorBody('interrupted', 'It was stopped before it began.'), {
    reply: '',
    ...(threadId === undefined ? {} : { threadId }),
    usage: {},
  });
}
