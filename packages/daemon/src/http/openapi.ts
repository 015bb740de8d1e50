// The OpenAPI document, generated from the route table and its schemas.

import { z } from 'zod';
import { ErrorAnswerSchema } from '@parley/schema';
import type { Route } from './route.ts';

/** OpenAPI 3.1. */
export function openApiOf(routes: readonly Route[], version: string): Record<string, unknown> {
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
  const answer =
    each.answer === undefined
      ? {}
      : { content: { [each.streams ?? 'application/json']: { schema: jsonSchema(each.answer) } } };
  return {
    summary: each.summary,
    parameters: [...parametersOf(each.params, 'path'), ...parametersOf(each.query, 'query')],
    ...(each.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(each.body) } } } }),
    ...securityOf(each.scope),
    responses: {
      [each.status]: { description: each.summary, ...answer },
      default: {
        description: 'An error',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
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
