// What the wire reducer remembers of one run, and the draft in which one step changes it. Values are never changed in place.

import { approvalIdOf, itemIdOf } from '@parley/schema';
import type { ApprovalId, DriverContext, DriverOutput, ErrorBody, Item, ItemId, TurnId, Usage } from '@parley/schema';
import type { Json } from '../shared/json.ts';

export interface WireState {
  readonly context: DriverContext;
  /** `broken`: the handshake failed, and `failure` says why; `gone`: the process has exited. */
  readonly phase: 'opening' | 'ready' | 'broken' | 'gone';
  readonly failure: ErrorBody | undefined;
  readonly turn: OpenTurn | undefined;
  /** Our requests that have no response yet, by id. */
  readonly requests: ReadonlyMap<string, SentRequest>;
  readonly asked: readonly OpenAsk[];
  /** Kinds of approvals that somebody allowed for the rest of this run. */
  readonly allowed: readonly string[];
  /** The last line of stdout that was no JSON: kimi prints what is wrong with its configuration there. */
  readonly lastWords: string | undefined;
  readonly counts: { readonly requests: number; readonly items: number; readonly approvals: number };
}

export interface OpenTurn {
  readonly turnId: TurnId;
  readonly text: string;
  /** `waiting`: for the handshake; `sent`: the prompt is written; `running`: kimi said that it began. */
  readonly phase: 'waiting' | 'sent' | 'running';
  /** `again`: kimi refused our cancel because it had not begun yet. */
  readonly interrupt: 'none' | 'asked' | 'again';
  readonly answered: boolean;
  /** Tool calls that somebody said no to. */
  readonly declined: readonly string[];
  /** The message or the thoughts whose deltas come now. */
  readonly words: OpenWords | undefined;
  /** Tool calls whose arguments still come in parts; one for each agent at most. */
  readonly calls: readonly PartialCall[];
  readonly tools: readonly OpenTool[];
  readonly planId: ItemId | undefined;
  readonly usage: Usage;
  readonly steers: readonly Steer[];
}

export interface OpenWords {
  readonly id: ItemId;
  readonly type: 'assistant_message' | 'reasoning';
}

export interface PartialCall {
  /** Empty for the main agent, else the sub-agent's id. */
  readonly agent: string;
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export interface OpenTool {
  readonly agent: string;
  readonly callId: string;
  readonly name: string;
  readonly input: Json;
  /** Absent for the tool that only changes the plan. */
  readonly item: Item | undefined;
}

/** Words into the running turn that kimi has not proved to have taken, in order. */
export interface Steer {
  readonly turnId: TurnId;
  readonly text: string;
  readonly sent: boolean;
}

export interface OpenAsk {
  readonly approvalId: ApprovalId;
  /** Kimi's id of the request, the same in JSON-RPC and in the payload. */
  readonly requestId: string;
  readonly callId: string | undefined;
  /** What "always" would allow. */
  readonly kind: string;
  /** The texts of the questions, by our ids; undefined for a permission. */
  readonly questions: ReadonlyMap<string, string> | undefined;
}

export type SentRequest =
  | { readonly kind: 'initialize' | 'prompt' | 'cancel' }
  | { readonly kind: 'steer'; readonly turnId: TurnId };

export function emptyState(context: DriverContext): WireState {
  return {
    context,
    phase: 'opening',
    failure: undefined,
    turn: undefined,
    requests: new Map<string, SentRequest>(),
    asked: [],
    allowed: [],
    lastWords: undefined,
    counts: { requests: 0, items: 0, approvals: 0 },
  };
}

export function newTurn(turnId: TurnId, text: string): OpenTurn {
  return {
    turnId,
    text,
    phase: 'waiting',
    interrupt: 'none',
    answered: false,
    declined: [],
    words: undefined,
    calls: [],
    tools: [],
    planId: undefined,
    usage: {},
    steers: [],
  };
}

/** One step's work: a copy of the state whose fields may be set, and what comes out. */
export interface Draft {
  readonly state: { -readonly [Field in keyof WireState]: WireState[Field] };
  readonly outputs: DriverOutput[];
}

function count(draft: Draft, what: keyof WireState['counts']): number {
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

/** Write a request; its response will find `sent` under its id. Ids must be strings: kimi 1.49.0 refuses numbers. */
export function request(draft: Draft, method: string, params: Json, sent: SentRequest): void {
  const id = `parley-${count(draft, 'requests')}`;
  draft.state.requests = new Map(draft.state.requests).set(id, sent);
  draft.outputs.push({ type: 'write', line: JSON.stringify({ jsonrpc: '2.0', method, id, params }) });
}

export function respond(draft: Draft, id: string, result: Json): void {
  draft.outputs.push({ type: 'write', line: JSON.stringify({ jsonrpc: '2.0', id, result }) });
}

export function refuse(draft: Draft, id: string, code: number, message: string): void {
  draft.outputs.push({ type: 'write', line: JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }) });
}

/** Change the open turn, if there is one. */
export function changeTurn(draft: Draft, change: Partial<OpenTurn>): void {
  if (draft.state.turn !== undefined) draft.state.turn = { ...draft.state.turn, ...change };
}

/** The turn that kimi works on now: what it says belongs to this one. */
export function activeTurn({ state }: Draft): OpenTurn | undefined {
  return state.turn?.phase === 'running' ? state.turn : undefined;
}
