// For tests: folders of their own, and small but whole values to store.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { newId } from '@parley/schema';
import type { Approval, Change, RunRecord, Session, SessionId, StoredEvent, TurnRow } from '@parley/schema';

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

export function aRecord(): RunRecord {
  const runId = newId('run');
  return { runId, pid: 4711, startTime: '1@boot', marker: `test/${runId}`, directory: `/state/runs/${runId}` };
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
