// The reducer of one-shot claude (`claude -p`): one process, one turn. It reads the same lines as the interactive one; what differs is how
// a turn is opened (plain text, EOF, no receipts) and that nothing can be said to claude afterwards.

import { errorBody } from '@parley/schema';
import type { DriverInput, DriverProtocol, DriverStep, TurnId } from '@parley/schema';
import { objectOfLine } from '../../shared/json.ts';
import { change } from '../protocol.ts';
import { readLine } from '../read-line.ts';
import { draftOf, emptyState } from '../state.ts';
import type { ClaudeState, Draft } from '../state.ts';
import { openTurn, take } from '../turns.ts';

/** Claude does not repeat our words here, so they have no id of their own. */
const noUuid = '';

export const printProtocol: DriverProtocol<ClaudeState> = {
  begin: (context) => emptyState(context, true),

  step(state, input) {
    if (input.type === 'line') return state.phase === 'closed' ? { state, outputs: [] } : line(state, input.line);
    const draft = draftOf(state);
    command(draft, input);
    return draft;
  },
};

function line(state: ClaudeState, text: string): DriverStep<ClaudeState> {
  if (state.turn === undefined || state.turn.begun || !provesWork(text)) return readLine(state, text);
  const draft = draftOf(state);
  take(draft, noUuid);
  const read = readLine(draft.state, text);
  return { state: read.state, outputs: [...draft.outputs, ...read.outputs] };
}

/** `system/init` is the first line of a turn that runs, a `result` the only one of a turn that cannot. */
function provesWork(text: string): boolean {
  const message = objectOfLine(text);
  switch (message?.['type']) {
    case 'assistant':
    case 'result':
    case 'stream_event':
    case 'user':
      return true;
    case 'system':
      return message['subtype'] === 'init';
    default:
      return false;
  }
}

function command(draft: Draft, input: Exclude<DriverInput, { type: 'line' }>): void {
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
      outputs.push({ type: 'steer-returned', turnId: input.turnId, reason: 'claude -p reads nothing while it works' });
      return;
    case 'interrupt':
    case 'answer':
    case 'deadline':
    case 'exited':
      change(draft, input);
      return;
  }
}

function start({ state, outputs }: Draft, turnId: TurnId, text: string): void {
  if (state.turn !== undefined) return;
  if (state.phase !== 'ready') {
    const error = state.failure ?? errorBody('agent_crashed', 'This process of Claude has had its turn');
    outputs.push({ type: 'turn-ended', turnId, end: { state: 'failed', error } });
    return;
  }
  outputs.push({ type: 'write', line: text }, { type: 'close-stdin' });
  state.turn = openTurn(turnId, noUuid, false);
}
