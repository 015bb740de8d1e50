// The life of a run that is started for one turn: prompt in, lines out, gone. The agents that work so differ only in `OneShotAgent`.

import { errorBody, itemIdOf } from '@parley/schema';
import type {
  DriverContext,
  DriverInput,
  DriverOutput,
  DriverProtocol,
  ErrorBody,
  ErrorCode,
  Item,
  ItemId,
  TurnEnd,
  TurnId,
} from '@parley/schema';

/** Never changed in place. `Agent` is what the agent's own part remembers. */
export interface OneShotState<Agent> {
  readonly context: DriverContext;
  /** `spent`: its turn is over and the run's end was asked for; `closed`: the process is gone. */
  readonly phase: 'open' | 'spent' | 'closed';
  readonly turn: OneShotTurn | undefined;
  /** Lines that came before the turn was begun: the agent has its prompt from its start. */
  readonly early: readonly string[];
  readonly items: number;
  readonly toldThread: string | undefined;
  readonly agent: Agent;
}

export interface OneShotTurn {
  readonly turnId: TurnId;
  readonly text: string;
  /** The agent has proved that it works on it. */
  readonly begun: boolean;
  /** Somebody wants it to stop. */
  readonly stopping: boolean;
}

/** One step's work: a copy of the state whose fields may be set, and what comes out. */
export interface OneShotDraft<Agent> {
  readonly state: { -readonly [Field in keyof OneShotState<Agent>]: OneShotState<Agent>[Field] };
  readonly outputs: DriverOutput[];
}

export type Exit = Extract<DriverInput, { type: 'exited' }>;

/** What one agent adds. `line` and `end` are called only while a turn is open. */
export interface OneShotAgent<Agent> {
  /** For people, in errors. */
  readonly title: string;
  begin(context: DriverContext): Agent;
  /** Writes the prompt, where it travels on stdin. EOF follows by itself. */
  prompt(draft: OneShotDraft<Agent>, text: string): void;
  line(draft: OneShotDraft<Agent>, line: string): void;
  /** How the turn ended, now that the process is gone without having ended it, and nobody had asked it to stop. */
  end(draft: OneShotDraft<Agent>, exit: Exit): TurnEnd;
}

export function oneShotProtocol<Agent>(agent: OneShotAgent<Agent>): DriverProtocol<OneShotState<Agent>> {
  return {
    begin: (context) => ({
      context,
      phase: 'open',
      turn: undefined,
      early: [],
      items: 0,
      toldThread: context.threadId,
      agent: agent.begin(context),
    }),
    step(state, input) {
      const draft: OneShotDraft<Agent> = { state: { ...state }, outputs: [] };
      take(agent, draft, input);
      return { state: draft.state, outputs: draft.outputs };
    },
  };
}

function take<Agent>(agent: OneShotAgent<Agent>, draft: OneShotDraft<Agent>, input: DriverInput): void {
  const { state, outputs } = draft;
  switch (input.type) {
    case 'opened':
      outputs.push({ type: 'ready' });
      return;
    case 'start':
      start(agent, draft, input.turnId, input.text);
      return;
    case 'line':
      if (state.phase !== 'open') return;
      if (state.turn === undefined) state.early = [...state.early, input.line];
      else agent.line(draft, input.line);
      return;
    case 'steer':
      outputs.push({
        type: 'steer-returned',
        turnId: input.turnId,
        reason: `${agent.title} takes no words while it works`,
      });
      return;
    case 'interrupt':
      if (state.turn?.turnId !== input.turnId || state.turn.stopping) return;
      state.turn = { ...state.turn, stopping: true };
      outputs.push({ type: 'deadline', name: 'interrupt', action: 'set' });
      outputs.push({ type: 'end-run', reason: 'The turn was interrupted' });
      return;
    case 'deadline':
      // The engine is already at ending the run; the process's end ends the turn.
      return;
    case 'answer':
      return;
    case 'exited':
      exited(agent, draft, input);
      return;
  }
}

function start<Agent>(agent: OneShotAgent<Agent>, draft: OneShotDraft<Agent>, turnId: TurnId, text: string): void {
  const { state, outputs } = draft;
  if (state.phase !== 'open' || state.turn !== undefined) {
    const error = errorBody('agent_crashed', `This process of ${agent.title} has had its one turn`);
    outputs.push({ type: 'turn-ended', turnId, end: { state: 'failed', error } });
    return;
  }
  state.turn = { turnId, text, begun: false, stopping: false };
  agent.prompt(draft, text);
  outputs.push({ type: 'close-stdin' });
  const { early } = state;
  state.early = [];
  for (const line of early) if (state.phase === 'open') agent.line(draft, line);
}

function exited<Agent>(agent: OneShotAgent<Agent>, draft: OneShotDraft<Agent>, exit: Exit): void {
  const { state, outputs } = draft;
  if (state.phase === 'closed') return;
  const { turn } = state;
  state.phase = 'closed';
  state.early = [];
  if (turn === undefined) return;
  const end: TurnEnd = turn.stopping ? { state: 'interrupted' } : agent.end(draft, exit);
  state.turn = undefined;
  if (turn.stopping) outputs.push({ type: 'deadline', name: 'interrupt', action: 'clear' });
  outputs.push({ type: 'turn-ended', turnId: turn.turnId, end });
}

/** The agent has shown that it works on the turn. */
export function begin<Agent>({ state, outputs }: OneShotDraft<Agent>): void {
  if (state.turn === undefined || state.turn.begun) return;
  state.turn = { ...state.turn, begun: true };
  outputs.push({ type: 'turn-started', turnId: state.turn.turnId });
}

/** The agent said itself how the turn ended. The process is of no more use. */
export function endTurn<Agent>({ state, outputs }: OneShotDraft<Agent>, end: TurnEnd): void {
  const { turn } = state;
  if (turn === undefined) return;
  state.turn = undefined;
  state.phase = 'spent';
  if (turn.stopping) outputs.push({ type: 'deadline', name: 'interrupt', action: 'clear' });
  outputs.push({ type: 'turn-ended', turnId: turn.turnId, end });
  if (!turn.stopping) outputs.push({ type: 'end-run', reason: 'Its one turn is over' });
}

/** Which conversation this is, told once. */
export function tellThread<Agent>({ state, outputs }: OneShotDraft<Agent>, threadId: string, model?: string): void {
  if (state.toldThread === threadId && model === undefined) return;
  state.toldThread = threadId;
  outputs.push({ type: 'thread', threadId, ...(model === undefined ? {} : { model }) });
}

export function nextItemId<Agent>({ state }: OneShotDraft<Agent>): ItemId {
  state.items += 1;
  return itemIdOf(state.context.runId, state.items);
}

export function startItem<Agent>({ state, outputs }: OneShotDraft<Agent>, item: Item): void {
  if (state.turn !== undefined) outputs.push({ type: 'item-started', turnId: state.turn.turnId, item });
}

export function completeItem<Agent>({ state, outputs }: OneShotDraft<Agent>, item: Item): void {
  if (state.turn !== undefined) outputs.push({ type: 'item-completed', turnId: state.turn.turnId, item });
}

/** Words that came whole: they have no life between start and end. */
export function say<Agent>(draft: OneShotDraft<Agent>, type: 'assistant_message' | 'reasoning', text: string): void {
  if (text === '') return;
  const id = nextItemId(draft);
  startItem(draft, { id, type, text: '' });
  completeItem(draft, { id, type, text });
}

/** How the process went, with what it said last. `code` where its words tell the kind of trouble. */
export function exitError(title: string, exit: Exit, words: string, code?: ErrorCode): ErrorBody {
  const { signal, stderrTail } = exit;
  const how = signal === null ? `exit code ${exit.code ?? 'unknown'}` : `signal ${signal}`;
  const said = words.trim();
  const text = `${title} ended without finishing its turn (${how})${said === '' ? '' : `: ${said}`}`;
  return errorBody(code ?? 'agent_crashed', text, { exitCode: exit.code, signal, stderrTail: stderrTail.trim() });
}
