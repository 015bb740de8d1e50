// The claude protocol machine: bidirectional stream-json with control requests, as a pure reducer. Seen on 2.1.329.

import { errorBody } from '@parley/schema';
import type { DriverContext, DriverInput, DriverProtocol, DriverStep, ErrorBody, TurnEnd } from '@parley/schema';
import { answerLine } from './approvals.ts';
import { readLine } from './read-line.ts';
import { codeOfWords } from './result.ts';
import { draftOf, emptyState, write, writeRequest } from './state.ts';
import type { ClaudeState, Draft } from './state.ts';
import { closeRun, endAll, endOfStopped, interrupt, settle, startTurn, steer } from './turns.ts';

export const protocol: DriverProtocol<ClaudeState> = {
  begin: (context: DriverContext): ClaudeState => emptyState(context, false),

  step(state: ClaudeState, input: DriverInput): DriverStep<ClaudeState> {
    if (input.type === 'line') return state.phase === 'closed' ? { state, outputs: [] } : readLine(state, input.line);
    const draft = draftOf(state);
    change(draft, input);
    return draft;
  },
};

/** What the engine wants, as far as it is no line of claude's. Changes the draft. */
export function change(draft: Draft, input: Exclude<DriverInput, { type: 'line' }>): void {
  switch (input.type) {
    case 'opened':
      writeRequest(draft, { subtype: 'initialize', hooks: null }, { type: 'initialize' });
      draft.outputs.push({ type: 'deadline', name: 'handshake', action: 'set' });
      return;
    case 'start':
      startTurn(draft, input.turnId, input.text);
      return;
    case 'steer':
      steer(draft, input.into, input.turnId, input.text);
      return;
    case 'interrupt':
      interrupt(draft, input.turnId);
      return;
    case 'answer':
      answer(draft, input);
      return;
    case 'deadline':
      passed(draft, input.name);
      return;
    case 'exited':
      exited(draft, input);
      return;
  }
}

function answer(draft: Draft, input: Extract<DriverInput, { type: 'answer' }>): void {
  const { state, outputs } = draft;
  const open = state.asked.find((each) => each.approvalId === input.approvalId);
  // Withdrawn meanwhile: claude does not want it any more.
  if (open === undefined) return;
  state.asked = state.asked.filter((each) => each !== open);
  write(draft, answerLine(open, input.option, input.answer));
  if (input.option === 'allow' || input.option === 'allow-always') return;
  state.tools = state.tools.map((tool) => (tool.useId === open.useId ? { ...tool, declined: true } : tool));
  if (input.option === 'cancel' && state.turn !== undefined && state.turn.stopping === undefined) {
    // The answer itself interrupts; claude then ends the turn by its result.
    state.turn = { ...state.turn, stopping: 'asked' };
    outputs.push({ type: 'deadline', name: 'interrupt', action: 'set' });
  }
}

function passed(draft: Draft, name: Extract<DriverInput, { type: 'deadline' }>['name']): void {
  const { state } = draft;
  switch (name) {
    case 'handshake': {
      if (state.phase !== 'opening') return;
      const error = errorBody('start_timeout', 'Claude did not answer the handshake in time');
      state.failure = error;
      closeRun(draft, error.message, { state: 'failed', error });
      return;
    }
    case 'interrupt':
      if (state.turn?.stopping === undefined) return;
      closeRun(draft, 'Claude did not stop in time', endOfStopped(state.turn));
      return;
    case 'settle':
      settle(draft);
      return;
  }
}

function exited(draft: Draft, input: Extract<DriverInput, { type: 'exited' }>): void {
  const { state } = draft;
  const opening = state.phase === 'opening' || (state.oneShot && state.turn?.begun === false);
  const error = state.failure ?? errorOfExit(input, opening);
  state.failure = error;
  // Whoever wanted it to stop has what was wanted; a turn that nobody stopped has failed, whatever the exit code says.
  const stopped = state.turn?.stopping !== undefined;
  const end: TurnEnd = stopped && state.turn !== undefined ? endOfStopped(state.turn) : { state: 'failed', error };
  endAll(draft, end);
}

function errorOfExit(input: Extract<DriverInput, { type: 'exited' }>, opening: boolean): ErrorBody {
  const { code, signal, stderrTail } = input;
  const how = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
  const said = stderrTail.trim();
  const when = opening ? 'Claude ended before it was ready' : 'Claude ended in the middle of its work';
  const text = `${when} (${how})${said === '' ? '' : `: ${said}`}`;
  const known = said === '' ? undefined : codeOfWords(undefined, said);
  const named =
    known === 'thread_missing' || known === 'agent_auth' || known === 'prompt_too_large' ? known : undefined;
  return errorBody(named ?? (opening ? 'agent_start_failed' : 'agent_crashed'), text, {
    exitCode: code,
    signal,
    stderrTail: said,
  });
}
