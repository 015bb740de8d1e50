// A route: what it takes, what it answers, who may call it. The server, the validation and the OpenAPI document come from the same table.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { ParleyError } from '@parley/schema';
import type { Scope } from '../gate/gate.ts';

export interface Call<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly headers: IncomingMessage['headers'];
  /** For answers that stream. A handler that uses it returns `streamed`. */
  readonly response: ServerResponse;
}

/** What a handler returns that has written its answer itself. */
export const streamed = Symbol('streamed');

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** `/api/sessions/:id` */
  readonly path: string;
  readonly summary: string;
  readonly scope: Exclude<Scope, 'none'> | 'none';
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body?: z.ZodType;
  readonly status: number;
  /** Absent: no body (204). */
  readonly answer?: z.ZodType;
  /** For the document: the media type of a streamed answer. */
  readonly streams?: string;
  /** For the document: the media type in which the route streams instead, when `accept` asks for it. */
  readonly streamsIfAsked?: string;
  readonly handle: (call: Call<unknown, unknown, unknown>) => Promise<unknown>;
}

const nothing = z.object({});

/** A route with its types inferred from its schemas. */
export function route<
  Params extends z.ZodType = typeof nothing,
  Query extends z.ZodType = typeof nothing,
  Body extends z.ZodType = z.ZodUndefined,
>(
  definition: Omit<Route, 'params' | 'query' | 'body' | 'handle'> & {
    readonly params?: Params;
    readonly query?: Query;
    readonly body?: Body;
    readonly handle: (call: Call<z.output<Params>, z.output<Query>, z.output<Body>>) => Promise<unknown>;
  },
): Route {
  const { params = nothing, query = nothing, handle, ...rest } = definition;
  // The call is built from these very schemas (`checked` below), which the wider type of the table cannot say.
  return { ...rest, params, query, handle: handle as Route['handle'] };
}

/** A value that fits the schema. Throws `invalid_request` naming the field. */
export function checked(schema: z.ZodType, value: unknown, where: 'body' | 'query' | 'params'): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknownKeys = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : undefined;
  const field = unknownKeys ?? (issue?.path.join('.') || where);
  const message =
    unknownKeys === undefined
      ? `"${field}" in the ${where}: ${issue?.message ?? 'not valid'}`
      : `The ${where} has no field "${field}".`;
  throw new ParleyError('invalid_request', message, { field });
}
