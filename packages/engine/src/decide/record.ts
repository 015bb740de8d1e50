// What the recorder keeps of a turn, as it is now. Secrets are taken out here, before anything is written.

import { addUsage, listedCharacters, recordedCharacters, redact, redactCounting } from '@parley/schema';
import type {
  ApprovalResolution,
  ApprovalTally,
  RecordedText,
  RecordedTextMode,
  RequestRecord,
  Session,
  TurnId,
  TurnRow,
} from '@parley/schema';

/**
 * Characters beyond the kept ones that are looked through too: a secret at the cut is seen as one. Where there are more, half a secret may
 * stand at the end of these, so that many are left out however short redaction has made what stands before them.
 */
const beyondTheCut = 4096;
/** Characters of an error's words. */
const errorCharacters = 1000;

/** A prompt or an answer as it may be kept. */
export function recordedText(whole: string, mode: RecordedTextMode): RecordedText {
  const { length } = whole;
  if (mode === 'none') return { length, redactions: 0, cut: false };
  const looked = whole.slice(0, recordedCharacters + beyondTheCut);
  const { text, redactions } = redactCounting(looked);
  const sure = looked.length === length ? text.length : Math.max(0, text.length - beyondTheCut);
  const cut = length > recordedCharacters;
  return {
    text: cut
      ? `${upTo(text, Math.min(sure, recordedCharacters))}\n[cut: ${recordedCharacters} of ${length} characters are kept]`
      : text,
    length,
    redactions,
    cut,
  };
}

/** The beginning, without half a character at its end. */
function upTo(text: string, characters: number): string {
  return text.slice(0, characters).replace(/[\uD800-\uDBFF]$/, '');
}

/** The record of a turn. */
export function recordOf(session: Session, row: TurnRow, mode: RecordedTextMode): RequestRecord {
  const { receipt, error, answer } = row;
  const { policy, model } = { ...session, ...row.change };
  return {
    id: row.id,
    sessionId: session.id,
    agent: session.agent,
    mode: session.mode,
    backend: session.backend.kind,
    cwd: session.cwd,
    policy,
    status: row.state,
    queuedAt: row.queuedAt,
    retries: row.retries ?? 0,
    prompt: recordedText(row.text, mode),
    ...(model === undefined ? {} : { model }),
    ...(session.origin === undefined ? {} : { origin: session.origin }),
    ...(row.correlationId === undefined ? {} : { correlationId: row.correlationId }),
    ...(row.state === 'steered' && receipt?.into !== undefined ? { into: receipt.into } : {}),
    ...(error === undefined ? {} : { errorCode: error.code, error: upTo(redact(error.message), errorCharacters) }),
    ...(row.startedAt === undefined ? {} : { startedAt: row.startedAt }),
    ...(row.firstOutputAt === undefined ? {} : { firstOutputAt: row.firstOutputAt }),
    ...(row.endedAt === undefined ? {} : { endedAt: row.endedAt }),
    ...(row.usage === undefined ? {} : { usage: addUsage({}, row.usage) }),
    ...(row.approvals === undefined ? {} : { approvals: row.approvals }),
    ...(answer === undefined ? {} : { answer: recordedText(answer, mode) }),
  };
}

/** The record of a request that had no turn of its own: an earlier turn (`dedupedOf`) answers it, or will. */
export function dedupedRecord(
  session: Session,
  { id, of, text, correlationId, now }: Deduped,
  mode: RecordedTextMode,
): RequestRecord {
  const {
    model: _model,
    origin: _origin,
    ...base
  } = recordOf(session, { id, sessionId: session.id, state: 'completed', text, queuedAt: now, endedAt: now }, mode);
  return {
    ...base,
    dedupedOf: of,
    ...(session.model === undefined ? {} : { model: session.model }),
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}

export interface Deduped {
  readonly id: TurnId;
  readonly of: TurnId;
  readonly text: string;
  readonly correlationId: string | undefined;
  readonly now: number;
}

/** One more approval with this end. */
export function tallied(tally: ApprovalTally = {}, outcome: ApprovalResolution['outcome']): ApprovalTally {
  return { ...tally, [outcome]: (tally[outcome] ?? 0) + 1 };
}

/** As lists show it. */
export function shortened(record: RequestRecord): RequestRecord {
  const { prompt, answer } = record;
  return { ...record, prompt: firstOf(prompt), ...(answer === undefined ? {} : { answer: firstOf(answer) }) };
}

function firstOf(recorded: RecordedText): RecordedText {
  const { text } = recorded;
  if (text === undefined || text.length <= listedCharacters) return recorded;
  return { ...recorded, text: upTo(text, listedCharacters), cut: true };
}
