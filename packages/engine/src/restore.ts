// A session's state out of the store, after a restart.

import { usageSince } from '@parley/schema';
import type { ItemId, JournalEntry, ParleyEvent, RunRow, Session, Store, TurnId, TurnRow } from '@parley/schema';
import { filesUnclearCode } from './decide/file-changes.ts';
import { onlyHereOf, restingState } from './decide/state.ts';
import type { ActiveTurn, OpenItem, SessionState } from './decide/state.ts';
import { goOn, resumedCode, retryCode } from './decide/turns.ts';

export interface Restored {
  readonly state: SessionState;
  /** The run that was not closed, with what its driver was fed. */
  readonly run: { readonly row: RunRow; readonly journal: readonly JournalEntry[] } | undefined;
}

/** Read what a session was in the middle of. */
export async function restoreSession(
  store: Store,
  session: Session,
  row: RunRow | undefined,
  now: number,
): Promise<Restored> {
  const state = restingState(session);
  const journal = row?.record === undefined ? [] : await store.journal(row.runId);
  /** Its words as the process has them. */
  const told = new Map<TurnId, string>();
  const steered = new Set<TurnId>();
  const interrupted = new Set<TurnId>();
  for (const { input } of journal) {
    if (input.type === 'start') told.set(input.turnId, input.text);
    if (input.type === 'steer') steered.add(input.turnId);
    if (input.type === 'interrupt') interrupted.add(input.turnId);
  }
  for (const turn of await store.openTurns(session.id)) {
    switch (turn.state) {
      case 'running':
        state.active = await restoreActive(store, turn, {
          told: isWith(
            told.get(turn.id) ?? (turn.takenUp === true && steered.has(turn.id) ? turn.text : undefined),
            turn,
          ),
          interrupted: interrupted.has(turn.id),
          now,
        });
        break;
      case 'queued':
        state.queue.push(turn);
        break;
      case 'steering':
        await restoreSteer(store, state, turn, steered.has(turn.id));
        break;
      default:
        break;
    }
  }
  for (const approval of await store.approvals({ pending: true, sessionId: session.id }))
    state.approvals.set(approval.id, approval);
  // The stored total holds the running turn's part.
  if (state.active?.usage !== undefined) state.usageBefore = usageSince(session.usage, state.active.usage);
  if (state.active === undefined && state.steers.size > 0) state.lastEndAt = now; // The agent gets its time to say what it does.
  if (row?.record !== undefined) {
    const context = JSON.parse(row.context) as { policy: Session['policy']; model?: string };
    state.run = {
      phase: 'up',
      runId: row.runId,
      settings: { policy: context.policy, model: context.model },
      idleSince: now,
      told: journal.filter(({ input }) => input.type === 'start').length,
    };
  }
  return { state, run: row === undefined ? undefined : { row, journal } };
}

/** Whether the process that is there has the turn, by the words that it was told of it. */
function isWith(words: string | undefined, { retryAt, resumed }: TurnRow): boolean {
  if (retryAt !== undefined) return false; // It failed there and is to begin in the next one.
  return resumed === true ? words === goOn : words !== undefined; // A process that fell silent has other words.
}

async function restoreActive(
  store: Store,
  row: TurnRow,
  known: { readonly told: boolean; readonly interrupted: boolean; readonly now: number },
): Promise<ActiveTurn> {
  const { items, answer, usage, usageEarlier, filesUnclear, shownAt } = await foldTurn(store, row);
  return {
    row,
    phase: known.interrupted ? 'interrupting' : known.told ? 'running' : 'starting',
    items,
    answer,
    usage,
    usageEarlier,
    failure: undefined,
    progressAt: known.told ? known.now : undefined,
    sentAt: known.told ? known.now : undefined,
    interruptedAt: known.interrupted ? known.now : undefined,
    filesUnclear,
    shownAt,
  };
}

/** Open items, the last words, the usage and what was said of its files of a running turn, from its events. */
async function foldTurn(
  store: Store,
  row: TurnRow,
): Promise<Pick<ActiveTurn, 'items' | 'answer' | 'usage' | 'usageEarlier' | 'filesUnclear' | 'shownAt'>> {
  const items = new Map<ItemId, OpenItem>();
  let answer = '';
  let usage: ActiveTurn['usage'];
  let usageEarlier: ActiveTurn['usage'];
  let filesUnclear = false;
  let shownAt: ActiveTurn['shownAt'];
  for await (const event of eventsFrom(store, row)) {
    if (!('turnId' in event) || event.turnId !== row.id) continue;
    if (isShown(event)) shownAt ??= event.at;
    if (event.type === 'item.started' && event.item.type !== 'user_message')
      items.set(event.item.id, { item: event.item, text: [] });
    if (event.type === 'item.delta') items.get(event.itemId)?.text.push(event.text);
    if (event.type === 'usage.updated') usage = event.usage;
    if (event.type === 'notice' && (event.code === resumedCode || event.code === retryCode)) usageEarlier = usage;
    if (event.type === 'notice' && event.code === filesUnclearCode) filesUnclear = true;
    if (event.type !== 'item.completed') continue;
    items.delete(event.item.id);
    if (event.item.type === 'assistant_message' && event.item.text.trim() !== '') answer = event.item.text;
  }
  return { items, answer, usage, usageEarlier, filesUnclear, shownAt };
}

/** Something that the agent did, or words that it took beside the turn's own. */
function isShown(event: ParleyEvent): boolean {
  if (event.type === 'item.delta' || event.type === 'approval.requested') return true;
  if (event.type !== 'item.started' && event.type !== 'item.completed') return false;
  return event.item.type !== 'user_message' || event.item.steer !== undefined;
}

async function restoreSteer(store: Store, state: SessionState, row: TurnRow, sent: boolean): Promise<void> {
  const into = row.steerInto;
  const running = into === undefined ? undefined : await store.turn(row.sessionId, into);
  if (into === undefined || running === undefined) return;
  for await (const event of eventsFrom(store, running)) {
    if (event.type === 'item.started' && event.item.type === 'user_message' && event.item.steer?.turnId === row.id) {
      state.steers.set(row.id, { row, into, itemId: event.item.id, sent, onlyHere: onlyHereOf(row) });
    }
  }
}

async function* eventsFrom(store: Store, row: TurnRow): AsyncGenerator<ParleyEvent> {
  let after = (row.startSeq ?? 1) - 1;
  for (;;) {
    const page = await store.events(row.sessionId, { after, limit: 1000 });
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.seq;
    for (const { json } of page) yield JSON.parse(json) as ParleyEvent;
  }
}
