// Deduplication: whether two requests are the same question about the same things, so that one answer serves both.

import type { MakeRequest, Policy, Session, TurnRow } from '@parley/schema';
import { hashOf } from './hash.ts';

/** Policies under which an agent changes nothing, whoever says yes to what. After a run that may write, the same question is another one. */
const writesNothing: ReadonlySet<Policy> = new Set(['read-only']);

/** Whether requests like this one may be answered by another one's turn at all. `session`: the new one that it would be made in. */
export function mayReuse({ dedup }: Pick<MakeRequest, 'dedup'>, session: Session): boolean {
  const { policy, threadId, forkOf } = session;
  return dedup !== undefined && writesNothing.has(policy) && threadId === undefined && forkOf === undefined;
}

export interface Question {
  /** With the words as the agent gets them. */
  readonly request: MakeRequest;
  /** The new session that it would be made in. */
  readonly session: Session;
  /** Hash of what surrounds the agent: program, version, variables, settings. */
  readonly environment: string;
  /** The state of each folder that it works in. */
  readonly folders: readonly string[];
}

/** What of a session says nothing about the answer: its name, its life, and how long may be waited. */
const circumstances = [
  'id',
  'title',
  'origin',
  'timeoutMs',
  'idleMs',
  'state',
  'queue',
  'pendingApprovals',
  'usage',
  'head',
  'limits',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Session)[];

/** Everything else of both counts, also what is added to them later. Nothing of it can be read from the digest. */
export function digestOf({ session, request, ...rest }: Question): string {
  const settings: Record<string, unknown> = { ...session };
  for (const name of circumstances) delete settings[name];
  const {
    session: _made,
    timeoutMs: _wait,
    correlationId: _name,
    idempotencyKey: _key,
    dedup: _this,
    ...asked
  } = request;
  return hashOf({ ...rest, settings, asked });
}

/** Its answer is there and is one. A turn that runs is asked about elsewhere: only its session knows. */
export function answersToo({ state, answer }: TurnRow): boolean {
  return state === 'completed' && answer !== undefined && answer !== '';
}
