// What the OpenCode server machine remembers of one run, and the draft in which one step changes it.

import { approvalIdOf, itemIdOf } from '@parley/schema';
import type {
  ApprovalId,
  DriverContext,
  DriverOutput,
  ErrorBody,
  Item,
  ItemId,
  TurnEnd,
  TurnId,
  Usage,
} from '@parley/schema';
import type { Json } from '../shared/json.ts';

/** Never changed in place: a step copies what it changes, so an older state stays good. */
export interface OpenCodeState {
  readonly context: DriverContext;
  /** `broken`: no turn can run any more, and `failure` says why; `closed`: the process has exited. */
  readonly phase: 'opening' | 'ready' | 'broken' | 'closed';
  readonly failure: ErrorBody | undefined;
  /** OpenCode's own id of the conversation. */
  readonly sessionId: string | undefined;
  /** The conversation and the sub-agents' conversations that it started. */
  readonly family: ReadonlySet<string>;
  /** It was made by this run, and has no title yet that means something. */
  readonly untitled: boolean;
  readonly turn: OpenTurn | undefined;
  /** Steered words that OpenCode has not taken yet, in order. */
  readonly steered: readonly SteeredWords[];
  readonly asked: readonly OpenQuestion[];
  /** Our HTTP requests that have no answer yet. */
  readonly waiting: ReadonlyMap<string, OurRequest>;
  /** The stream of events was cut in this turn: what it held meanwhile has to be asked for. */
  readonly isCut: boolean;
  /** The newest message of the turns that are over: OpenCode's ids ascend, so what is not above it is none of the open turn's. */
  readonly lastMessageId: string | undefined;
  readonly toldModel: string | undefined;
  readonly counts: { readonly requests: number; readonly items: number; readonly approvals: number };
}

export interface OpenTurn {
  readonly turnId: TurnId;
  readonly text: string;
  /** `waiting`: for the handshake; `sent`: the prompt is posted; `running`: OpenCode has it in its conversation. */
  readonly phase: 'waiting' | 'sent' | 'running';
  /** `asked`: somebody wants it to stop; an error: we stop it, and it ends with that. */
  readonly stopping: 'asked' | ErrorBody | undefined;
  /** The message that its words became. */
  readonly messageId: string | undefined;
  /** What each message seen in this turn is, by its id. */
  readonly messages: ReadonlyMap<string, MessageRole>;
  /** Open items by the id of OpenCode's part. */
  readonly items: ReadonlyMap<string, OpenItem>;
  /** Parts that are over, so that reading them again after a cut changes nothing. */
  readonly finished: ReadonlySet<string>;
  readonly planId: ItemId | undefined;
  readonly answered: boolean;
  readonly usage: Usage;
  /** Why the last step ended: `stop`, `tool-calls`, `length`, `unknown`, … */
  readonly finish: string | undefined;
  /** Steps in a row that held nothing. */
  readonly emptySteps: number;
  /** The last error, unless a step has succeeded since. */
  readonly lastError: ErrorBody | undefined;
  /** Tool calls that were denied, by OpenCode's id of the call. */
  readonly denied: ReadonlySet<string>;
  /** OpenCode is idle, but steered words are still on their way. */
  readonly ending: TurnEnd | undefined;
}

/** `summary`: what OpenCode writes for itself when it makes room. */
export type MessageRole = 'user' | 'assistant' | 'summary';

export interface OpenItem {
  readonly item: Item;
  /** Its start was told. A text that may stay empty is told with its first words. */
  readonly told: boolean;
  /** What was told of a command's output so far. */
  readonly output: string;
}

export interface SteeredWords {
  readonly turnId: TurnId;
  readonly text: string;
  /** `kept`: until the words before them have arrived; `arrived`: in the conversation, under `messageId`. */
  readonly phase: 'kept' | 'sent' | 'arrived';
  readonly messageId: string | undefined;
}

/** A permission or a question that waits for its answer. */
export interface OpenQuestion {
  readonly approvalId: ApprovalId;
  readonly kind: 'permission' | 'question';
  /** OpenCode's id: `per_…` or `que_…`. */
  readonly requestId: string;
  readonly callId: string | undefined;
  /** How many questions it holds; their ids are their places. */
  readonly questions: number;
}

export type OurRequest =
  | { readonly kind: 'health' | 'session' | 'title' | 'prompt' | 'abort' | 'reply' | 'status' | 'asked' }
  | { readonly kind: 'messages'; readonly isIdle: boolean }
  | { readonly kind: 'steer'; readonly turnId: TurnId };

export function emptyState(context: DriverContext): OpenCodeState {
  return {
    context,
    phase: 'opening',
    failure: undefined,
    sessionId: undefined,
    family: new Set(),
    untitled: false,
    turn: undefined,
    steered: [],
    asked: [],
    waiting: new Map(),
    isCut: false,
    lastMessageId: undefined,
    toldModel: undefined,
    counts: { requests: 0, items: 0, approvals: 0 },
  };
}

export function openTurn(turnId: TurnId, text: string, phase: OpenTurn['phase']): OpenTurn {
  return {
    turnId,
    text,
    phase,
    stopping: undefined,
    messageId: undefined,
    messages: new Map(),
    items: new Map(),
    finished: new Set(),
    planId: undefined,
    answered: false,
    usage: {},
    finish: undefined,
    emptySteps: 0,
    lastError: undefined,
    denied: new Set(),
    ending: undefined,
  };
}

/** One step's work: a copy of the state whose fields may be set, and what comes out. */
export interface Draft {
  readonly state: { -readonly [Field in keyof OpenCodeState]: OpenCodeState[Field] };
  readonly outputs: DriverOutput[];
}

export function draftOf(state: OpenCodeState): Draft {
  return { state: { ...state }, outputs: [] };
}

function count(draft: Draft, what: keyof OpenCodeState['counts']): number {
  const next = draft.state.counts[what] + 1;
  draft.state.counts = { ...draft.state.counts, [what]: next };
  return next;
}

export function nextItemId(draft: Draft): ItemId {
  return itemIdOf(draft.state.context.runId, count(draft, 'items'));
}

export function nextApprovalId(draft: Draft): ApprovalId {
  return approvalIdOf(draft.state.context.runId, count(draft, 'approvals'));
}

/** Change fields of the open turn. */
export function updateTurn(draft: Draft, change: Partial<OpenTurn>): void {
  if (draft.state.turn !== undefined) draft.state.turn = { ...draft.state.turn, ...change };
}

/** A request to OpenCode's server; its answer will find `meaning`. */
export function request(
  draft: Draft,
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  meaning: OurRequest,
  body?: Json,
): void {
  const id = String(count(draft, 'requests'));
  draft.state.waiting = withEntry(draft.state.waiting, id, meaning);
  draft.outputs.push({ type: 'write', line: JSON.stringify({ id, method, path, body }) });
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
