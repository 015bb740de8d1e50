// What the ACP reducer remembers, and how requests are written. Values are never changed in place.

import { itemIdOf } from '@parley/schema';
import type {
  ApprovalId,
  ApprovalOption,
  DriverContext,
  DriverOutput,
  ErrorBody,
  FileChange,
  ItemId,
  TurnEnd,
  TurnId,
  Usage,
} from '@parley/schema';
import type { FormField } from '../shared/elicitation.ts';
import type { Json } from '../shared/json.ts';
import type { AcpDialect } from './dialect.ts';

export interface AcpState {
  readonly context: DriverContext;
  readonly dialect: AcpDialect;
  /** `broken`: the handshake failed, and `failure` says why; `gone`: the process has exited. */
  readonly phase: 'opening' | 'ready' | 'broken' | 'gone';
  readonly failure: ErrorBody | undefined;
  readonly agent: AgentFacts;
  readonly sessionId: string | undefined;
  /** Settings of the conversation that are still to be made before it is ready. */
  readonly wishes: readonly Wish[];
  /** The mode that was set for the policy. */
  readonly modeId: string | undefined;
  readonly model: string | undefined;
  readonly turn: OpenTurn | undefined;
  /** Absolute paths of files for the first words of a new conversation, until those are sent. */
  readonly attachments: readonly string[];
  /** Our requests that have no reply yet. */
  readonly requests: ReadonlyMap<number, SentRequest>;
  readonly approvals: ReadonlyMap<ApprovalId, PendingApproval>;
  /** What the agent reported as the conversation's total so far; undefined: a resumed one whose past is not known. */
  readonly totalUsage: Usage | undefined;
  readonly totalCost: number | undefined;
  readonly nextRequest: number;
  readonly nextItem: number;
  readonly nextApproval: number;
}

/** What the agent said about itself in `initialize`. */
export interface AgentFacts {
  readonly version: string | undefined;
  readonly canLoad: boolean;
  readonly canResume: boolean;
  readonly canFork: boolean;
  readonly canAddFolders: boolean;
  readonly canSteer: boolean;
}

export interface Wish {
  readonly method: string;
  readonly params: Json;
  /** Without it the policy would not hold: its refusal ends the run. */
  readonly needed: boolean;
  /** For people, completes "could not …". */
  readonly purpose: string;
}

export interface OpenTurn {
  readonly turnId: TurnId;
  readonly text: string;
  /** `waiting`: for the handshake; `sent`: the prompt is written; `running`: the agent gave a sign of work. */
  readonly phase: 'waiting' | 'sent' | 'running';
  readonly interrupted: boolean;
  /** The message or thought that is being told. */
  readonly words: OpenWords | undefined;
  /** By the agent's id: every call of this turn, also those that are over. */
  readonly calls: ReadonlyMap<string, ToolCall>;
  readonly planId: ItemId | undefined;
  /** Words of an error that the agent tells as if it were its answer; undefined while none is known. */
  readonly trouble: string | undefined;
  /** The agent said something. */
  readonly answered: boolean;
  readonly usage: Usage;
  /** Words for this turn whose fate is not settled, in order. */
  readonly steers: ReadonlyMap<TurnId, Steer>;
  /** How the turn ends as soon as all its steered words are settled. */
  readonly ending: TurnEnd | undefined;
}

export interface OpenWords {
  readonly id: ItemId;
  readonly type: 'assistant_message' | 'reasoning';
  readonly messageId: string | undefined;
}

/** A tool call as far as it is known: ACP tells it in pieces, and each piece replaces the one before. */
export interface ToolCall {
  readonly callId: string;
  readonly name: string | undefined;
  readonly kind: string | undefined;
  readonly title: string | undefined;
  readonly status: string | undefined;
  readonly input: unknown;
  readonly output: unknown;
  readonly exitCode: number | undefined;
  /** Text of the content blocks. */
  readonly text: string | undefined;
  readonly changes: readonly FileChange[];
  readonly paths: readonly string[];
  /** Set once an item stands for it. */
  readonly item: CallItem | undefined;
}

export interface CallItem {
  readonly id: ItemId;
  /** Fixed when it starts, even if the agent changes its mind about the kind. */
  readonly type: 'command' | 'file_change' | 'tool_call';
  readonly over: boolean;
}

export interface Steer {
  readonly text: string;
  readonly sent: boolean;
}

/** How a conversation is begun or taken up. */
export type OpenMethod = 'session/new' | 'session/load' | 'session/resume' | 'session/fork';

export type SentRequest =
  | { readonly kind: 'initialize' | 'authenticate' }
  | { readonly kind: 'open'; readonly method: OpenMethod }
  | { readonly kind: 'wish'; readonly wish: Wish }
  | { readonly kind: 'prompt'; readonly turnId: TurnId }
  | { readonly kind: 'steer'; readonly turnId: TurnId };

/** Ids of the agent's own requests: numbers from 0, or texts. */
export type AgentRequestId = string | number;

/** A question of the agent that we have not answered. */
export interface PendingApproval {
  readonly requestId: AgentRequestId;
  /** The tool call that it is about. */
  readonly callId: string | undefined;
  readonly answers: readonly PossibleAnswer[];
  /** The result when nobody answers any more. */
  readonly cancelled: Json;
  /** The fields of a form: a person's words become the `content` of the result. */
  readonly fields?: readonly FormField[];
}

export interface PossibleAnswer {
  readonly option: ApprovalOption;
  readonly result: Json;
}

/** Outputs of the step in hand, in order. */
export type Outputs = DriverOutput[];

/** Write a request to the agent; its reply will find `sent` under its id. */
export function request(state: AcpState, out: Outputs, method: string, params: Json, sent: SentRequest): AcpState {
  const id = state.nextRequest;
  write(out, { id, method, params });
  return { ...state, nextRequest: id + 1, requests: withEntry(state.requests, id, sent) };
}

export function notify(out: Outputs, method: string, params: Json): void {
  write(out, { method, params });
}

export function answer(out: Outputs, id: AgentRequestId, result: Json): void {
  write(out, { id, result });
}

export function refuse(out: Outputs, id: AgentRequestId, code: number, message: string): void {
  write(out, { id, error: { code, message } });
}

function write(out: Outputs, message: Json): void {
  out.push({ type: 'write', line: JSON.stringify({ jsonrpc: '2.0', ...message }) });
}

/** The id for the next item of this run. */
export function nextItemId(state: AcpState): ItemId {
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
