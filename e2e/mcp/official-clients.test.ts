// The official SDK clients, v1 and v2 in both revisions, over both transports, against a whole Parley: the real command, the real daemon, a
// real agent in front of an offline model.

import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { placesOf } from '@parley/client/node';
import type { CallToolResult, Transport } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { openParley, within } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';

// The clients' packages `eventsource` (3.0.7) and `eventsource-parser` (3.1.1) point the condition `source`, with which our tests run, at
// TypeScript, which Node does not strip there.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith('eventsource')
      ? next(specifier, { ...context, conditions: context.conditions.filter((one) => one !== 'source') })
      : next(specifier, context),
});
const v1 = {
  ...(await import('@modelcontextprotocol/sdk/client/index.js')),
  ...(await import('@modelcontextprotocol/sdk/client/stdio.js')),
  ...(await import('@modelcontextprotocol/sdk/client/streamableHttp.js')),
  ...(await import('@modelcontextprotocol/sdk/types.js')),
};
const v2 = {
  ...(await import('@modelcontextprotocol/client')),
  ...(await import('@modelcontextprotocol/client/stdio')),
};

const kinds = ['v1', 'v2 2025-11-25', 'v2 2026-07-28'] as const;
type Kind = (typeof kinds)[number];
const ways = ['stdio', 'http'] as const;

interface AnyClient {
  connect(transport: unknown): Promise<void>;
  close(): Promise<void>;
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>;
  request(call: { method: string; params: Record<string, unknown> }, schema: unknown): Promise<unknown>;
}

interface Form {
  readonly requestedSchema: {
    readonly properties: { readonly decision?: { readonly oneOf: readonly { readonly const: string }[] } };
  };
}

/** Says yes to whatever the agent asks. */
function allow({ params }: { readonly params: unknown }): { action: 'accept'; content: { decision: string } } {
  const { decision } = (params as Form).requestedSchema.properties;
  return { action: 'accept', content: { decision: decision?.oneOf[0]?.const ?? '' } };
}

function clientOf(kind: Kind): AnyClient {
  const name = { name: 'test', version: '1' };
  if (kind === 'v1') {
    const client = new v1.Client(name, { capabilities: { elicitation: {} } });
    client.setRequestHandler(v1.ElicitRequestSchema, allow);
    return client;
  }
  const client = new v2.Client(name, {
    capabilities: { elicitation: { form: {} } },
    ...(kind === 'v2 2026-07-28' && { versionNegotiation: { mode: 'auto' as const } }),
  });
  client.setRequestHandler('elicitation/create', allow);
  return client;
}

async function transportOf(kind: Kind, way: (typeof ways)[number], parley: ParleyUnderTest): Promise<Transport> {
  if (way === 'stdio') {
    const [command, ...args] = parley.command;
    const env = Object.fromEntries(
      Object.entries(parley.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
    const options = { command, args: [...args, 'mcp'], env, cwd: parley.work };
    const transport = kind === 'v1' ? new v1.StdioClientTransport(options) : new v2.StdioClientTransport(options);
    return transport;
  }
  const token = (await readFile(placesOf(parley.env).tokenFile, 'utf8')).trim();
  const url = new URL('/mcp', parley.pairingLink);
  const options = { requestInit: { headers: { authorization: `Bearer ${token}` } } };
  const transport =
    kind === 'v1'
      ? new v1.StreamableHTTPClientTransport(url, options)
      : new v2.StreamableHTTPClientTransport(url, options);
  return transport;
}

test('the official clients work with Parley, over stdio and over HTTP', { timeout: 240_000 }, async (t) => {
  // The model wants a command to be run when it is asked nicely, and the agent's policy leaves that open.
  const scenario = {
    rules: [
      { when: { text: 'please', step: 0 }, steps: [{ tool: { kind: 'shell' as const, command: 'touch asked.txt' } }] },
      { when: { text: 'please', step: 1 }, steps: [{ say: 'The tool said: {{result}}' }] },
    ],
  };
  const parley = await openParley(t, { agents: ['codex'], scenario });
  for (const kind of kinds) {
    for (const way of ways) await t.test(`${kind} over ${way}`, () => work(kind, way, parley));
  }
});

async function work(kind: Kind, way: (typeof ways)[number], parley: ParleyUnderTest): Promise<void> {
  const client = clientOf(kind);
  await client.connect(await transportOf(kind, way, parley));
  const ask = async (method: string, params: Record<string, unknown> = {}) =>
    (await within(client.request({ method, params }, z.looseObject({})), method)) as Record<string, unknown>;
  const call = async (name: string, args: Record<string, unknown>) => {
    const { structuredContent } = (await ask('tools/call', { name, arguments: args })) as CallToolResult;
    return structuredContent as Record<string, unknown>;
  };
  try {
    const names = (await client.listTools()).tools.map(({ name }) => name);
    assert.ok(names.includes('codex_request') && names.includes('llm_job_watch'));

    const folder = { workingDir: parley.work };
    const answered = await call('codex_request', { prompt: 'Say hello.', ...folder });
    assert.equal(answered['status'], 'completed', JSON.stringify(answered));
    assert.notEqual(answered['answer'], '');

    const asked = await call('codex_request', { prompt: 'Run it, please.', policy: 'ask', ...folder });
    assert.equal(asked['status'], 'completed', JSON.stringify(asked));
    await rm(join(parley.work, 'asked.txt'));

    const { jobId } = await call('codex_request_async', { prompt: 'Say hello again.', ...folder });
    const watched = await call('llm_job_watch', { jobId });
    assert.deepEqual([watched['status'], watched['jobId']], ['completed', jobId]);
    assert.equal((await call('llm_job_cancel', { jobId }))['success'], false);

    const stopped = await call('codex_request_async', { prompt: 'A third time.', ...folder });
    const cancelled = await call('llm_job_cancel', { jobId: stopped['jobId'] });
    // It may have been faster than we are.
    assert.match(JSON.stringify(cancelled), /canceled|already completed/);

    const { contents } = (await ask('resources/read', { uri: `jobs://${String(jobId)}` })) as {
      readonly contents: readonly [{ readonly text: string }];
    };
    assert.equal((JSON.parse(contents[0].text) as { readonly answer: string }).answer, watched['answer']);
    const { prompts } = (await ask('prompts/list')) as { readonly prompts: readonly object[] };
    assert.ok(prompts.length > 3);
  } finally {
    await client.close();
  }
}
