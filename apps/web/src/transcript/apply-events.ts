// The reducer `events → transcript`. Pure: the same events give the same transcript, in one piece or in many, live or replayed.

import type { ParleyEvent, TurnId } from '@parley/schema';
import { applyTurnEvent } from './apply-turn-event.ts';
import type { TurnDraft } from './apply-turn-event.ts';
import { joinNotice } from './join-notice.ts';
import type { Block, Transcript } from './model.ts';

type Draft = { -readonly [Field in keyof Transcript]: Transcript[Field] } & { blocks: Block[] };

/** What a batch has copied already and may change in place. */
interface OpenTurn {
  readonly index: number;
  readonly turn: TurnDraft;
}

/**
 * The transcript after a batch of events. Events that are in already (`seq` not above the transcript's) change nothing, so
 * overlapping replays are harmless. Each turn that a batch touches is copied once for the batch, not once for each event;
 * all other turns keep their identity, so that what shows them need not look again.
 */
export function applyEvents(transcript: Transcript, events: readonly ParleyEvent[]): Transcript {
  const fresh = events.filter((event) => event.seq > transcript.seq);
  if (fresh.length === 0) return transcript;
  const draft: Draft = { ...transcript, blocks: [...transcript.blocks] };
  const open = new Map<TurnId, OpenTurn>();
  for (const event of fresh) {
    if (event.seq <= draft.seq) continue;
    draft.seq = event.seq;
    applyEvent(draft, open, event);
  }
  for (const { index, turn } of open.values()) draft.blocks[index] = turn;
  return draft;
}

function applyEvent(draft: Draft, open: Map<TurnId, OpenTurn>, event: ParleyEvent): void {
  switch (event.type) {
    case 'session.created':
      draft.title = event.title;
      draft.policy = event.policy;
      return;
    case 'session.updated':
      if (event.title !== undefined) draft.title = event.title;
      if (event.policy !== undefined) draft.policy = event.policy;
      if (event.model !== undefined) draft.model = event.model;
      if (event.agentVersion !== undefined) draft.agentVersion = event.agentVersion;
      return;
    case 'queue.changed':
      draft.queue = event.queue;
      return;
    case 'input.settled':
      // The words themselves show it: in the running turn, in the queue, as a turn.
      return;
    case 'turn.queued':
      // The queue itself comes as `queue.changed`.
      return;
    case 'notice': {
      if (event.turnId !== undefined) break;
      // What is noted while a turn runs is read best where it happened.
      if (draft.activeTurnId !== undefined) {
        applyTurnEvent(turnOf(draft, open, draft.activeTurnId, event.at), event);
        return;
      }
      const last = draft.blocks.at(-1);
      const notice = joinNotice(last?.kind === 'notice' ? last : undefined, event);
      if (last?.kind === 'notice' && last.id === notice.id) draft.blocks[draft.blocks.length - 1] = notice;
      else draft.blocks.push(notice);
      return;
    }
    case 'turn.started':
      draft.activeTurnId = event.turnId;
      break;
    case 'turn.completed':
    case 'turn.interrupted':
    case 'turn.failed':
    case 'turn.lost':
      if (draft.activeTurnId === event.turnId) delete draft.activeTurnId;
      break;
    case 'usage.updated':
      draft.total = event.total;
      break;
    case 'item.started':
    case 'item.delta':
    case 'item.completed':
    case 'approval.requested':
    case 'approval.resolved':
      break;
    default:
      // A newer daemon may know kinds that this page does not: they move `seq` and nothing else.
      return;
  }
  if (event.turnId !== undefined) applyTurnEvent(turnOf(draft, open, event.turnId, event.at), event);
}

function turnOf(draft: Draft, open: Map<TurnId, OpenTurn>, id: TurnId, at: number): TurnDraft {
  const known = open.get(id);
  if (known !== undefined) return known.turn;
  const index = draft.blocks.findLastIndex((block) => block.kind === 'turn' && block.id === id);
  const block = draft.blocks[index];
  const turn: TurnDraft =
    block?.kind === 'turn'
      ? { ...block, entries: [...block.entries] }
      : { kind: 'turn', id, text: '', state: 'running', entries: [], startedAt: at };
  const place = index === -1 ? draft.blocks.push(turn) - 1 : index;
  open.set(id, { index: place, turn });
  return turn;
}
