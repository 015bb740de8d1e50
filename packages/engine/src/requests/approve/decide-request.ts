// The decision about a request, before anything is made of it: started as it is, left to a person, or refused. It adds no right: under
// every strategy the session's policy stays what it was, and the operator's opt-in for `full` has been looked at before.

import { createHash } from 'node:crypto';
import { newId, redact, redactedMark, serverNames } from '@parley/schema';
import type { ApprovalChoice, Config, LaunchHold, RequestApproval, ReviewIntegrity, Session } from '@parley/schema';
import { planHashOf } from '../../decide/launch-plan.ts';
import { reviewIntegrityOf } from './review-integrity.ts';
import { scoreOf, thresholds } from './score.ts';

export interface AskedRequest {
  /** As they would be sent. */
  readonly text: string;
  /** The session that it goes to, also one that does not exist yet. */
  readonly session: Session;
  readonly choice: ApprovalChoice | undefined;
  readonly config: Config['requests'];
}

export interface Managed {
  readonly record: RequestApproval;
  /** What its turn is held by. Absent: it is refused. */
  readonly hold?: LaunchHold;
}

export function reviewOf({ text, session }: Pick<AskedRequest, 'text' | 'session'>): ReviewIntegrity {
  const { allowedTools, disallowedTools } = session.options ?? {};
  return reviewIntegrityOf({ text, allowedTools, disallowedTools });
}

export function isManaged({ choice, config }: Pick<AskedRequest, 'choice' | 'config'>): boolean {
  return (choice?.strategy ?? config.approval_strategy) === 'mcp_managed';
}

/** Characters of the prompt in a record, where it holds any. */
const previewCharacters = 280;

/** The decision of `mcp_managed`. `environment`: as `Agents.environmentOf` tells it; `now` in milliseconds since the epoch. */
export function decideRequest(
  { text, session, choice, config }: AskedRequest,
  { environment, now }: { readonly environment: string; readonly now: number },
): Managed {
  const policy = choice?.policy ?? config.approval_policy;
  const threshold = thresholds[policy];
  const ask = choice?.ask ?? config.ask_person;
  const review = reviewOf({ text, session });
  const { allowedTools, mcpServers = [] } = session.options ?? {};
  const bypassRequested = session.policy === 'full';
  const fullAuto = session.policy === 'edit';
  const servers = serverNames(mcpServers);
  const { score, reasons } = scoreOf({ text, bypassRequested, fullAuto, mcpServers: servers, allowedTools, review });
  const planHash = planHashOf(session, text, environment);
  const status = score <= threshold ? 'approved' : ask ? 'asked' : 'denied';
  const record: RequestApproval = {
    id: newId('requestApproval', now),
    at: now,
    status,
    policy,
    agent: session.agent,
    operation: 'request',
    score,
    threshold,
    reasons,
    promptPreview: config.log_prompts ? redact(text).slice(0, previewCharacters) : redactedMark,
    promptSha256: createHash('sha256').update(text).digest('hex'),
    requestedMcpServers: servers,
    bypassRequested,
    fullAuto,
    planHash,
    reviewIntegrity: review,
    ...(status === 'asked' ? {} : { decidedBy: 'score', decidedAt: now }),
  };
  if (status === 'denied') return { record };
  return {
    record,
    hold: { record: record.id, planHash, environment, decision: status, ask, score, threshold, reasons },
  };
}
