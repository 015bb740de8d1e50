// The routes, from the OpenAPI document of a daemon that is started for it, with a state directory of its own and no TCP port.

import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { placesOf } from '@parley/client/node';
import { loadConfig, startDaemon } from '@parley/daemon';
import { EventSchema } from '@parley/schema';
import { code, table } from './table.ts';

interface Operation {
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: 'path' | 'query' }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: ObjectSchema } } };
  readonly security?: readonly object[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}
interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly const?: string }>>;
  readonly required?: readonly string[];
}

/** One line for each route: method and path, what it is, what it takes, what it answers, who may call it. */
export async function routeTable(): Promise<string> {
  const { paths } = await openApi();
  const lines = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => [
      code(`${method.toUpperCase()} ${path}`),
      operation.summary,
      takes(operation),
      answers(operation),
      whoMay(operation),
    ]),
  );
  return table(['route', 'what it does', 'takes', 'answers', 'who'], lines);
}

function takes({ parameters, requestBody }: Operation): string {
  const query = parameters.filter((each) => each.in === 'query').map(({ name }) => code(`?${name}`));
  const { properties = {}, required = [] } = requestBody?.content['application/json'].schema ?? {};
  const body = Object.keys(properties).map((name) => code(required.includes(name) ? name : `${name}?`));
  return [...query, ...body].join(', ');
}

function answers({ responses }: Operation): string {
  const [status = ''] = Object.keys(responses);
  const types = Object.keys(responses[status]?.content ?? {});
  return [status, types.map((type) => (type === 'application/json' ? 'JSON' : type)).join(' or ')].join(' ').trim();
}

function whoMay({ security }: Operation): string {
  if (security === undefined) return 'token, paired browser';
  return security.length === 0 ? 'anybody' : 'token';
}

async function openApi(): Promise<{ readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-docs-'));
  const env = { HOME: folder, PARLEY_STATE_DIR: join(folder, 'state') };
  const places = placesOf(env);
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const configuration = await loadConfig(places.configFile, env);
    const running = await startDaemon({ places, configuration, env, command: [process.execPath], tcp: false, log });
    try {
      return JSON.parse(await get(places.socket, '/api/openapi.json'));
    } finally {
      await running.stop('end');
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path }, (response) => void text(response).then(resolve, reject))
      .once('error', reject)
      .end();
  });
}

/** One line for each kind of event: its own fields, beside those that all have. */
export function eventTable(): string {
  const { oneOf } = EventSchema.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as {
    oneOf: readonly ObjectSchema[];
  };
  const common = new Set(['seq', 'sessionId', 'at', 'type']);
  return table(
    ['type', 'fields'],
    oneOf.map(({ properties = {}, required = [] }) => [
      code(properties['type']?.const ?? ''),
      Object.keys(properties)
        .filter((name) => !common.has(name))
        .map((name) => code(required.includes(name) ? name : `${name}?`))
        .join(', '),
    ]),
  );
}
