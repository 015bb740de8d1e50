// For tests: folders of their own, and small but whole values to store.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { newId } from '@parley/schema';
import type {
  Approval,
  Change,
  ConsultationRow,
  ConsultSummary,
  RequestApproval,
  RequestRecord,
  RunRecord,
  Session,
  SessionId,
  StoredEvent,
  TurnRow,
} from '@parley/schema';

/** Removed after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-store-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function aSession(change: Partial<Session> = {}): Session {
  return {
    id: newId('session'),
    agent: 'codex',
    mode: 'app-server',
    cwd: '/tmp',
    title: 'A session',
    policy: 'ask',
    backend: { kind: 'rehearsal', detail: 'offline' },
    state: 'idle',
    queue: [],
    pendingApprovals: 0,
    usage: {},
    head: 0,
    limits: [],
    createdAt: 1000,
    updatedAt: 1000,
    ...change,
  };
}

export function aTurn(sessionId: SessionId, change: Partial<TurnRow> = {}): TurnRow {
  return { id: newId('turn'), sessionId, state: 'queued', text: 'Hello', queuedAt: 1000, ...change };
}

export function anApproval(sessionId: SessionId, change: Partial<Approval> = {}): Approval {
  return {
    id: newId('approval'),
    kind: 'command',
    title: 'Run ls',
    options: [{ id: 'yes', label: 'Yes', effect: 'allow' }],
    sessionId,
    turnId: newId('turn'),
    requestedAt: 1000,
    deadlineAt: 2000,
    ...change,
  };
}

export function aConsultation(
  change: Partial<ConsultSummary>,
  idempotency?: NonNullable<ConsultationRow['idempotency']>,
): ConsultationRow {
  const summary: ConsultSummary = {
    id: newId('consultation'),
    kind: 'validate',
    question: 'Right?',
    cwd: '/tmp',
    status: 'running',
    startedAt: 1000,
    reviewers: [],
    ...change,
  };
  return { summary, ...(idempotency !== undefined && { idempotency }), record: '[1]' };
}

export function aRequestApproval(change: Partial<RequestApproval> = {}): RequestApproval {
  return {
    id: newId('requestApproval'),
    at: 1000,
    status: 'asked',
    policy: 'balanced',
    agent: 'codex',
    operation: 'request',
    score: 6,
    threshold: 5,
    reasons: ['It is risky (+6)'],
    promptPreview: '[redacted]',
    promptSha256: '0'.repeat(64),
    requestedMcpServers: [],
    bypassRequested: true,
    fullAuto: false,
    planHash: 'plan',
    reviewIntegrity: { isReviewContext: false, violations: [], totalScore: 0 },
    ...change,
  };
}

export function aRecord(): RunRecord {
  const runId = newId('run');
  return { runId, pid: 4711, startTime: '1@boot', marker: `test/${runId}`, directory: `/state/runs/${runId}` };
}

export function aRequestRecord(sessionId: SessionId, change: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: newId('turn'),
    sessionId,
    agent: 'codex',
    mode: 'app-server',
    backend: 'rehearsal',
    cwd: '/tmp',
    policy: 'ask',
    status: 'running',
    queuedAt: 1000,
    retries: 0,
    prompt: { text: 'Hello', length: 5, redactions: 0, cut: false },
    ...change,
  };
}

/** Events `from`…`to`, both included. */
export function someEvents(from: number, to: number, delta: (seq: number) => boolean = () => false): StoredEvent[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    seq: from + i,
    json: `{"seq":${from + i}}`,
    delta: delta(from + i),
  }));
}

export function aChange(sessionId: SessionId, change: Partial<Change> = {}): Change {
  return { sessionId, events: [], durable: false, ...change };
}
