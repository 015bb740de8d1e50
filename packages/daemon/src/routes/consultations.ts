// Routes of consultations: one question to several agents, and the report of it.

import { z } from 'zod';
import {
  ConsultationIdSchema,
  ConsultationPageSchema,
  ConsultReportSchema,
  CreateConsultationSchema,
} from '@parley/schema';
import type { Daemon } from '../daemon.ts';
import { route, streamed } from '../http/route.ts';
import type { Route } from '../http/route.ts';

const one = z.object({ consultationId: ConsultationIdSchema });

export function consultationRoutes({ consultations }: Pick<Daemon, 'consultations'>): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/consultations',
      summary: 'Ask several agents at once; the report as it stands, which grows as they answer',
      scope: 'use',
      body: CreateConsultationSchema,
      status: 202,
      answer: ConsultReportSchema,
      handle: ({ body }) => consultations.create(body),
    }),
    route({
      method: 'GET',
      path: '/api/consultations',
      summary: 'Consultations, newest first',
      scope: 'use',
      query: z.object({ limit: z.coerce.number().int().positive().max(500).default(50) }),
      status: 200,
      answer: ConsultationPageSchema,
      handle: async ({ query }) => ({ consultations: await consultations.list(query.limit) }),
    }),
    route({
      method: 'GET',
      path: '/api/consultations/:consultationId',
      summary:
        'The report of a consultation as it stands; with `format=markdown` or `accept: text/markdown` as Markdown',
      scope: 'use',
      params: one,
      query: z.object({ format: z.enum(['json', 'markdown']).exactOptional() }),
      status: 200,
      answer: ConsultReportSchema,
      streamsIfAsked: 'text/markdown',
      handle: async ({ params, query, headers, response }) => {
        const isMarkdown = query.format === 'markdown' || headers.accept?.includes('text/markdown') === true;
        if (query.format === 'json' || !isMarkdown) return consultations.report(params.consultationId);
        const text = await consultations.markdown(params.consultationId);
        response.writeHead(200, { 'content-type': 'text/markdown; charset=utf-8', 'cache-control': 'no-store' });
        response.end(text);
        return streamed;
      },
    }),
    route({
      method: 'POST',
      path: '/api/consultations/:consultationId/interrupt',
      summary: 'Interrupt all who still work in a consultation; one that has ended stays as it is',
      scope: 'use',
      params: one,
      body: z.strictObject({}).optional(),
      status: 202,
      answer: ConsultReportSchema,
      handle: ({ params }) => consultations.interrupt(params.consultationId),
    }),
    route({
      method: 'DELETE',
      path: '/api/consultations/:consultationId',
      summary: 'Interrupt a consultation and forget its report; its sessions stay',
      scope: 'use',
      params: one,
      status: 204,
      handle: ({ params }) => consultations.delete(params.consultationId),
    }),
  ];
}
