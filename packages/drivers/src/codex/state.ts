// What the Codex reducer remembers. Values are never changed in place: a step makes new ones, so a state can be kept and replayed from.

import { itemIdOf } from '@parley/schema';
import type {
  ApprovalId,
  ApprovalOption,
  DriverContext,
  DriverOutput,
  ErrorBody,
  Item,
  ItemId,
  TurnId,
  Usage,
} from '@parley/schema';
import type { Json } from '../shared/json.ts';
import type { FormField } from '../shared/elicitation.ts';
import type { TurnErrorWords } from './failure.ts';

export interface CodexState {
  readonly context: DriverContext;
  /** `broken`: the handshake failed, and `failure` says why; `gone`: the process has exited. */
  readonly phase: 'opening' | 'ready' | 'broken' | 'gone';
  readonly failure: ErrorBody | undefined;
  readonly agentVersion: string | undefined;
  readonly threadId: string | undefined;
  /** The folders that paths are shown relative to: ours, and Codex's name for it (links resolved). */
  readonly roots: readonly string[];
  readonly turn: OpenTurn | undefined;
  /** Our requests that have no reply yet. */
  readonly requests: ReadonlyMap<number, SentRequest>;
  readonly approvals: ReadonlyMap<ApprovalId, PendingApproval>;
  /** By thread (sub-agents have their own): the newest totals that Codex reported. */
  readonly totals: ReadonlyMap<string, Usage>;
  /** Background terminals of an interrupted turn are being ended: the next turn waits for it. */
  readonly cleaning: boolean;
  /** Absolute paths of pictures for the first words of a new conversation, until those are sent. */
  readonly images: readonly string[];
  readonly nextRequest: number;
  readonly nextItem: number;
  readonly nextApproval: number;
}

export interface OpenTurn {
  readonly turnId: TurnId;
  readonly text: string;
  /** `waiting`: for the handshake or the clean-up; `sent`: `turn/start` is written; `running`: `turn/started` was seen. */
  readonly phase: 'waiting' | 'sent' | 'running';
  readonly codexId: string | undefined;
  readonly interrupt: 'none' | 'wanted' | 'sent';
  /** Open items by Codex's id. */
  readonly items: ReadonlyMap<string, OpenItem>;
  readonly planId: ItemId | undefined;
  /** Something that counts as an answer was seen. */
  readonly answered: boolean;
  readonly usage: Usage;
  /** Steered words that Codex has not proved to have taken, in order. */
  readonly steers: ReadonlyMap<TurnId, Steer>;
  readonly lastError: TurnErrorWords | undefined;
}

export interface OpenItem {
  readonly item: Item;
  /** Which of a reasoning item's two streams is shown: the first that spoke. */
  readonly stream?: 'summary' | 'content';
}

export interface Steer {
  readonly text: string;
  readonly sent: boolean;
}

export type SentRequest =
  | { readonly kind: 'initialize' | 'thread' | 'turn' | 'interrupt' | 'clean' | 'reason' }
  | { readonly kind: 'steer'; readonly turnId: TurnId };

/** A question of Codex that we have not answered. */
export interface PendingApproval {
  /** Codex counts from 0, in a number space of its own. */
  readonly requestId: string | number;
  readonly answers: readonly PossibleAnswer[];
  /** How the words of a question's answer become the result. */
  readonly words?: { readonly kind: 'user-input' } | { readonly kind: 'form'; readonly fields: readonly FormField[] };
  /** Set where the protocol has no answer that also ends the turn. */
  readonly interruptOnCancel: boolean;
}

export interface PossibleAnswer {
  readonly option: ApprovalOption;
  readonly result: Json;
}

/** Outputs of the step in hand, in order. */
export type Outputs = DriverOutput[];

/** Write a request to Codex; its reply will find `sent` under its id. */
export function request(state: CodexState, out: Outputs, method: string, params: Json, sent: SentRequest): CodexState {
  const id = state.nextRequest;
  out.push({ type: 'write', line: JSON.stringify({ id, method, params }) });
  return { ...state, nextRequest: id + 1, requests: withEntry(state.requests, id, sent) };
}

export function notify(out: Outputs, method: string): void {
  out.push({ type: 'write', line: JSON.stringify({ method }) });
}

export function answer(out: Outputs, id: string | number, result: Json): void {
  out.push({ type: 'write', line: JSON.stringify({ id, result }) });
}

export function refuse(out: Outputs, id: string | number, code: number, message: string): void {
  out.push({ type: 'write', line: JSON.stringify({ id, error: { code, message } }) });
}

/** The id for the next item of this run. */
export function nextItemId(state: CodexState): ItemId {
  return itemIdOf(state.context.runId, state.nextItem);
}

export function withEntry<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key, value: Value): ReadonlyMap<Key, Value> {
  return new Map(map).set(key, value);
}

export function withoutEntry<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): ReadonlyMap<Key, Value> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
