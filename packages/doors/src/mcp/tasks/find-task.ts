// Finds the job that a task stands for.

import { isParleyError } from '@parley/client';
import type { TurnId } from '@parley/schema';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Daemon, Door } from '../door.ts';
import type { JobFacts } from './task-of.ts';

const dayMs = 24 * 3600 * 1000;

export interface FoundTask extends JobFacts {
  readonly client: Daemon;
}

/** Throws -32602 for an id that nobody knows. */
export async function findTask(door: Door, id: string): Promise<FoundTask> {
  const client = await door.client();
  try {
    return await factsOf(client, id as TurnId);
  } catch (error) {
    if (!namesNothing(error)) throw error;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no task ${id}.`);
  }
}

/** Whether the daemon says so of an id: nobody has it, or it is none at all. */
export function namesNothing(error: unknown): boolean {
  return isParleyError(error) && /^(unknown_.*|invalid_request)$/.test(error.code);
}

export async function factsOf(client: Daemon, id: TurnId): Promise<FoundTask> {
  const { sessionId } = await client.findTurn(id);
  const session = await client.session(sessionId);
  const [turn, pending, ttlMs] = await Promise.all([
    client.turn(sessionId, id),
    client.approvals({ pending: true }),
    keptFor(client),
  ]);
  return { client, session, turn, approvals: pending.filter(({ turnId }) => turnId === id), ttlMs };
}

async function keptFor(client: Daemon): Promise<number | null> {
  const entries = await client.config();
  const days = entries.find(({ key }) => key === 'requests.retention_days')?.value;
  return typeof days === 'number' && days > 0 ? Math.round(days * dayMs) : null;
}
