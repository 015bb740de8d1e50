// What the daemon in memory keeps: sessions, turns with what a test's agent can do within them, and the recorder's rows.

import { newId } from '@parley/schema';
import type {
  Approval,
  ApprovalAnswer,
  ApprovalRequest,
  CreateSession,
  EventBody,
  FindApprovals,
  FindModels,
  FindRequests,
  ModelPage,
  ParleyError,
  RequestRecord,
  Session,
  SessionId,
  Turn,
  TurnId,
} from '@parley/schema';

export const clock = (() => {
  let now = 1_800_000_000_000;
  return () => (now += 1000);
})();

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

/** What it has asked, and who takes the answer. */
export interface Asked {
  readonly approval: Approval;
  readonly answered: (answer: ApprovalAnswer) => void;
}

/** Newest first. */
export function recordsOf(
  all: readonly { readonly session: Session; readonly turns: ReadonlyMap<TurnId, Turn> }[],
  { limit = 50, before }: FindRequests,
): readonly RequestRecord[] {
  const records = all.flatMap(({ turns, session }) => [...turns.values()].map((turn) => recordOf(turn, session)));
  const newest = records.toSorted((x, y) => y.queuedAt - x.queuedAt);
  const from = newest.findIndex(({ id }) => id === before) + 1;
  return newest.slice(from, from + limit);
}

function recordOf(turn: Turn, session: Session): RequestRecord {
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

/** Of an agent of which no model is known. */
export function noModels({ agent }: FindModels): ModelPage {
  if (agent === undefined) return { agents: [] };
  const unknown = { source: 'agent', detail: 'the agent decides', passed: false } as const;
  return { agents: [{ agent, title: agent, models: [], aliases: [], default: unknown, warnings: [] }] };
}

export function approvalsOf(
  all: readonly Approval[],
  { pending = false, agent, limit = Infinity }: Partial<FindApprovals>,
  agentOf: (id: SessionId) => string,
): readonly Approval[] {
  const found = all.filter(
    ({ resolution, sessionId }) =>
      (!pending || resolution === undefined) && (agent === undefined || agentOf(sessionId) === agent),
  );
  return found.slice(Math.max(0, found.length - limit));
}
