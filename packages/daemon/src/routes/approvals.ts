// Routes of approvals: what waits, and the answer.

import { z } from 'zod';
import { ApprovalAnswerSchema, ApprovalIdSchema, ApprovalPageSchema, RequestApprovalPageSchema } from '@parley/schema';
import type { Daemon } from '../daemon.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';

export function approvalRoutes({ engine }: Daemon): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/approvals',
      summary: 'Approvals, oldest first; with `pending` those that wait for an answer, with `limit` the newest ones',
      scope: 'use',
      query: z.object({
        pending: z.enum(['', 'true', 'false', '1', '0']).optional(),
        limit: z.coerce.number().int().min(1).max(500).optional(),
        agent: z.string().min(1).max(100).optional(),
      }),
      status: 200,
      answer: ApprovalPageSchema,
      handle: async ({ query: { pending, limit, agent } }) => ({
        approvals: await engine.approvals(pending !== undefined && pending !== 'false' && pending !== '0', {
          ...(limit !== undefined && { limit }),
          ...(agent !== undefined && { agent }),
        }),
      }),
    }),
    route({
      method: 'GET',
      path: '/api/request-approvals',
      summary: 'What was decided about requests before anything was started, newest first',
      scope: 'use',
      query: z.object({
        limit: z.coerce.number().int().min(1).max(500).default(50),
        agent: z.string().min(1).max(100).optional(),
      }),
      status: 200,
      answer: RequestApprovalPageSchema,
      handle: async ({ query: { limit, agent } }) => ({
        approvals: await engine.requestApprovals({ limit, ...(agent !== undefined && { agent }) }),
      }),
    }),
    route({
      method: 'POST',
      path: '/api/approvals/:id',
      summary: 'Answer an approval; the first answer wins',
      scope: 'use',
      params: z.object({ id: ApprovalIdSchema }),
      body: ApprovalAnswerSchema,
      status: 204,
      handle: ({ params, body }) => engine.answer(params.id, body),
    }),
  ];
}
