// The OpenAPI document, generated from the route table and its schemas.

import { z } from 'zod';
import { ErrorAnswerSchema } from '@parley/schema';
import { route } from './route.ts';
import type { Route } from './route.ts';

/** The routes and one more: the document that describes them all, itself too. It is made when somebody asks for it. */
export function withDocument(routes: readonly Route[], version: string): readonly Route[] {
  let document: Record<string, unknown> | undefined;
  const all: readonly Route[] = [
    ...routes,
    route({
      method: 'GET',
      path: '/api/openapi.json',
      summary: 'This document',
      scope: 'use',
      status: 200,
      answer: z.record(z.string(), z.unknown()),
      handle: () => Promise.resolve((document ??= openApiOf(all, version))),
    }),
  ];
  return all;
}

/** OpenAPI 3.1. */
function openApiOf(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const each of routes) {
    const path = each.path.replace(/:(\w+)/g, '{$1}');
    const operations = (paths[path] ??= {});
    operations[each.method.toLowerCase()] = operationOf(each);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version,
      description: 'One door to every coding agent. WebSocket: /api/ws.',
      license: { name: 'MIT' },
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'parley_session' },
      },
      schemas: { Error: jsonSchema(ErrorAnswerSchema) },
    },
    security: [{ bearer: [] }, { cookie: [] }],
    paths,
  };
}

function operationOf(each: Route): Record<string, unknown> {
  return {
    summary: each.summary,
    parameters: [...parametersOf(each.params, 'path'), ...parametersOf(each.query, 'query')],
    ...(each.body === undefined
      ? {}
      : {
          requestBody: {
            required: !each.body.safeParse(undefined).success,
            content: { 'application/json': { schema: jsonSchema(each.body) } },
          },
        }),
    ...securityOf(each.scope),
    responses: {
      [each.status]: { description: each.summary, ...contentOf(each) },
      default: {
        description: 'An error',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function contentOf({ answer, streams = 'application/json', streamsIfAsked }: Route): Record<string, unknown> {
  if (answer === undefined) return {};
  return {
    content: {
      [streams]: { schema: jsonSchema(answer) },
      ...(streamsIfAsked === undefined ? {} : { [streamsIfAsked]: { schema: { type: 'string' } } }),
    },
  };
}

/** A browser's cookie is good for `use`; `admin` takes the token. */
function securityOf(scope: Route['scope']): Record<string, unknown> {
  switch (scope) {
    case 'none':
      return { security: [] };
    case 'use':
      return {};
    case 'admin':
      return { security: [{ bearer: [] }] };
  }
}

function parametersOf(schema: z.ZodType, place: 'path' | 'query'): unknown[] {
  const { properties, required } = jsonSchema(schema) as { properties?: Record<string, unknown>; required?: string[] };
  return Object.entries(properties ?? {}).map(([name, inner]) => ({
    name,
    in: place,
    required: place === 'path' || (required ?? []).includes(name),
    schema: inner,
  }));
}

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
