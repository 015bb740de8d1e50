// What happened in a consultation: all that its report is made from, and all that is needed to go on with it, at any moment.

import type {
  AgentBackend,
  AgentChoice,
  ConsultationId,
  ConsultRequest,
  ErrorBody,
  SessionId,
  Turn,
  TurnId,
  Usage,
} from '@parley/schema';

export type Progress =
  | { readonly state: 'waiting' }
  | { readonly state: 'working' }
  | { readonly state: 'answered'; readonly answer: string }
  | { readonly state: 'interrupted' }
  | { readonly state: 'failed'; readonly error: ErrorBody }
  /** A judge that has nothing to judge. */
  | { readonly state: 'not-asked'; readonly reason: string };

/** One agent's part, with what proves it. */
export interface Participation {
  readonly choice: AgentChoice;
  readonly progress: Progress;
  /** Chosen before the session is made, so that whoever goes on with this finds the one that was. */
  readonly sessionId?: SessionId;
  /** Absent: no session came about. */
  readonly backend?: AgentBackend;
  /** The model as the session tells it. */
  readonly actualModel?: string;
  /** More than one when it was asked again because its answer could not be read. */
  readonly turnIds: readonly TurnId[];
  /** What the policy means for this agent and what could not be expressed, as its session says. */
  readonly limits: readonly string[];
  readonly usage?: Usage;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly endedAt?: number;
}

export interface ConsultRecord {
  readonly id: ConsultationId;
  readonly request: ConsultRequest;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Somebody wants it stopped, or has stopped it. */
  readonly interrupted?: true;
  /** In the order of the request. */
  readonly reviewers: readonly Participation[];
  readonly judge?: Participation;
}

/** Before anybody was asked. */
export function newRecord(id: ConsultationId, request: ConsultRequest, startedAt: number): ConsultRecord {
  const waiting = (choice: AgentChoice): Participation => ({
    choice,
    progress: { state: 'waiting' },
    turnIds: [],
    limits: [],
  });
  return {
    id,
    request,
    startedAt,
    reviewers: request.reviewers.map(waiting),
    ...(request.judge !== undefined && { judge: waiting(request.judge) }),
  };
}

/** The contract lets a failed turn be without a reason; Parley gives each one. */
const unexplained: ErrorBody = {
  code: 'internal',
  message: 'The turn ended without saying why.',
  hint: 'See `parley daemon logs`.',
  retryable: false,
};

/** What a turn says of the one who has it. A turn that was merged into another or taken from a queue gave no answer either. */
export function progressOf({ state, answer = '', error }: Turn): Progress {
  switch (state) {
    case 'completed':
      return { state: 'answered', answer };
    case 'failed':
    case 'lost':
      return { state: 'failed', error: error ?? unexplained };
    case 'interrupted':
    case 'cancelled':
    case 'steered':
      return { state: 'interrupted' };
    case 'queued':
    case 'running':
    case 'steering':
      return { state: 'working' };
  }
}
