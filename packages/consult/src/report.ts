// The report of a consultation as data.

import type { ErrorBody, SessionId, TurnId, Usage } from '@parley/schema';
import type { Agreement, Confidence } from './agreement.ts';
import type { Judgement } from './read-judgement.ts';
import type { Reading } from './read-review.ts';
import type { ConsultRequest } from './request.ts';

/**
 * - `silent`: ended without a word, which is never agreement.
 * - `skipped`: the agent is not here.
 * - `not-asked`: a judge that has nothing to judge.
 */
export type PartState =
  | 'waiting'
  | 'working'
  | 'answered'
  | 'silent'
  | 'failed'
  | 'timed-out'
  | 'interrupted'
  | 'skipped'
  | 'not-asked';

/** One agent's part, as it is told. */
export interface Part {
  readonly agent: string;
  readonly model?: string;
  readonly state: PartState;
  /** Why there is no answer. */
  readonly error?: ErrorBody;
  /** As it was given. */
  readonly answer?: string;
  readonly limits: readonly string[];
  readonly sessionId?: SessionId;
  readonly turnIds: readonly TurnId[];
  readonly usage?: Usage;
  /** Milliseconds. */
  readonly durationMs?: number;
}

export interface ReviewerReport extends Part {
  /** Its letter before the judge. */
  readonly label: string;
  /** Absent without an answer, and where a plain answer was asked for (`compare`). */
  readonly reading?: Reading;
}

export interface JudgeReport extends Part {
  /** Absent without an answer. */
  readonly judgement?: Judgement;
  /** Why it was not asked. */
  readonly reason?: string;
}

export interface ConsultReport {
  /** The form of this report; a change that old readers cannot take gets a new number. */
  readonly schema: 'parley.consultation/1';
  readonly id: string;
  /**
   * - `completed`: all that were asked have answered.
   * - `partial`: some have. `failed`: none has.
   * - `interrupted`: somebody stopped it; what came before that is there.
   */
  readonly status: 'running' | 'completed' | 'partial' | 'failed' | 'interrupted';
  readonly request: ConsultRequest;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly reviewers: readonly ReviewerReport[];
  /** Absent for `compare`, where nobody is asked for a verdict. */
  readonly agreement?: Agreement;
  readonly confidence?: Confidence;
  readonly judge?: JudgeReport;
  /** What this report cannot say, in sentences. */
  readonly limitations: readonly string[];
}
