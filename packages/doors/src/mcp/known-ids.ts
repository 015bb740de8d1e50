// Ids as callers of tools give them: what can be no id is as unknown as one that nobody has, and is told in the words of the tools.

import { isParleyError } from '@parley/client';
import { ApprovalIdSchema, ConsultationIdSchema, ParleyError, SessionIdSchema, TurnIdSchema } from '@parley/schema';
import type { ApprovalId, ConsultationId, SessionId, Turn } from '@parley/schema';
import type { Daemon } from './door.ts';

/** Throws `unknown_session`. */
export function sessionIdOf(sessionId: string): SessionId {
  const id = SessionIdSchema.safeParse(sessionId);
  if (id.success) return id.data;
  throw new ParleyError('unknown_session', `sessionId: there is no session "${sessionId}".`);
}

/** Throws `unknown_approval`. */
export function approvalIdOf(approvalId: string): ApprovalId {
  const id = ApprovalIdSchema.safeParse(approvalId);
  if (id.success) return id.data;
  throw new ParleyError('unknown_approval', `approvalId: there is no approval "${approvalId}".`);
}

/** Throws `unknown_consultation`. */
export function consultationIdOf(validationId: string): ConsultationId {
  const id = ConsultationIdSchema.safeParse(validationId);
  if (id.success) return id.data;
  throw new ParleyError('unknown_consultation', `validationId: there is no consultation "${validationId}".`);
}

/** The turn of a job. Throws `unknown_turn`. */
export async function turnOfJob(client: Daemon, jobId: string): Promise<Turn> {
  const unknown = () => new ParleyError('unknown_turn', `Job not found: ${jobId}`);
  const id = TurnIdSchema.safeParse(jobId);
  if (!id.success) throw unknown();
  try {
    return await client.findTurn(id.data);
  } catch (error) {
    throw isParleyError(error) && error.code === 'unknown_turn' ? unknown() : error;
  }
}
