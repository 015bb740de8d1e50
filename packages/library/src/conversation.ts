// A conversation without state: turns one after the other, words into the running one, and all of its events.

import { ParleyError } from '@parley/schema';
import type { ParleyEvent, Session, SteerMode, SubmitResult, TurnId } from '@parley/schema';
import type { RunSettings } from './agent.ts';
import { answerApprovals } from './approvals.ts';
import type { Parley } from './parley.ts';

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

export interface Conversation {
  /** What becomes of words that are sent while a turn runs. */
  readonly steerMode: SteerMode;
  /** The agent's id of the conversation, once it has told it: `openConversation({ threadId })` goes on with it. */
  readonly threadId: string | undefined;
  /**
   * Idle: starts a turn. Busy: into the running turn where the agent takes words there, else queued. Nothing is ever lost: see `events()`.
   * Throws `empty_prompt`, `queue_full`, `session_closed`.
   */
  submit(text: string): Promise<Submitted>;
  /** Into the running turn or not at all. Throws `no_active_turn`, `steer_unsupported`. */
  steer(text: string): Promise<Submitted>;
  /** Stops the running turn; its `turn.interrupted` follows. Nothing happens when none runs. Queued turns run next. */
  interrupt(): Promise<void>;
  /** Everything from the beginning, or after event number `after`; ends when the conversation is closed. Each caller gets all. */
  events(after?: number): AsyncIterableIterator<ParleyEvent>;
  /** Ends turn, queue and process: every turn has its end event before `events()` ends. Idempotent. */
  close(): Promise<void>;
}

export interface ConversationOptions {
  readonly settings: RunSettings;
  readonly steerMode: SteerMode;
  readonly leave: () => Promise<void>;
}

export function openConversation(
  parley: Parley,
  session: Session,
  { settings, steerMode, leave }: ConversationOptions,
): Conversation {
  const { id } = session;
  const closing = new AbortController();
  let closed: Promise<void> | undefined;
  const live = (): void => {
    if (closed !== undefined) throw new ParleyError('session_closed', 'This conversation is closed.');
  };
  const submitted = ({ turnId, outcome, into, position }: SubmitResult): Submitted => {
    const { threadId } = parley.session(id);
    return {
      turnId,
      mode: outcome === 'started' || outcome === 'steered' ? outcome : 'queued',
      ...(into === undefined ? {} : { into }),
      ...(position === undefined ? {} : { position }),
      ...(threadId === undefined ? {} : { threadId }),
    };
  };
  const watching = answerAll(parley, session, settings, closing.signal);
  let threadId = session.threadId;
  return {
    steerMode,
    get threadId() {
      if (closed === undefined) threadId = parley.session(id).threadId;
      return threadId;
    },
    async submit(text) {
      live();
      const { timeoutMs } = settings;
      return submitted(await parley.submit(id, { text, ...(timeoutMs === undefined ? {} : { timeoutMs }) }));
    },
    async steer(text) {
      live();
      const result = await parley.submit(id, { text, when: 'steer-only' });
      if (result.outcome !== 'returned') return submitted(result);
      const { receipt } = await parley.turn(id, result.turnId);
      const code = parley.session(id).activeTurnId === undefined ? 'no_active_turn' : 'steer_unsupported';
      throw new ParleyError(code, receipt?.reason ?? 'The words could not be sent into a running turn.');
    },
    async interrupt() {
      live();
      await parley.interrupt(id);
    },
    events: (after = 0) => parley.events(id, { after, signal: closing.signal }),
    close() {
      closed ??= end();
      return closed;
    },
  };

  async function end(): Promise<void> {
    threadId = parley.session(id).threadId;
    await stopTurns(parley, session);
    closing.abort();
    await watching;
    await parley.deleteSession(id);
    await leave();
  }
}

/** Nothing queued, nothing running: after this every turn has had its end. */
async function stopTurns(parley: Parley, { id }: Session): Promise<void> {
  const { activeTurnId, head } = parley.session(id);
  await parley.interrupt(id, 'drop');
  if (activeTurnId === undefined) return;
  const giveUp = AbortSignal.timeout(15_000); // The engine's own deadline for interrupts is shorter.
  for await (const event of parley.events(id, { after: head, signal: giveUp }))
    if (
      'turnId' in event &&
      event.turnId === activeTurnId &&
      /^turn\.(completed|interrupted|failed|lost)$/.test(event.type)
    )
      return;
}

async function answerAll(
  parley: Parley,
  { id }: Session,
  { onApproval }: RunSettings,
  signal: AbortSignal,
): Promise<void> {
  for await (const event of parley.events(id, { signal }))
    if (event.type === 'approval.requested') answerApprovals(parley, event.approval, onApproval);
}
