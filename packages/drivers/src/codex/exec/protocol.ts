// The reducer of `codex exec --json`: one process, one turn. The prompt goes to stdin, then EOF; the end is `turn.completed` or
// `turn.failed`, and a process that ends without either has failed.

import { errorBody } from '@parley/schema';
import type { DriverInput, DriverProtocol, ErrorBody, TurnId } from '@parley/schema';
import { exitFailure } from '../failure.ts';
import type { Outputs } from '../state.ts';
import { failureOf, readLine } from './events.ts';
import { emptyExecState, endTurn, openTurn } from './state.ts';
import type { ExecState } from './state.ts';

export const execProtocol: DriverProtocol<ExecState> = {
  begin: emptyExecState,
  step: (state, input) => {
    const outputs: Outputs = [];
    return {
      state: input.type === 'line' ? readLine(state, input.line, outputs) : command(state, input, outputs),
      outputs,
    };
  },
};

function command(state: ExecState, input: Exclude<DriverInput, { type: 'line' }>, out: Outputs): ExecState {
  switch (input.type) {
    case 'opened':
      out.push({ type: 'ready' });
      return state;
    case 'start':
      return start(state, input.turnId, input.text, out);
    case 'steer':
      out.push({ type: 'steer-returned', turnId: input.turnId, reason: 'codex exec reads nothing while it works' });
      return state;
    case 'interrupt':
      return interrupt(state, input.turnId, out);
    case 'answer':
      // It never asks.
      return state;
    case 'deadline':
      return input.name === 'interrupt' && state.turn?.stopping === true
        ? endTurn(state, { state: 'interrupted' }, out)
        : state;
    case 'exited':
      return exited(state, input, out);
  }
}

function start(state: ExecState, turnId: TurnId, text: string, out: Outputs): ExecState {
  if (state.turn !== undefined) return state;
  if (state.phase !== 'ready') {
    const error = errorBody('agent_crashed', 'This process of Codex has had its turn.');
    out.push({ type: 'turn-ended', turnId, end: { state: 'failed', error } });
    return state;
  }
  out.push({ type: 'write', line: text }, { type: 'close-stdin' });
  return { ...state, turn: openTurn(turnId) };
}

/** Nothing but the end of the process stops it. */
function interrupt(state: ExecState, turnId: TurnId, out: Outputs): ExecState {
  const { turn } = state;
  if (turn?.turnId !== turnId || turn.stopping) return state;
  out.push(
    { type: 'deadline', name: 'interrupt', action: 'set' },
    { type: 'end-run', reason: 'The turn was interrupted.' },
  );
  return { ...state, turn: { ...turn, stopping: true } };
}

function exited(state: ExecState, exit: Extract<DriverInput, { type: 'exited' }>, out: Outputs): ExecState {
  const gone: ExecState = { ...state, phase: 'gone' };
  const { turn } = state;
  if (turn === undefined) return gone;
  if (turn.stopping) return endTurn(gone, { state: 'interrupted' }, out);
  const error = turn.lastError === undefined ? endedEarly(exit, turn.begun) : failureOf(turn.lastError);
  return endTurn(gone, { state: 'failed', error }, out);
}

function endedEarly(exit: Extract<DriverInput, { type: 'exited' }>, begun: boolean): ErrorBody {
  if (exit.code === 0)
    return errorBody('agent_protocol', 'Codex ended as if all were well, but did not say how its turn ended.', {
      exitCode: 0,
      stderr: exit.stderrTail,
    });
  return exitFailure(exit, begun);
}
