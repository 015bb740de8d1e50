// What the claude protocol machine remembers of one run, and the draft in which one step changes it.

import { approvalIdOf, itemIdOf } from '@parley/schema';
import type {
  ApprovalId,
  DriverContext,
  DriverOutput,
  ErrorBody,
  Item,
  ItemId,
  PlanStep,
  TurnEnd,
  TurnId,
} from '@parley/schema';
import type { Json } from '../shared/json.ts';
import { uuidOf } from '../shared/uuid.ts';

/** Never changed in place: a step copies what it changes, so an older state stays good. */
export interface ClaudeState {
  readonly context: DriverContext;
  /** One turn, its prompt as plain text, then EOF: nothing can be written to it any more (`print/`). */
  readonly oneShot: boolean;
  readonly phase: 'opening' | 'ready' | 'closed';
  /** Why no turn can run any more. */
  readonly failure: ErrorBody | undefined;
  /** Words that came before the handshake was done. */
  readonly kept: { readonly turnId: TurnId; readonly text: string } | undefined;
  readonly turn: OpenTurn | undefined;
  /** Steered words that were written and that claude has not taken yet, in order. */
  readonly steered: readonly SteeredWords[];
  /** Blocks of the message that streams now. */
  readonly blocks: readonly OpenBlock[];
  readonly tools: readonly OpenTool[];
  readonly asked: readonly OpenApproval[];
  /** Control requests of ours that wait for their response. */
  readonly waiting: readonly OurRequest[];
  /** The task list of the agent's Task tools, which lives as long as the conversation. */
  readonly tasks: readonly AgentTask[];
  readonly told: {
    readonly threadId: string | undefined;
    readonly model: string | undefined;
    readonly version: string | undefined;
  };
  /** The conversation's id as claude says it; told only when it can be resumed. */
  readonly sessionId: string | undefined;
  /** Deltas seen before the thread was told. */
  readonly early: number;
  readonly counts: {
    readonly messages: number;
    readonly requests: number;
    readonly items: number;
    readonly approvals: number;
  };
}

export interface OpenTurn {
  readonly turnId: TurnId;
  /** Of the user message that opened it. */
  readonly uuid: string;
  /** Claude has proved that it works on it. */
  readonly begun: boolean;
  readonly answered: boolean;
  readonly planId: ItemId | undefined;
  /** `asked`: somebody wants it to stop; `refused`: we stop it because the model server refuses the credentials. */
  readonly stopping: 'asked' | 'refused' | undefined;
  readonly refusal: ErrorBody | undefined;
  /** It has its result, but steered words are still on their way. */
  readonly ending: TurnEnd | undefined;
}

export interface SteeredWords {
  readonly turnId: TurnId;
  readonly uuid: string;
}

export interface OpenBlock {
  readonly index: number;
  readonly type: 'assistant_message' | 'reasoning';
  /** Given with the first delta that holds something: empty blocks leave no item. */
  readonly itemId: ItemId | undefined;
}

export interface OpenTool {
  readonly useId: string;
  /** Absent for the tools that only change the plan. */
  readonly item: Item | undefined;
  /** A person or the policy said no. */
  readonly declined: boolean;
  readonly task: TaskUse | undefined;
}

/** What a call of the Task tools will do to the list, once it has succeeded. */
export interface TaskUse {
  /** Absent for a new task: the result tells its number. */
  readonly id: string | undefined;
  readonly subject: string | undefined;
  readonly status: PlanStep['status'] | 'deleted' | undefined;
}

export interface AgentTask {
  readonly id: string;
  readonly subject: string;
  readonly status: PlanStep['status'];
}

export interface OpenApproval {
  readonly approvalId: ApprovalId;
  readonly requestId: string;
  readonly useId: string | undefined;
  readonly input: Json;
  readonly question: boolean;
  /** What "always" means here, ready for `updatedPermissions`. */
  readonly lasting: readonly Json[];
}

export type OurRequest =
  | { readonly id: string; readonly type: 'initialize' | 'interrupt' }
  | { readonly id: string; readonly type: 'withdraw'; readonly uuid: string };

export function emptyState(context: DriverContext, oneShot: boolean): ClaudeState {
  return {
    context,
    oneShot,
    phase: 'opening',
    failure: undefined,
    kept: undefined,
    turn: undefined,
    steered: [],
    blocks: [],
    tools: [],
    asked: [],
    waiting: [],
    tasks: [],
    told: { threadId: context.threadId, model: undefined, version: undefined },
    sessionId: context.threadId,
    early: 0,
    counts: { messages: 0, requests: 0, items: 0, approvals: 0 },
  };
}

/** One step's work: a copy of the state whose fields may be set, and what comes out. */
export interface Draft {
  readonly state: { -readonly [Field in keyof ClaudeState]: ClaudeState[Field] };
  readonly outputs: DriverOutput[];
}

export function draftOf(state: ClaudeState): Draft {
  return { state: { ...state }, outputs: [] };
}

function count(draft: Draft, what: keyof ClaudeState['counts']): number {
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

export function write(draft: Draft, message: Json): void {
  draft.outputs.push({ type: 'write', line: JSON.stringify(message) });
}

/** Writes words for claude and gives the uuid by which it confirms them. A new one each time: it skips a uuid that it has seen. */
export function writeWords(draft: Draft, text: string): string {
  const uuid = uuidOf(`${draft.state.context.runId}:message:${count(draft, 'messages')}`);
  write(draft, {
    type: 'user',
    message: { role: 'user', content: [{ type: 'text', text }] },
    parent_tool_use_id: null,
    session_id: '',
    uuid,
  });
  return uuid;
}

export function writeRequest(draft: Draft, request: Json, meaning: { type: OurRequest['type']; uuid?: string }): void {
  const id = `parley-${count(draft, 'requests')}`;
  const open: OurRequest =
    meaning.type === 'withdraw' ? { id, type: 'withdraw', uuid: meaning.uuid ?? '' } : { id, type: meaning.type };
  draft.state.waiting = [...draft.state.waiting, open];
  write(draft, { type: 'control_request', request_id: id, request });
}

/** The turn to which what claude says now belongs: one that it has taken up. */
export function activeTurn(draft: Draft): OpenTurn | undefined {
  return draft.state.turn?.begun === true ? draft.state.turn : undefined;
}
