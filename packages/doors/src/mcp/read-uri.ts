// What stands at the address of a resource, and what tells one state of it from the next.

import type { AgentName, ConsultationId, Session, TurnId } from '@parley/schema';
import { agentOfCli } from './agents.ts';
import type { Daemon, Door } from './door.ts';
import { guides } from './guides.ts';
import { modelListOf } from './model-list.ts';
import { processHealth } from './process-health.ts';
import { pageOf, usualPage } from './page.ts';
import { answerOfTurn, jobOf, shownAnswer } from './reply.ts';
import { sessionsView } from './session-tools.ts';

export interface Found {
  readonly mimeType: 'application/json' | 'text/markdown';
  readonly text: string;
  /** The same as long as nothing has happened, where the text tells times that go by. */
  readonly mark?: string;
}

/** Undefined: there is no such resource. Throws what the daemon says, `unknown_…` among it. */
export async function readUri(door: Door, client: Daemon, uri: string): Promise<Found | undefined> {
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.+)$/.exec(uri) ?? [];
  const [first = '', second, ...more] = rest.split('/').map(decoded);
  if (more.length > 0 || (second !== undefined && scheme !== 'jobs')) return undefined;
  switch (scheme) {
    case 'sessions':
      return json(await sessionsView(door, client, first === 'all' ? undefined : agentOfCli(first)));
    case 'models':
      return models(client, agentOfCli(first));
    case 'jobs':
      return job(client, first, second);
    case 'consultations':
      return json(await client.consultation(first as ConsultationId));
    case 'metrics':
      return metrics(client, first);
    case 'skills': {
      const guide = guides.find(({ name }) => name === first);
      return guide && { mimeType: 'text/markdown', text: guide.text };
    }
    default:
      return undefined;
  }
}

/** The jobs of these sessions that have not ended, as far as sessions tell: what runs, and what waits in their queues. */
export function openJobs(sessions: readonly Session[]): readonly TurnId[] {
  return sessions.flatMap(({ activeTurnId, queue }) => [
    ...(activeTurnId === undefined ? [] : [activeTurnId]),
    ...queue.map(({ turnId }) => turnId),
  ]);
}

/** As `list_models` tells it. */
async function models(client: Daemon, agent: AgentName): Promise<Found | undefined> {
  const [found] = (await client.models({ agent })).agents;
  return found && json(modelListOf(found));
}

async function job(client: Daemon, id: string, offset = '0'): Promise<Found | undefined> {
  if (!/^\d{1,9}$/.test(offset)) return undefined;
  const turn = await client.findTurn(id as TurnId);
  const session = await client.session(turn.sessionId);
  const whole = shownAnswer(turn);
  const page = whole === undefined ? undefined : pageOf(whole, Number(offset), usualPage);
  return json({ job: jobOf(turn, session), ...answerOfTurn(turn, session, [], { page }) });
}

async function metrics(client: Daemon, name: string): Promise<Found | undefined> {
  switch (name) {
    case 'performance':
      return json(await client.metrics());
    case 'process-health': {
      const health = await processHealth(client);
      return { ...json(health), mark: health.jobs.map(({ jobId, status }) => `${jobId} ${status}`).join() };
    }
    default:
      return undefined;
  }
}

function json(value: object): Found {
  return { mimeType: 'application/json', text: JSON.stringify(value, undefined, 2) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
