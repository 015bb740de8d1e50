// What the daemon in memory keeps: sessions, turns with what a test's agent can do within them, and the recorder's rows.

import { newId } from '@parley/schema';
import type {
  ApprovalAnswer,
  ApprovalRequest,
  CreateSession,
  EventBody,
  ParleyError,
  RequestRecord,
  Session,
  Turn,
  TurnId,
} from '@parley/schema';

/** What a test's agent can do within a turn. */
export interface FakeTurn {
  readonly text: string;
  readonly session: Session;
  emit(body: EventBody): void;
  say(...pieces: readonly string[]): void;
  complete(answer: string): void;
  fail(error: ParleyError): void;
  ask(request: Omit<ApprovalRequest, 'id'>): Promise<ApprovalAnswer>;
  readonly id: TurnId;
}

export function recordOf(turn: Turn, session: Session): RequestRecord {
  return {
    id: turn.id,
    sessionId: session.id,
    agent: session.agent,
    mode: session.mode,
    backend: 'key',
    cwd: session.cwd,
    policy: session.policy,
    status: turn.state,
    queuedAt: turn.queuedAt,
    retries: 0,
    prompt: { text: turn.text, length: turn.text.length, redactions: 0, cut: false },
  };
}

/** A new one; `threadId` where it does not go on with a conversation. */
export function sessionOf(input: CreateSession, threadId: string, at: number): Session {
  return {
    id: newId('session'),
    mode: 'app-server',
    title: '',
    policy: 'ask',
    backend: { kind: 'key', detail: 'OPENAI_API_KEY' },
    state: 'idle',
    queue: [],
    pendingApprovals: 0,
    usage: {},
    head: 0,
    limits: ['It can read every file.'],
    createdAt: at,
    updatedAt: at,
    ...input,
    threadId: input.threadId ?? threadId,
  };
}
