// The answers to `_session/steering`, an extension that claude-agent-acp and codex-acp share: what became of words for a running turn.

import type { TurnId } from '@parley/schema';
import { cutText, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notify, withoutEntry } from './state.ts';
import type { AcpState, Outputs } from './state.ts';
import { endTurn } from './turn.ts';

/** `outcome` is the receipt; an empty result is none. */
export function steerAnswered(state: AcpState, turnId: TurnId, error: unknown, result: Json, out: Outputs): AcpState {
  const { turn, sessionId } = state;
  if (turn === undefined || !turn.steers.has(turnId)) return state;
  const outcome = stringIn(result['outcome']);
  switch (outcome) {
    case 'injected':
      out.push({ type: 'steer-consumed', turnId });
      break;
    case 'startedNewTurn':
      // Asked not to, the agent began a turn that is nobody's prompt, so its end would never be told: stop it, and run the words ourselves.
      if (sessionId !== undefined && turn.ending !== undefined) notify(out, 'session/cancel', { sessionId });
      out.push({ type: 'steer-returned', turnId, reason: 'The turn was over; the agent began another with them.' });
      break;
    default:
      out.push({ type: 'steer-returned', turnId, reason: reasonOf(outcome, error, result) });
  }
  const steers = withoutEntry(turn.steers, turnId);
  const rest = { ...state, turn: { ...turn, steers } };
  const isSettled = ![...steers.values()].some(({ sent }) => sent);
  return turn.ending !== undefined && isSettled ? endTurn(rest, turn.ending, out) : rest;
}

function reasonOf(outcome: string | undefined, error: unknown, result: Json): string {
  const words = stringIn(objectIn(error)['message']) ?? stringIn(result['reason']);
  if (outcome === 'promptRequired') return 'The turn was over before the words came.';
  return words === undefined ? 'The agent did not take them.' : `The agent did not take them: ${cutText(words, 200)}`;
}
