// A conversation without state: turns one after the other, words into the running one, and all of its events.

import { ParleyError } from '@parley/schema';
import type { ParleyEvent, SteerMode, SubmitResult, TurnId } from '@parley/schema';
import { answerApprovals } from './approvals.ts';
import type { Place } from './workshop.ts';

/** What became of words at once; what becomes of steered ones later is an `input.settled` event with their `turnId`. */
export interface Submitted {
  /** The turn of these words, or that they become if the agent does not take them into the running one. */
  readonly turnId: TurnId;
  readonly mode: 'started' | 'steered' | 'queued';
  /** When steered: the running turn. */
  readonly into?: TurnId;
  /** When queued: 1 is next. */
  readonly position?: number;
  /** The agent's id of the conversation, once it has told it. */
  readonly threadId?: string;
}

/** After `close` every call but `close` itself fails with `session_closed`. */
export interface Conversation {
  /** What becomes of words that are sent while a turn runs. */
  readonly steerMode: SteerMode;
  /** The agent's id of the conversation, once it has told it: `openConversation({ threadId })` goes on with it, also after `close`. */
  readonly threadId: string | undefined;
  /**
   * Idle: starts a turn. Busy: into the running turn where the agent takes words there, else queued. Nothing is ever lost: see `events()`.
   * Throws `empty_prompt`, `prompt_too_large`, `queue_full`, `session_closed`.
   */
  submit(text: string): Promise<Submitted>;
  /** Into the running turn or not at all. Throws `no_active_turn`, `steer_unsupported`, and what `submit` throws. */
  steer(text: string): Promise<Submitted>;
  /** Stops the running turn; its `turn.interrupted` follows. Nothing happens when none runs. Queued turns run next. */
  interrupt(): Promise<void>;
  /** Everything from the beginning, or after event number `after`; ends when the conversation is closed. Each caller gets all. */
  events(after?: number): AsyncIterableIterator<ParleyEvent>;
  /**
   * Stops the running turn, empties the queue and ends the process. The end of the turn and the empty queue come before `events()` ends.
   * Idempotent.
   */
  close(): Promise<void>;
}

export function openConversation({ parley, session, onApproval, leave }: Place): Conversation {
  const { id } = session;
  const steerMode = parley.capabilities(id).steer;
  const takesWords = steerMode === 'native' || steerMode === 'native-enqueue';
  const answering = answerAll(parley.events(id));
  let { threadId } = session;
  let closed: Promise<void> | undefined;

  const live = (): void => {
    if (closed !== undefined) throw new ParleyError('session_closed', 'This conversation is closed.');
  };
  /** What `close` overtakes fails as what comes after it. */
  const whileOpen = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    live();
    try {
      return await work();
    } catch (error) {
      live();
      throw error;
    }
  };
  const latestThread = (): string | undefined => {
    if (closed === undefined) ({ threadId } = parley.session(id));
    return threadId;
  };
  const submitted = ({ turnId, outcome, into, position }: SubmitResult): Submitted => {
    const thread = latestThread();
    return {
      turnId,
      mode: outcome === 'started' || outcome === 'steered' ? outcome : 'queued',
      ...(into === undefined ? {} : { into }),
      ...(position === undefined ? {} : { position }),
      ...(thread === undefined ? {} : { threadId: thread }),
    };
  };

  return {
    steerMode,
    get threadId() {
      return latestThread();
    },
    submit: (text) => whileOpen(async () => submitted(await parley.submit(id, { text }))),
    steer: (text) =>
      whileOpen(async () => {
        const result = await parley.submit(id, { text, when: 'steer-only' });
        if (result.outcome !== 'returned') return submitted(result);
        const runs = parley.session(id).activeTurnId !== undefined;
        throw runs && !takesWords
          ? new ParleyError('steer_unsupported', 'This agent does not take words into a running turn.')
          : new ParleyError('no_active_turn', 'No turn is running that could take the words.');
      }),
    interrupt: () =>
      whileOpen(async () => {
        await parley.interrupt(id);
      }),
    events: (after = 0) => {
      live();
      return parley.events(id, { after });
    },
    close: () => {
      latestThread();
      closed ??= leave().then(() => answering);
      return closed;
    },
  };

  async function answerAll(events: AsyncIterable<ParleyEvent>): Promise<void> {
    for await (const event of events)
      if (event.type === 'approval.requested') answerApprovals(parley, event.approval, onApproval);
  }
}
