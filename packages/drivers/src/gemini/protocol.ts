// The reducer of the one-shot mode: `gemini -o stream-json` with the prompt on stdin (facts in README.md). A process is one turn.

import { errorBody } from '@parley/schema';
import type { DriverInput, DriverProtocol, Item, TurnEnd, TurnId } from '@parley/schema';
import { closeMessage, readLine } from './events.ts';
import { exitFailure } from './failure.ts';
import type { Exit } from './failure.ts';
import { attachmentWords, firstAttachments } from './options.ts';
import { withTurn } from './state.ts';
import type { Outputs, PrintState, PrintTurn } from './state.ts';

export const printProtocol: DriverProtocol<PrintState> = {
  begin: (context) => ({ context, phase: 'opening', used: false, turn: undefined, nextItem: 1 }),
  step: (state, input) => {
    const outputs: Outputs = [];
    return { state: obey(state, input, outputs), outputs };
  },
};

function obey(state: PrintState, input: DriverInput, out: Outputs): PrintState {
  switch (input.type) {
    case 'opened':
      if (state.phase !== 'opening') return state;
      out.push({ type: 'ready' });
      return { ...state, phase: 'ready' };
    case 'line':
      return line(state, input.line, out);
    case 'start':
      return start(state, input.turnId, input.text, out);
    case 'steer':
      out.push({
        type: 'steer-returned',
        turnId: input.turnId,
        reason: 'Gemini takes no words into a running turn in its mode "print".',
      });
      return state;
    case 'interrupt':
      return interrupt(state, input.turnId, out);
    case 'deadline':
      return input.name === 'interrupt' && state.turn?.stopping === true
        ? endTurn(state, { state: 'interrupted' }, out)
        : state;
    case 'answer': // It asks nothing.
      return state;
    case 'exited':
      return exited({ ...state, phase: 'gone' }, input, out);
  }
}

/** Gemini reads no more of stdin, and leaves out the rest (0.61.0). */
const stdinLimit = 8 * 1024 * 1024;

function start(state: PrintState, turnId: TurnId, text: string, out: Outputs): PrintState {
  if (state.turn !== undefined) return state;
  const turn: PrintTurn = {
    turnId,
    begun: false,
    stopping: false,
    message: undefined,
    answered: false,
    tools: new Map<string, Item>(),
    seen: new Set<string>(),
    errors: [],
    failed: false,
  };
  const open: PrintState = { ...state, turn };
  const words = attachmentWords(firstAttachments(state.context)) + text;
  if (state.phase === 'gone' || state.used)
    return endTurn(open, failed('agent_crashed', 'This process of Gemini has had its one turn.'), out);
  if (Buffer.byteLength(words) >= stdinLimit) {
    const ended = endTurn(open, failed('prompt_too_large', 'Gemini reads at most 8 MiB of words.'), out);
    out.push({ type: 'end-run', reason: 'The words of the turn are too long.' });
    return ended;
  }
  out.push({ type: 'write', line: words }, { type: 'close-stdin' });
  return { ...open, used: true };
}

function line(state: PrintState, text: string, out: Outputs): PrintState {
  const { state: next, isDone } = readLine(state, text, out);
  if (!isDone || next.turn === undefined) return next;
  const ended = endTurn(next, endOfDone(next.turn), out);
  out.push({ type: 'end-run', reason: 'The turn is over.' });
  return ended;
}

/** It said that all went well. Without words it did not. */
function endOfDone(turn: PrintTurn): TurnEnd {
  if (turn.answered) return { state: 'completed' };
  const why = turn.errors.at(-1);
  return failed('no_answer', `Gemini ended the turn without an answer${why === undefined ? '.' : `: ${why}`}`);
}

function interrupt(state: PrintState, turnId: TurnId, out: Outputs): PrintState {
  if (state.turn?.turnId !== turnId || state.turn.stopping) return state;
  out.push(
    { type: 'deadline', name: 'interrupt', action: 'set' },
    // There is no softer way.
    { type: 'end-run', reason: 'The turn was interrupted.' },
  );
  return withTurn(state, { stopping: true });
}

function exited(state: PrintState, exit: Exit, out: Outputs): PrintState {
  const { turn } = state;
  if (turn === undefined) return state;
  if (turn.stopping) return endTurn(state, { state: 'interrupted' }, out);
  const error = exitFailure(exit, turn.errors, turn.failed);
  return endTurn(state, { state: 'failed', error }, out);
}

function endTurn(state: PrintState, end: TurnEnd, out: Outputs): PrintState {
  const quiet = closeMessage(state, out);
  const { turn } = quiet;
  if (turn === undefined) return quiet;
  if (turn.stopping) out.push({ type: 'deadline', name: 'interrupt', action: 'clear' });
  out.push({ type: 'turn-ended', turnId: turn.turnId, end });
  return { ...quiet, turn: undefined };
}

function failed(code: 'agent_crashed' | 'no_answer' | 'prompt_too_large', message: string): TurnEnd {
  return { state: 'failed', error: errorBody(code, message) };
}
