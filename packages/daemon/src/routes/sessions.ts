// Routes of sessions, their turns, queue and events.

import { z } from 'zod';
import {
  ChangeQueuedSchema,
  CreateSessionSchema,
  EventPageSchema,
  ForkSessionSchema,
  InterruptResultSchema,
  InterruptSchema,
  QueuePageSchema,
  SessionIdSchema,
  SessionPageSchema,
  SessionSchema,
  shownSession,
  SubmitResultSchema,
  SubmitTurnSchema,
  TurnIdSchema,
  TurnPageSchema,
  TurnSchema,
  UpdateSessionSchema,
} from '@parley/schema';
import type { Daemon } from '../daemon.ts';
import { route, streamed } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { SseSink } from '../http/sse.ts';

const one = z.object({ id: SessionIdSchema });
const count = (fallback: number, max: number) => z.coerce.number().int().positive().max(max).default(fallback);

export function sessionRoutes({ engine }: Daemon): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/sessions',
      summary: 'Start a session with an agent in a folder',
      scope: 'use',
      body: CreateSessionSchema,
      status: 201,
      answer: SessionSchema,
      handle: async ({ body }) => shownSession(await engine.createSession(body)),
    }),
    route({
      method: 'GET',
      path: '/api/sessions',
      summary: 'All sessions, newest first',
      scope: 'use',
      status: 200,
      answer: SessionPageSchema,
      handle: () => Promise.resolve({ sessions: engine.sessions().map(shownSession) }),
    }),
    route({
      method: 'GET',
      path: '/api/sessions/:id',
      summary: 'One session',
      scope: 'use',
      params: one,
      status: 200,
      answer: SessionSchema,
      handle: ({ params }) => Promise.resolve(shownSession(engine.session(params.id))),
    }),
    route({
      method: 'PATCH',
      path: '/api/sessions/:id',
      summary: 'Change title, policy or model; policy and model hold from the next turn on',
      scope: 'use',
      params: one,
      body: UpdateSessionSchema,
      status: 200,
      answer: SessionSchema,
      handle: async ({ params, body }) => shownSession(await engine.updateSession(params.id, body)),
    }),
    route({
      method: 'DELETE',
      path: '/api/sessions/:id',
      summary: 'End what runs in a session and forget it',
      scope: 'use',
      params: one,
      status: 204,
      handle: ({ params }) => engine.deleteSession(params.id),
    }),
    route({
      method: 'POST',
      path: '/api/sessions/:id/fork',
      summary: 'A new session that goes on from the same conversation; the old one stays as it is',
      scope: 'use',
      params: one,
      body: ForkSessionSchema,
      status: 201,
      answer: SessionSchema,
      handle: async ({ params, body }) => shownSession(await engine.forkSession(params.id, body)),
    }),
    route({
      method: 'POST',
      path: '/api/sessions/:id/turns',
      summary: 'Send words: start a turn, steer the running one, queue, or interrupt first',
      scope: 'use',
      params: one,
      body: SubmitTurnSchema,
      status: 202,
      answer: SubmitResultSchema,
      handle: ({ params, body }) => engine.submit(params.id, body),
    }),
    route({
      method: 'GET',
      path: '/api/sessions/:id/turns',
      summary: 'Turns, newest first',
      scope: 'use',
      params: one,
      query: z.object({ limit: count(50, 500) }),
      status: 200,
      answer: TurnPageSchema,
      handle: async ({ params, query }) => ({ turns: await engine.turns(params.id, query.limit) }),
    }),
    route({
      method: 'GET',
      path: '/api/sessions/:id/turns/:turnId',
      summary: 'One turn',
      scope: 'use',
      params: one.extend({ turnId: TurnIdSchema }),
      status: 200,
      answer: TurnSchema,
      handle: ({ params }) => engine.turn(params.id, params.turnId),
    }),
    route({
      method: 'GET',
      path: '/api/turns/:turnId',
      summary: 'One turn, of whatever session',
      scope: 'use',
      params: z.object({ turnId: TurnIdSchema }),
      status: 200,
      answer: TurnSchema,
      handle: ({ params }) => engine.findTurn(params.turnId),
    }),
    route({
      method: 'GET',
      path: '/api/sessions/:id/queue',
      summary: 'What is queued, in the order in which it runs',
      scope: 'use',
      params: one,
      status: 200,
      answer: QueuePageSchema,
      handle: ({ params }) => Promise.resolve({ queue: engine.session(params.id).queue }),
    }),
    route({
      method: 'PATCH',
      path: '/api/sessions/:id/queue/:turnId',
      summary: 'Give a queued turn new words or a new place',
      scope: 'use',
      params: one.extend({ turnId: TurnIdSchema }),
      body: ChangeQueuedSchema,
      status: 200,
      answer: QueuePageSchema,
      handle: async ({ params, body }) => ({ queue: await engine.changeQueued(params.id, params.turnId, body) }),
    }),
    route({
      method: 'DELETE',
      path: '/api/sessions/:id/queue/:turnId',
      summary: 'Take a queued turn back',
      scope: 'use',
      params: one.extend({ turnId: TurnIdSchema }),
      status: 204,
      handle: ({ params }) => engine.cancelQueued(params.id, params.turnId),
    }),
    route({
      method: 'POST',
      path: '/api/sessions/:id/interrupt',
      summary: 'Stop the running turn; queued turns run next unless they are dropped',
      scope: 'use',
      params: one,
      body: InterruptSchema.optional(),
      status: 200,
      answer: InterruptResultSchema,
      handle: ({ params, body }) => engine.interrupt(params.id, body?.queue, body?.unlessShared),
    }),
    route({
      method: 'GET',
      path: '/api/sessions/:id/events',
      summary: 'Events after a number: a JSON page, or with `accept: text/event-stream` replay and live stream',
      scope: 'use',
      params: one,
      query: z.object({ after: z.coerce.number().int().nonnegative().default(0), limit: count(500, 5000) }),
      status: 200,
      answer: EventPageSchema,
      streamsIfAsked: 'text/event-stream',
      handle: async ({ params, query, headers, response }) => {
        if (!headers.accept?.includes('text/event-stream')) return engine.events(params.id, query.after, query.limit);
        engine.session(params.id); // Unknown sessions answer with an error, not with a stream.
        const resumed = Number(headers['last-event-id'] ?? Number.NaN);
        const after = Number.isInteger(resumed) && resumed >= 0 ? resumed : query.after;
        const { unsubscribe } = await engine.subscribe(params.id, after, new SseSink(response));
        if (response.closed) unsubscribe();
        else response.once('close', unsubscribe);
        return streamed;
      },
    }),
  ];
}
