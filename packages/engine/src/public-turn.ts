// A turn as everybody may see it: without what only the engine needs.

import type { Turn, TurnRow } from '@parley/schema';
import { optimizeResponse } from './requests/optimize/optimize.ts';

/** One of many: without what has to be worked out. */
export function publicTurn(row: TurnRow): Turn {
  const {
    id,
    sessionId,
    state,
    text,
    originalText,
    correlationId,
    shared,
    receipt,
    answer,
    error,
    usage,
    retries,
    queuedAt,
    startedAt,
    endedAt,
  } = row;
  return {
    id,
    sessionId,
    state,
    text,
    queuedAt,
    ...(originalText === undefined ? {} : { originalText }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(shared === undefined ? {} : { shared }),
    ...(receipt === undefined ? {} : { receipt }),
    ...(answer === undefined ? {} : { answer }),
    ...(error === undefined ? {} : { error }),
    ...(usage === undefined ? {} : { usage }),
    ...(retries === undefined ? {} : { retries }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
}

/** A turn that is read alone: also with its answer as the request wanted it. */
export function wholeTurn(row: TurnRow): Turn {
  const { optimizeAnswer, answer } = row;
  if (optimizeAnswer !== true || answer === undefined) return publicTurn(row);
  return { ...publicTurn(row), optimizedAnswer: optimizeResponse(answer) };
}
