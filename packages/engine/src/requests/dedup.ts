// Deduplication: whether two requests are the same question about the same things, so that one answer serves both.

import type { MakeRequest, Policy, Session, TurnRow } from '@parley/schema';
import { settingsOf } from '../decide/launch-plan.ts';
import { hashOf } from './hash.ts';
import { unasked } from './keys.ts';

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

/**
 * Everything of both that says something about the answer counts, also what is added to them later; whether a person could be asked does not.
 * Nothing of it can be read from the digest.
 */
export function digestOf({ session, request, ...rest }: Question): string {
  const {
    session: _made,
    timeoutMs: _wait,
    correlationId: _name,
    idempotencyKey: _key,
    dedup: _this,
    ...asked
  } = unasked(request);
  return hashOf({ ...rest, settings: settingsOf(session), asked });
}

/** Its answer is there and is one. A turn that runs is asked about elsewhere: only its session knows. */
export function answersToo({ state, answer }: TurnRow): boolean {
  return state === 'completed' && answer !== undefined && answer !== '';
}
