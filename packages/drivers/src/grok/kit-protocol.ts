// @vibe-kit/grok-cli: all messages as JSON lines when everything is done, and exit code 0 for nearly every failure.

import { errorBody } from '@parley/schema';
import type { DriverProtocol, Item, ItemId, TurnEnd } from '@parley/schema';
import { listIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { unknownEvent, unreadableLine } from '../shared/unknown-event.ts';
import { codeOfWords, failureOf } from './failure.ts';
import { begin, completeItem, exitError, nextItemId, oneShotProtocol, say, startItem } from '../shared/one-shot.ts';
import type { Exit, OneShotDraft, OneShotState } from '../shared/one-shot.ts';
import { itemOfCall, stepsOf } from './tool-items.ts';

interface KitRun {
  readonly tools: readonly { readonly callId: string; readonly item: Item }[];
  readonly planId: ItemId | undefined;
  /** The last message was: only words without a tool call are an answer. */
  readonly last: 'nothing' | 'words' | 'calls' | 'result';
  /** The agent's own words for what went wrong. */
  readonly failure: string | undefined;
  readonly answer: string;
  readonly said: readonly string[];
}

export type KitState = OneShotState<KitRun>;
type Draft = OneShotDraft<KitRun>;

export const kitProtocol: DriverProtocol<KitState> = oneShotProtocol<KitRun>({
  title: 'Grok CLI',
  begin: () => ({ tools: [], planId: undefined, last: 'nothing', failure: undefined, answer: '', said: [] }),
  // It takes its prompt only from the command line (0.0.34 never reads stdin).
  prompt: () => {},
  line,
  end,
});

function change(draft: Draft, changes: Partial<KitRun>): void {
  draft.state.agent = { ...draft.state.agent, ...changes };
}

function line(draft: Draft, text: string): void {
  if (text.trim() === '') return;
  const message = objectOfLine(text);
  const turnId = draft.state.turn?.turnId;
  if (message === undefined) {
    change(draft, { said: [...draft.state.agent.said, text].slice(-40) });
    draft.outputs.push(unreadableLine(text, turnId));
    return;
  }
  switch (message.role) {
    case 'user':
      begin(draft);
      return;
    case 'assistant':
      begin(draft);
      takeAssistant(draft, message);
      return;
    case 'tool':
      begin(draft);
      takeResult(draft, message);
      return;
    default:
      draft.outputs.push(unknownEvent(stringIn(message.role) ?? 'message', text, turnId));
  }
}

/** What it says itself when it made a call without a word. */
const filler = 'Using tools to help you...';

function takeAssistant(draft: Draft, message: Json): void {
  const words = stringIn(message.content) ?? '';
  const calls = listIn(message.tool_calls);
  const failure = /^(?:Sorry, I encountered an error|Error): ([\s\S]*)$/.exec(words)?.[1];
  if (failure !== undefined && calls.length === 0) {
    change(draft, { failure });
    return;
  }
  if (words.trim() !== '' && !(calls.length > 0 && words === filler)) {
    say(draft, 'assistant_message', words);
    change(draft, { answer: words });
  }
  change(draft, { last: calls.length > 0 ? 'calls' : words.trim() === '' ? draft.state.agent.last : 'words' });
  for (const each of calls) takeCall(draft, objectIn(each));
}

function takeCall(draft: Draft, call: Json): void {
  const made = objectIn(call.function);
  const name = stringIn(made.name);
  const callId = stringIn(call.id);
  if (name === undefined || callId === undefined) return;
  const input = objectOfLine(stringIn(made.arguments) ?? '') ?? {};
  if (name === 'create_todo_list') {
    const id = draft.state.agent.planId ?? nextItemId(draft);
    const item = { id, type: 'plan', steps: stepsOf(input.todos) } as const;
    if (draft.state.agent.planId === undefined) startItem(draft, item);
    change(draft, { planId: id });
    completeItem(draft, item);
    return;
  }
  const item = itemOfCall(nextItemId(draft), name, input, draft.state.context.cwd);
  change(draft, { tools: [...draft.state.agent.tools, { callId, item }] });
  startItem(draft, item);
}

function takeResult(draft: Draft, message: Json): void {
  const { tools } = draft.state.agent;
  change(draft, { last: 'result' });
  const tool = tools.find(({ callId }) => callId === message.tool_call_id);
  if (tool === undefined) return;
  change(draft, { tools: tools.filter((each) => each !== tool) });
  const content = stringIn(message.content) ?? '';
  // 0.0.34 does not mark a result that is an error.
  const status = /^(?:Error|Command failed|Tool execution error|File not found|Unknown tool)\b/i.test(content)
    ? 'failed'
    : 'completed';
  const { item } = tool;
  if (item.type === 'command') completeItem(draft, { ...item, status, output: content });
  else if (item.type === 'tool_call') completeItem(draft, { ...item, status, output: content });
  else if (item.type === 'file_change') completeItem(draft, { ...item, status });
}

const roundsReached = 'Maximum tool execution rounds reached';

function end(draft: Draft, exit: Exit): TurnEnd {
  const { failure, last, answer, said } = draft.state.agent;
  if (failure !== undefined) return { state: 'failed', error: failureOf(failure) };
  const words = [exit.stderrTail.trim(), ...said].filter((each) => each !== '').join('\n');
  if (exit.code !== 0 || exit.signal !== null)
    return {
      state: 'failed',
      error: exitError('Grok CLI', exit, words, exit.signal === null ? codeOfWords(words) : undefined),
    };
  if (last !== 'words') {
    // A SIGTERM from elsewhere also ends it with exit code 0: "Gracefully shutting down...".
    const code = last === 'nothing' ? 'no_answer' : 'agent_protocol';
    return {
      state: 'failed',
      error: errorBody(code, `Grok CLI ended without an answer (exit code 0)${words === '' ? '' : `: ${words}`}`),
    };
  }
  if (answer.startsWith(roundsReached))
    return { state: 'failed', error: errorBody('step_limit', answer, { limit: 'turns', partialReply: answer }) };
  return { state: 'completed' };
}
