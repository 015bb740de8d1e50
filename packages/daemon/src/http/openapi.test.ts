import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Daemon } from '../daemon.ts';
import { routeTable } from '../routes/route-table.ts';
import { withDocument } from './openapi.ts';
import type { Route } from './route.ts';

interface Schema {
  readonly $ref?: string;
  readonly [key: string]: unknown;
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>;
interface Operation {
  readonly summary: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}
interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** The routes are only described here, never called. */
const routes = withDocument(routeTable({ credentials: {} } as unknown as Daemon), '1.2.3');

async function readDocument(): Promise<Document> {
  const own = routes.find(({ path }) => path === '/api/openapi.json');
  assert.ok(own);
  // As it travels: what JSON cannot say is not in it.
  const answer = await own.handle({} as unknown as Parameters<Route['handle']>[0]);
  return JSON.parse(JSON.stringify(answer)) as Document;
}

const document = await readDocument();

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, name: `${method.toUpperCase()} ${path}`, operation })),
);

const operationOf = (name: string): Operation => {
  const found = operations.find((one) => one.name === name);
  assert.ok(found, name);
  return found.operation;
};

test('the document describes every route, itself too, and nothing else', () => {
  assert.deepEqual(
    operations.map(({ name }) => name).toSorted(),
    routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`).toSorted(),
  );
  for (const promised of [
    'GET /healthz',
    'GET /api/openapi.json',
    'GET /api/agents',
    'POST /api/sessions',
    'GET /api/sessions',
    'GET /api/sessions/{id}',
    'PATCH /api/sessions/{id}',
    'DELETE /api/sessions/{id}',
    'POST /api/sessions/{id}/turns',
    'DELETE /api/sessions/{id}/queue/{turnId}',
    'POST /api/sessions/{id}/interrupt',
    'GET /api/sessions/{id}/events',
    'GET /api/approvals',
    'POST /api/approvals/{id}',
  ])
    operationOf(promised);
});

test('it is an OpenAPI 3.1 document: paths, parameters, bodies and answers hang together', () => {
  assert.match(document.openapi, /^3\.1\./);
  assert.deepEqual([document.info.title, document.info.version], ['Parley', '1.2.3']);
  for (const { path, name, operation } of operations) {
    assert.match(path, /^\/[^:?#]*$/);
    assert.ok(operation.summary.length > 5, name);
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, one]) => one);
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
    assert.deepEqual(new Set(inPath.map((parameter) => parameter.name)), new Set(named), name);
    assert.ok(
      inPath.every(({ required }) => required),
      `${name}: a part of the path is always there`,
    );
    const keys = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
    assert.equal(new Set(keys).size, keys.length, name);
    assert.ok(name.startsWith('GET ') ? operation.requestBody === undefined : true, `${name}: a GET has no body`);
    const statuses = Object.keys(operation.responses);
    assert.equal(statuses.length, 2, name);
    assert.ok(statuses.includes('default') && statuses.some((status) => /^[23]\d\d$/.test(status)), name);
    assert.equal(operation.responses['204']?.content, undefined, `${name}: 204 has no body`);
  }
});

test('every schema in it is a schema, and every reference leads somewhere', () => {
  const kinds = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);
  const references: string[] = [];
  const judge = (schema: unknown, where: string): void => {
    assert.ok(typeof schema === 'object' && schema !== null && !Array.isArray(schema), where);
    const { $ref, type, properties, required, items, anyOf, oneOf, allOf } = schema as Schema;
    if (typeof $ref === 'string') references.push($ref);
    // One kind, or several: `null` beside another.
    for (const kind of type === undefined ? [] : [type].flat())
      assert.ok(typeof kind === 'string' && kinds.has(kind), `${where}: ${JSON.stringify(type)}`);
    const fields = (properties ?? {}) as Readonly<Record<string, unknown>>;
    for (const [name, inner] of Object.entries(fields)) judge(inner, `${where}.${name}`);
    for (const name of (required ?? []) as readonly string[])
      assert.ok(name in fields, `${where} requires ${name}, which it does not describe`);
    if (items !== undefined) judge(items, `${where}[]`);
    for (const inner of [anyOf, oneOf, allOf].flatMap((list) => (list ?? []) as readonly unknown[]))
      judge(inner, `${where}|`);
  };
  for (const [name, schema] of Object.entries(document.components.schemas)) judge(schema, name);
  for (const { name, operation } of operations) {
    for (const parameter of operation.parameters) judge(parameter.schema, `${name} ${parameter.name}`);
    const contents = [operation.requestBody?.content, ...Object.values(operation.responses).map((one) => one.content)];
    for (const content of contents)
      for (const { schema } of Object.values(content ?? {})) judge(schema, `${name} body`);
  }
  assert.ok(references.includes('#/components/schemas/Error'));
  for (const reference of references) {
    assert.match(reference, /^#\/components\/schemas\//);
    assert.ok(document.components.schemas[reference.slice('#/components/schemas/'.length)], reference);
  }
});

test('it says what a call needs: which credential, which body, which stream', () => {
  assert.deepEqual(Object.keys(document.components.securitySchemes).toSorted(), ['bearer', 'cookie']);
  assert.deepEqual(operationOf('GET /healthz').security, []);
  assert.equal(operationOf('GET /api/sessions').security, undefined, 'as for the whole document');
  assert.deepEqual(operationOf('POST /api/daemon/stop').security, [{ bearer: [] }], 'no browser may');
  assert.equal(operationOf('POST /api/sessions').requestBody?.required, true);
  assert.equal(operationOf('POST /api/daemon/stop').requestBody?.required, false);
  assert.equal(operationOf('POST /api/sessions/{id}/interrupt').requestBody?.required, false);
  const events = operationOf('GET /api/sessions/{id}/events').responses['200']?.content ?? {};
  assert.deepEqual(Object.keys(events), ['application/json', 'text/event-stream']);
  const created = operationOf('POST /api/sessions').requestBody?.content['application/json']?.schema;
  assert.deepEqual(created?.['required'], ['agent', 'cwd']);
  assert.equal(created?.['additionalProperties'], false, 'an unknown field is an error');
});
