// xAI's Grok, headless: `--output-format streaming-json`, one event a line, `end` or `error` last.

import { errorBody } from '@parley/schema';
import type { DriverProtocol, TurnEnd, Usage } from '@parley/schema';
import { countIn, numberIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unknownEvent, unreadableLine } from '../shared/unknown-event.ts';
import { codeOfWords, failureOf } from './failure.ts';
import { begin, endTurn, exitError, oneShotProtocol, tellThread } from '../shared/one-shot.ts';
import type { Exit } from '../shared/one-shot.ts';
import { sessionIdOf } from './session-id.ts';
import { closeWords, takeCall, takePlan, takeUpdate, takeWords } from './xai-events.ts';
import { change, emptyRun } from './xai-state.ts';
import type { XaiDraft, XaiRun, XaiState } from './xai-state.ts';

export const xaiProtocol: DriverProtocol<XaiState> = oneShotProtocol<XaiRun>({
  title: 'Grok',
  begin: () => emptyRun,
  prompt: ({ outputs }, text) => outputs.push({ type: 'write', line: text }),
  line,
  end,
});

function line(draft: XaiDraft, text: string): void {
  if (text.trim() === '') return;
  const event = objectOfLine(text);
  const { turn, context } = draft.state;
  const type = stringIn(event?.type);
  if (event === undefined || type === undefined) {
    change(draft, { said: [...draft.state.agent.said, text].slice(-40) });
    draft.outputs.push(unreadableLine(text, turn?.turnId));
    return;
  }
  if (type === 'error') {
    takeError(draft, event);
    return;
  }
  begin(draft);
  // We have chosen the id of a new conversation; it exists once events come.
  if (draft.state.toldThread === undefined) tellThread(draft, sessionIdOf(context.runId));
  switch (type) {
    case 'text':
      takeWords(draft, 'assistant_message', stringIn(event.data) ?? '');
      return;
    case 'thought':
      takeWords(draft, 'reasoning', stringIn(event.data) ?? '');
      return;
    case 'tool_call':
      takeCall(draft, event);
      return;
    case 'tool_call_update':
      takeUpdate(draft, event);
      return;
    case 'plan':
      takePlan(draft, event);
      return;
    case 'end':
      takeEnd(draft, event);
      return;
    case 'usage':
      // The end of one answer of the model: what comes next is another message. The sum comes with `end`.
      closeWords(draft);
      return;
    case 'available_commands':
      return;
    case 'max_turns_reached':
      // `end` says so too, by its stop reason.
      return;
    default:
      if (type.startsWith('auto_compact'))
        draft.outputs.push(notice(turn?.turnId, 'info', 'compaction', 'Grok shortens the conversation', text));
      else draft.outputs.push(unknownEvent(type, text, turn?.turnId));
  }
}

function takeUsage(draft: XaiDraft, event: Json): void {
  const { turn } = draft.state;
  const counts = objectIn(event.usage);
  // `usage_is_incomplete`: numbers that are too low are not told at all.
  if (turn === undefined || event.usage_is_incomplete === true) return;
  const of = (bucket: keyof Usage, value: number | undefined): Usage =>
    value === undefined ? {} : { [bucket]: value };
  const usage: Usage = {
    ...of('inputUncached', countIn(counts.input_tokens)),
    ...of('cacheRead', countIn(counts.cache_read_input_tokens)),
    ...of('cacheWrite5m', countIn(counts.cache_creation_input_tokens)),
    ...of('output', countIn(counts.output_tokens)),
    ...of('reasoning', countIn(counts.reasoning_tokens)),
    ...of('costUsd', event.cost_is_partial === true ? undefined : numberIn(event.total_cost_usd)),
  };
  if (Object.keys(usage).length > 0) draft.outputs.push({ type: 'usage', turnId: turn.turnId, usage });
}

function takeError(draft: XaiDraft, event: Json): void {
  closeWords(draft);
  takeUsage(draft, event);
  endTurn(draft, { state: 'failed', error: failureOf(stringIn(event.message) ?? 'Grok gave an error without words') });
}

function takeEnd(draft: XaiDraft, event: Json): void {
  closeWords(draft);
  takeUsage(draft, event);
  const sessionId = stringIn(event.sessionId);
  if (sessionId !== undefined && sessionId !== '') tellThread(draft, sessionId);
  endTurn(draft, endOf(draft, stringIn(event.stopReason) ?? ''));
}

/** Stop reasons are ACP's; older versions wrote them as `EndTurn`. */
function endOf(draft: XaiDraft, stopReason: string): TurnEnd {
  const { answer } = draft.state.agent;
  const stopping = draft.state.turn?.stopping === true;
  const reason = stopReason.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
  const failed = (error: ReturnType<typeof errorBody>): TurnEnd => ({ state: 'failed', error });
  switch (reason) {
    case 'end_turn':
      return answer === ''
        ? failed(errorBody('no_answer', 'Grok ended the turn without an answer'))
        : { state: 'completed' };
    case 'cancelled':
      // Also when a tool would have needed a consent that nobody can give here.
      return stopping
        ? { state: 'interrupted' }
        : failed(errorBody('agent_refused', 'Grok cancelled the turn: the policy may not allow what it wanted to do'));
    case 'max_tokens':
      return failed(errorBody('context_exceeded', 'The answer of the model was cut off at its longest'));
    case 'max_turn_requests':
      return failed(
        errorBody('step_limit', 'Grok stopped at its limit of turns', { limit: 'turns', partialReply: answer }),
      );
    case 'refusal':
      return failed(errorBody('agent_refused', 'The model refused to answer'));
    default:
      return failed(
        errorBody('agent_protocol', `Grok ended the turn in a way that Parley does not know: ${stopReason}`),
      );
  }
}

function end(draft: XaiDraft, exit: Exit): TurnEnd {
  closeWords(draft);
  const words = [exit.stderrTail.trim(), ...draft.state.agent.said].filter((each) => each !== '').join('\n');
  if (exit.code === 0 && exit.signal === null) {
    const said = words === '' ? '' : `: ${words}`;
    return {
      state: 'failed',
      error: errorBody('agent_protocol', `Grok ended without its last event (exit code 0)${said}`),
    };
  }
  return {
    state: 'failed',
    error: exitError('Grok', exit, words, exit.signal === null ? codeOfWords(words) : undefined),
  };
}
