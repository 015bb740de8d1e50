// Gemini over ACP: the machine of `../acp`, and what is gemini's own in taking up a conversation again (0.61.0, README.md).

import { errorBody } from '@parley/schema';
import type { DriverInput, DriverOutput, DriverProtocol, DriverStep } from '@parley/schema';
import type { AcpDialect } from '../acp/dialect.ts';
import { acpProtocol } from '../acp/protocol.ts';
import type { AcpState } from '../acp/state.ts';
import { objectIn, objectOfLine } from '../shared/json.ts';
import { codeOfGoogle } from './failure.ts';

export const geminiDialect: AcpDialect = {
  title: 'Gemini',
  // No `authMethod`: `authenticate` would write its choice into the user's settings, and forget another login. The environment does
  // (`environment.ts`).
  // `autoEdit` would allow web fetches too, and `plan` is another way of talking: the asking mode, and Parley answers by the policy.
  modes: { 'read-only': ['default'], ask: ['default'], edit: ['default'], full: ['yolo'] },
  modelBy: 'launch',
  toolName: (callId) => /^(.+?)__\1_\d/.exec(callId)?.[1],
};

const machine = acpProtocol(geminiDialect);

export interface GeminiAcpState {
  readonly acp: AcpState;
  /** `loading`: `session/load` is not answered; `replaying`: it is, and the history still comes. */
  readonly resume: 'none' | 'loading' | 'replaying';
  /** The answer to `session/load`, kept back until the history is over. */
  readonly held: string | undefined;
}

export const acpMachine: DriverProtocol<GeminiAcpState> = {
  begin: (context) => ({
    acp: machine.begin({
      ...context,
      ...(context.threadId === undefined ? {} : { threadId: loadableId(context.threadId) }),
    }),
    resume: context.threadId === undefined ? 'none' : 'loading',
    held: undefined,
  }),
  step: (state, input) => (state.resume === 'none' ? step(state, input) : stepResuming(state, input)),
};

/**
 * With its own id, `session/load` begins by writing an empty session over the one that it is asked for, if that was begun in the same
 * minute: its file is named by the minute and the first eight characters of the id. It looks the id up without the space, though.
 */
function loadableId(threadId: string): string {
  return ` ${threadId}`;
}

function stepResuming(state: GeminiAcpState, input: DriverInput): DriverStep<GeminiAcpState> {
  if (input.type === 'line') return lineResuming(state, input.line);
  // What comes late is better than nothing: the deadline would end the run.
  if (input.type === 'deadline' && input.name === 'handshake' && state.held !== undefined) return release(state);
  return step(state, input);
}

/** `session/load` is answered before the history is told again; the list of commands comes when it has been. */
function lineResuming(state: GeminiAcpState, line: string): DriverStep<GeminiAcpState> {
  const message = objectOfLine(line);
  if (message === undefined) return step(state, { type: 'line', line });
  if (message['method'] === 'session/update') {
    const update = objectIn(objectIn(message['params'])['update']);
    const isOver = state.held !== undefined && update['sessionUpdate'] === 'available_commands_update';
    return isOver ? release(state) : { state, outputs: [] };
  }
  const sent = typeof message['id'] === 'number' ? state.acp.requests.get(message['id']) : undefined;
  if (sent?.kind === 'open' && message['method'] === undefined && message['error'] === undefined)
    return { state: { ...state, resume: 'replaying', held: line }, outputs: [] };
  return step(state, { type: 'line', line });
}

function release(state: GeminiAcpState): DriverStep<GeminiAcpState> {
  const { held } = state;
  const next: GeminiAcpState = { ...state, resume: 'none', held: undefined };
  return held === undefined ? { state: next, outputs: [] } : step(next, { type: 'line', line: held });
}

function step(state: GeminiAcpState, input: DriverInput): DriverStep<GeminiAcpState> {
  const { state: acp, outputs } = machine.step(state.acp, input);
  return { state: { ...state, acp }, outputs: outputs.flatMap((output) => corrected(output)) };
}

const fromModelServer: ReadonlySet<string> = new Set(['model_request_rejected', 'model_overloaded', 'agent_refused']);

function corrected(output: DriverOutput): readonly DriverOutput[] {
  switch (output.type) {
    case 'thread':
      return [output.threadId === undefined ? output : { ...output, threadId: output.threadId.trim() }];
    case 'notice':
      // Added folders are in argv (`--include-directories`); the machine knows those of the protocol only.
      return output.code === 'policy_limit' ? [] : [output];
    case 'turn-ended': {
      const { end } = output;
      if (end.state !== 'failed' || !fromModelServer.has(end.error.code)) return [output];
      const { message, details } = end.error;
      const code = codeOfGoogle(message);
      if (code === undefined) return [output];
      return [{ ...output, end: { state: 'failed', error: errorBody(code, message, details) } }];
    }
    default:
      return [output];
  }
}
