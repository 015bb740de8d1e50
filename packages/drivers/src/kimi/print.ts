// The reducer of the one-shot modes: legacy `kimi --print` and Kimi Code's `kimi -p`. A process is one turn, which ends with it.

import { errorBody } from '@parley/schema';
import type { DriverInput, DriverProtocol, ErrorBody, TurnEnd, TurnId } from '@parley/schema';
import { detailsOf, howItEnded, printFailure } from './failure.ts';
import { readLine } from './print-messages.ts';
import { changeTurn } from './print-state.ts';
import type { Dialect, PrintDraft, PrintState, PrintTurn } from './print-state.ts';

type Exit = Extract<DriverInput, { type: 'exited' }>;

export function printProtocol(dialect: Dialect): DriverProtocol<PrintState> {
  return {
    begin: (context) => ({ dialect, context, phase: 'opening', turn: undefined, used: false, nextItem: 1 }),
    step: (state, input) => {
      const draft: PrintDraft = { state: { ...state }, outputs: [] };
      obey(draft, input);
      return draft;
    },
  };
}

function obey(draft: PrintDraft, input: DriverInput): void {
  const { state, outputs } = draft;
  switch (input.type) {
    case 'opened':
      if (state.phase !== 'opening') return;
      state.phase = 'ready';
      outputs.push({ type: 'ready' });
      return;
    case 'line':
      readLine(draft, input.line);
      return;
    case 'start':
      start(draft, input.turnId, input.text);
      return;
    case 'steer':
      outputs.push({
        type: 'steer-returned',
        turnId: input.turnId,
        reason: 'Kimi takes no words into a running turn in this mode.',
      });
      return;
    case 'interrupt':
      if (state.turn?.turnId !== input.turnId || state.turn.stopping) return;
      changeTurn(draft, { stopping: true });
      outputs.push(
        { type: 'deadline', name: 'interrupt', action: 'set' },
        // There is no softer way; a SIGTERM lets it end its commands (2.1.0).
        { type: 'end-run', reason: 'The turn was interrupted.' },
      );
      return;
    case 'deadline':
      if (input.name === 'interrupt' && state.turn?.stopping === true) endTurn(draft, { state: 'interrupted' });
      return;
    case 'answer': // It asks nothing.
      return;
    case 'exited':
      state.phase = 'gone';
      if (state.turn !== undefined) endTurn(draft, endOf(state.turn, state.dialect, input));
  }
}

function start(draft: PrintDraft, turnId: TurnId, text: string): void {
  const { state, outputs } = draft;
  if (state.turn !== undefined) return;
  state.turn = {
    turnId,
    begun: false,
    stopping: false,
    answered: false,
    settled: false,
    concluded: false,
    tools: [],
    planId: undefined,
    said: [],
  };
  if (state.phase === 'gone' || state.used) {
    endTurn(draft, failed(errorBody('agent_crashed', 'This process of Kimi has had its one turn.')));
    return;
  }
  state.used = true;
  // Kimi Code has its prompt already, from argv.
  if (state.dialect === 'legacy') outputs.push({ type: 'write', line: text });
  outputs.push({ type: 'close-stdin' });
}

function endTurn(draft: PrintDraft, end: TurnEnd): void {
  const { state, outputs } = draft;
  const { turn } = state;
  if (turn === undefined) return;
  if (turn.stopping) outputs.push({ type: 'deadline', name: 'interrupt', action: 'clear' });
  outputs.push({ type: 'turn-ended', turnId: turn.turnId, end });
  state.turn = undefined;
}

/** Neither program says in a message that the turn was good: exit code, last message and (Kimi Code) the last line do so together. */
function endOf(turn: PrintTurn, dialect: Dialect, exit: Exit): TurnEnd {
  if (turn.stopping) return { state: 'interrupted' };
  const said = turn.said.join('\n');
  if (exit.signal !== null || exit.code !== 0) return failed(printFailure(exit, said));
  // Legacy kimi has no last line, but its last message is never a tool's or one that calls a tool.
  const isWhole = dialect === 'code' ? turn.concluded : turn.settled;
  if (turn.answered && isWhole) return { state: 'completed' };
  if (turn.begun && !isWhole)
    return failed(
      errorBody('agent_protocol', `Kimi ended ${howItEnded(exit)} in the middle of its work.`, detailsOf(exit)),
    );
  const words = said === '' ? '' : ` It said: ${said}`;
  return failed(errorBody('no_answer', `Kimi ended the turn without an answer.${words}`, detailsOf(exit)));
}

function failed(error: ErrorBody): TurnEnd {
  return { state: 'failed', error };
}
