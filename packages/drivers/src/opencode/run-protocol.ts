// The machine of `opencode run --format json`: one process for one turn, the prompt on stdin, events on stdout, no final event. Its end
// is the process's, and proof of success a last step that ended with "stop". Seen on 1.18.33.

import { errorBody, itemIdOf } from '@parley/schema';
import type {
  DriverContext,
  DriverInput,
  DriverOutput,
  DriverProtocol,
  DriverStep,
  ErrorBody,
  Item,
  TurnEnd,
  TurnId,
  Usage,
} from '@parley/schema';
import { objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { unknownEvent, unreadableLine } from '../shared/unknown-event.ts';
import { addStep, asOpened, isDenial, isEmptyStep, planSteps, planTools, toolItem } from './decode.ts';
import { exitFailure, failureOf, plain } from './failure.ts';

/** A model server that answers with something else, a web page for example, makes OpenCode ask again for ever (1.18.33). */
const maxEmptySteps = 5;

export interface RunState {
  readonly context: DriverContext;
  readonly phase: 'opening' | 'ready' | 'closed';
  /** Its one turn has been given to it. */
  readonly used: boolean;
  readonly turn: RunTurn | undefined;
  readonly told: string | undefined;
  readonly items: number;
}

interface RunTurn {
  readonly turnId: TurnId;
  readonly begun: boolean;
  readonly interrupted: boolean;
  readonly answered: boolean;
  readonly denied: boolean;
  readonly finish: string | undefined;
  readonly emptySteps: number;
  readonly error: ErrorBody | undefined;
  readonly usage: Usage;
  readonly planId: Item['id'] | undefined;
}

type Draft = {
  readonly state: { -readonly [Field in keyof RunState]: RunState[Field] };
  readonly outputs: DriverOutput[];
};

export const runProtocol: DriverProtocol<RunState> = {
  begin: (context: DriverContext): RunState => ({
    context,
    phase: 'opening',
    used: false,
    turn: undefined,
    told: context.threadId,
    items: 0,
  }),

  step(state: RunState, input: DriverInput): DriverStep<RunState> {
    const draft: Draft = { state: { ...state }, outputs: [] };
    change(draft, input);
    return draft;
  },
};

function change(draft: Draft, input: DriverInput): void {
  const { state, outputs } = draft;
  switch (input.type) {
    case 'opened':
      state.phase = 'ready';
      outputs.push({ type: 'ready' });
      return;
    case 'start':
      start(draft, input.turnId, input.text);
      return;
    case 'steer':
      outputs.push({ type: 'steer-returned', turnId: input.turnId, reason: 'OpenCode takes no words while it works.' });
      return;
    case 'interrupt':
      if (state.turn?.turnId !== input.turnId || state.turn.interrupted) return;
      state.turn = { ...state.turn, interrupted: true };
      // There is no softer way: the end of the process ends the turn.
      outputs.push(
        { type: 'deadline', name: 'interrupt', action: 'set' },
        { type: 'end-run', reason: 'The turn was interrupted.' },
      );
      return;
    case 'deadline':
      if (input.name === 'interrupt' && state.turn?.interrupted === true) endTurn(draft, { state: 'interrupted' });
      return;
    case 'line':
      if (state.phase !== 'closed') readLine(draft, input.line);
      return;
    case 'exited':
      exited(draft, input);
      return;
    case 'answer':
      // It never asks.
      return;
  }
}

function start(draft: Draft, turnId: TurnId, text: string): void {
  const { state, outputs } = draft;
  if (state.turn !== undefined) return;
  state.turn = {
    turnId,
    begun: false,
    interrupted: false,
    answered: false,
    denied: false,
    finish: undefined,
    emptySteps: 0,
    error: undefined,
    usage: {},
    planId: undefined,
  };
  if (state.phase === 'closed' || state.used) {
    endTurn(draft, { state: 'failed', error: errorBody('agent_crashed', 'OpenCode is no longer running.') });
    return;
  }
  state.used = true;
  outputs.push({ type: 'write', line: text }, { type: 'close-stdin' });
}

function readLine(draft: Draft, line: string): void {
  const { state, outputs } = draft;
  const message = objectOfLine(line);
  const { turn } = state;
  if (message === undefined) {
    if (line.trim() !== '') outputs.push(unreadableLine(line, turn?.turnId));
    return;
  }
  const threadId = stringIn(message['sessionID']);
  if (threadId !== undefined && threadId !== state.told) {
    state.told = threadId;
    outputs.push({ type: 'thread', threadId });
  }
  if (turn === undefined) return;
  if (!turn.begun) {
    update(draft, { begun: true });
    outputs.push({ type: 'turn-started', turnId: turn.turnId });
  }
  readEvent(draft, turn.turnId, message, line);
}

function readEvent(draft: Draft, turnId: TurnId, message: Json, line: string): void {
  const part = objectIn(message['part']);
  switch (message['type']) {
    case 'step_start':
      return;
    case 'text':
    case 'reasoning':
      textPart(draft, turnId, message['type'], stringIn(part['text']) ?? '');
      return;
    case 'tool_use':
      toolPart(draft, turnId, part);
      return;
    case 'step_finish':
      stepFinished(draft, turnId, part);
      return;
    case 'error':
      update(draft, { error: failureOf(message['error']) });
      return;
    default:
      draft.outputs.push(unknownEvent(stringIn(message['type']) ?? '', line, turnId));
  }
}

function textPart(draft: Draft, turnId: TurnId, type: 'text' | 'reasoning', text: string): void {
  if (text === '') return;
  const item = { id: nextItemId(draft), type: type === 'text' ? 'assistant_message' : 'reasoning', text } as const;
  draft.outputs.push({ type: 'item-started', turnId, item: asOpened(item) }, { type: 'item-completed', turnId, item });
  if (type === 'text' && text.trim() !== '') update(draft, { answered: true });
}

function toolPart(draft: Draft, turnId: TurnId, part: Json): void {
  const { outputs, state } = draft;
  const call = objectIn(part['state']);
  if (planTools.has(stringIn(part['tool']) ?? '')) {
    const steps = planSteps(objectIn(call['input'])['todos']);
    const id = state.turn?.planId ?? nextItemId(draft);
    const item: Item = { id, type: 'plan', steps };
    if (state.turn?.planId === undefined) outputs.push({ type: 'item-started', turnId, item });
    outputs.push({ type: 'item-completed', turnId, item });
    update(draft, { planId: id });
    return;
  }
  const item = toolItem(part, nextItemId(draft), state.context.cwd, false);
  outputs.push({ type: 'item-started', turnId, item: asOpened(item) }, { type: 'item-completed', turnId, item });
  if (isDenial(stringIn(call['error']) ?? '')) update(draft, { denied: true });
}

function stepFinished(draft: Draft, turnId: TurnId, part: Json): void {
  const { turn } = draft.state;
  if (turn === undefined) return;
  const isEmpty = isEmptyStep(part);
  const usage = isEmpty ? turn.usage : addStep(turn.usage, part);
  const emptySteps = isEmpty ? turn.emptySteps + 1 : 0;
  if (!isEmpty) draft.outputs.push({ type: 'usage', turnId, usage });
  update(draft, { usage, emptySteps, finish: stringIn(part['reason']), error: undefined });
  if (emptySteps !== maxEmptySteps) return;
  const message = 'The answers of the model server hold nothing that OpenCode understands. Is its address right?';
  endTurn(draft, { state: 'failed', error: errorBody('model_request_rejected', message) });
  draft.outputs.push({ type: 'end-run', reason: message });
}

function exited(draft: Draft, exit: Extract<DriverInput, { type: 'exited' }>): void {
  const { state } = draft;
  state.phase = 'closed';
  if (state.turn !== undefined) endTurn(draft, endOf(state.turn, exit));
}

function endOf(turn: RunTurn, exit: Extract<DriverInput, { type: 'exited' }>): TurnEnd {
  if (turn.interrupted) return { state: 'interrupted' };
  if (turn.error !== undefined) return { state: 'failed', error: turn.error };
  if (exit.code !== 0) return { state: 'failed', error: exitFailure(exit, turn.begun) };
  if (turn.finish === undefined) {
    const message = 'OpenCode ended without having said that it was done.';
    return { state: 'failed', error: errorBody('agent_protocol', message, { stderr: plain(exit.stderrTail).trim() }) };
  }
  if (turn.finish === 'tool-calls') {
    const error = turn.denied
      ? errorBody(
          'agent_refused',
          'OpenCode ended the turn because it was denied a tool: nobody can be asked in this mode.',
        )
      : errorBody('agent_protocol', 'OpenCode ended after a tool call, without an answer.');
    return { state: 'failed', error };
  }
  return turn.answered
    ? { state: 'completed' }
    : { state: 'failed', error: errorBody('no_answer', 'OpenCode ended the turn without an answer.') };
}

function endTurn(draft: Draft, end: TurnEnd): void {
  const { state, outputs } = draft;
  if (state.turn === undefined) return;
  if (state.turn.interrupted) outputs.push({ type: 'deadline', name: 'interrupt', action: 'clear' });
  outputs.push({ type: 'turn-ended', turnId: state.turn.turnId, end });
  state.turn = undefined;
}

function update(draft: Draft, change: Partial<RunTurn>): void {
  if (draft.state.turn !== undefined) draft.state.turn = { ...draft.state.turn, ...change };
}

function nextItemId(draft: Draft): Item['id'] {
  draft.state.items += 1;
  return itemIdOf(draft.state.context.runId, draft.state.items);
}
