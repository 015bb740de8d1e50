// Test support: OpenCode's server as it answers, one call for each thing that it does.

import type { DriverContext, DriverOutput, TurnId } from '@parley/schema';
import { protocol } from './protocol.ts';
import { Machine, context, firstTurn, requestId } from './recording.ts';
import type { OpenCodeState } from './state.ts';

export class Server extends Machine<OpenCodeState> {
  constructor(begin: DriverContext = context) {
    super(protocol, begin);
  }

  /** Up, with a conversation. */
  static ready(begin?: DriverContext): Server {
    const server = new Server(begin);
    server.give({ type: 'opened' });
    server.line({ adapter: 'events-open' });
    server.line({ adapter: 'ready' });
    server.answer('/session', 200, { id: 'ses_1' });
    return server;
  }

  /** With a turn whose words are in the conversation as `msg_01`. */
  static working(text = 'do it'): Server {
    const server = Server.ready();
    server.start(firstTurn, text);
    server.userMessage('msg_01', text);
    server.event('session.status', { status: { type: 'busy' } });
    return server;
  }

  answer(path: string, status: number, body: unknown): readonly DriverOutput[] {
    return this.line({ id: requestId(this.outputs, path), status, body });
  }

  start(turnId: TurnId, text: string): readonly DriverOutput[] {
    return this.give({ type: 'start', turnId, text });
  }

  userMessage(id: string, text: string): readonly DriverOutput[] {
    return [
      ...this.event('message.updated', { info: { id, role: 'user', sessionID: 'ses_1' } }),
      ...this.part({ id: `${id}.text`, messageID: id, type: 'text', text }),
    ];
  }

  assistantMessage(id: string, parentID: string, more: object = {}): readonly DriverOutput[] {
    return this.event('message.updated', { info: { id, parentID, role: 'assistant', sessionID: 'ses_1', ...more } });
  }

  part(part: object): readonly DriverOutput[] {
    return this.event('message.part.updated', { part });
  }

  /** A whole answer of one step to the words `parentID`. */
  says(id: string, parentID: string, text: string, reason = 'stop'): readonly DriverOutput[] {
    return [
      ...this.assistantMessage(id, parentID),
      ...this.part({ id: `${id}.a`, messageID: id, type: 'text', text, time: { start: 1, end: 2 } }),
      ...this.step(id, reason),
    ];
  }

  step(
    id: string,
    reason: string,
    tokens: object = { input: 10, output: 5, reasoning: 1, cache: { read: 3, write: 2 } },
  ) {
    return this.part({ id: `${id}.s`, messageID: id, type: 'step-finish', reason, tokens, cost: 0 });
  }

  tool(id: string, messageID: string, tool: string, state: object): readonly DriverOutput[] {
    return this.part({ id, messageID, type: 'tool', tool, callID: `call_${id}`, state });
  }

  idle(): readonly DriverOutput[] {
    return [...this.event('session.status', { status: { type: 'idle' } }), ...this.event('session.idle', {})];
  }
}
