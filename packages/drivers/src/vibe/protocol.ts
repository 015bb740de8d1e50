// `vibe -p … --output streaming` behind the `after-exit` adapter: messages, then the session log, then the exit.

import { errorBody } from '@parley/schema';
import type { DriverProtocol, TurnEnd } from '@parley/schema';
import { objectOfLine } from '../shared/json.ts';
import { notice, unknownEvent, unreadableLine } from '../shared/unknown-event.ts';
import { begin, exitError, oneShotProtocol, tellThread } from '../shared/one-shot.ts';
import type { Exit } from '../shared/one-shot.ts';
import { isEntry, takeEntry } from './entries.ts';
import { codeOfWords, limitError, stopEventIn } from './failure.ts';
import { releaseHeld, takeMessage } from './messages.ts';
import { fileOfAdapter, readSessionLog } from './session-log.ts';
import { change, emptyRun } from './state.ts';
import type { Draft, VibeRun, VibeState } from './state.ts';
import { readThreadId, threadIdOf } from './thread.ts';

export const protocol: DriverProtocol<VibeState> = oneShotProtocol<VibeRun>({
  title: 'Vibe',
  begin: emptyRun,
  // It has its prompt from the command line; what comes on stdin without a terminal is thrown away (2.18.4).
  prompt: () => {},
  line,
  end,
});

/** Lines that are no messages are kept for the error that they may explain. */
const keptLines = 40;

function line(draft: Draft, text: string): void {
  if (text.trim() === '') return;
  const object = objectOfLine(text);
  const turnId = draft.state.turn?.turnId;
  if (object === undefined) {
    change(draft, { said: [...draft.state.agent.said, text].slice(-keptLines) });
    draft.outputs.push(unreadableLine(text, turnId));
    return;
  }
  const file = fileOfAdapter(object);
  if (file !== undefined) {
    takeSessionLog(draft, file);
    return;
  }
  // The adapter's other words (that there was no file) are no proof that Vibe works.
  if (object.adapter !== undefined) return;
  begin(draft);
  if (isEntry(object)) takeEntry(draft, object);
  else if (typeof object.role === 'string') takeMessage(draft, object);
  else draft.outputs.push(unknownEvent(typeof object.type === 'string' ? object.type : 'message', text, turnId));
}

function takeSessionLog(draft: Draft, text: string): void {
  const { state, outputs } = draft;
  const log = readSessionLog(text);
  const { seen, entriesOf } = state.agent;
  // The adapter gives the newest log of this folder. It may be another run's, when this one has left none: ours holds what we have seen.
  if (log === undefined) return;
  const count = log.messages ?? 0;
  if (entriesOf === undefined ? count === 0 || count > seen : log.sessionId !== entriesOf) return;
  change(draft, { logged: true });
  const before = state.context.threadId;
  tellThread(draft, entriesOf ?? threadIdOf(log.sessionId, count), log.model);
  // The same session as before: its counts hold earlier turns too, and nobody told how much.
  if (before !== undefined && readThreadId(before).sessionId === log.sessionId) return;
  if (state.turn !== undefined && Object.keys(log.usage).length > 0)
    outputs.push({ type: 'usage', turnId: state.turn.turnId, usage: log.usage });
}

function end(draft: Draft, exit: Exit): TurnEnd {
  releaseHeld(draft);
  const { agent } = draft.state;
  if (!agent.logged && agent.seen > 0) {
    const words = 'Vibe left no session log of this run: the next message cannot go on with this conversation.';
    draft.outputs.push(notice(draft.state.turn?.turnId, 'warning', 'session_log_missing', words));
  }
  const words = [exit.stderrTail.trim(), ...agent.said].filter((each) => each !== '').join('\n');
  const limit = agent.limit ?? stopEventIn(words);
  if (limit !== undefined) return { state: 'failed', error: limitError(limit, agent.answer) };
  if (exit.code === 0 && exit.signal === null) {
    if (agent.last === 'words') return { state: 'completed' };
    // Also what a Ctrl-C from elsewhere looks like: "Bye", exit code 0.
    const nothing = agent.last === 'nothing' ? 'without an answer' : 'in the middle of its work';
    const said = words === '' ? '' : `: ${words}`;
    const code = agent.last === 'nothing' ? (codeOfWords(words) ?? 'no_answer') : 'agent_protocol';
    return { state: 'failed', error: errorBody(code, `Vibe ended ${nothing} (exit code 0)${said}`) };
  }
  return {
    state: 'failed',
    error: exitError('Vibe', exit, words, exit.signal === null ? codeOfWords(words) : undefined),
  };
}
