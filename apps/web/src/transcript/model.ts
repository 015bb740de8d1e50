// What the page shows of a session, made from its events alone: the transcript, as turns with their entries.

import type { Approval, ErrorBody, Item, Policy, QueuedTurn, TurnEndState, TurnId, Usage } from '@parley/schema';

export interface ItemEntry {
  readonly kind: 'item';
  readonly id: string;
  readonly item: Item;
  /** True between `item.started` and `item.completed`. */
  readonly open: boolean;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

export interface ApprovalEntry {
  readonly kind: 'approval';
  readonly id: string;
  /** With its resolution, once there is one. */
  readonly approval: Approval;
}

export interface NoticeEntry {
  readonly kind: 'notice';
  readonly id: string;
  readonly level: 'info' | 'warning' | 'error';
  readonly code: string;
  readonly text: string;
  readonly raw?: string;
  /** How many of the same code came in a row and are this entry. */
  readonly times: number;
}

export type Entry = ItemEntry | ApprovalEntry | NoticeEntry;

export interface TurnBlock {
  readonly kind: 'turn';
  readonly id: TurnId;
  /** The words that began it. */
  readonly text: string;
  readonly state: 'running' | TurnEndState;
  readonly entries: readonly Entry[];
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly usage?: Usage;
  readonly error?: ErrorBody;
}

/** A turn, or a notice that belongs to none. */
export type Block = TurnBlock | NoticeEntry;

export interface Transcript {
  /** Number of the last event that went in; 0 when none has. */
  readonly seq: number;
  readonly blocks: readonly Block[];
  readonly queue: readonly QueuedTurn[];
  /** The running turn. */
  readonly activeTurnId?: TurnId;
  /** The session so far. */
  readonly total?: Usage;
  readonly title?: string;
  readonly policy?: Policy;
  readonly model?: string;
  readonly agentVersion?: string;
}

export const emptyTranscript: Transcript = { seq: 0, blocks: [], queue: [] };

/** The running turn, or undefined when the session is idle. */
export function activeTurn(transcript: Transcript): TurnBlock | undefined {
  if (transcript.activeTurnId === undefined) return undefined;
  const block = transcript.blocks.findLast((candidate) => candidate.id === transcript.activeTurnId);
  return block?.kind === 'turn' ? block : undefined;
}

/** What waits for a person in this turn. A turn that has ended waits for nothing. */
export function pendingApprovals(turn: TurnBlock): readonly Approval[] {
  if (turn.state !== 'running') return [];
  const waiting: Approval[] = [];
  for (const entry of turn.entries) {
    if (entry.kind === 'approval' && entry.approval.resolution === undefined) waiting.push(entry.approval);
  }
  return waiting;
}
