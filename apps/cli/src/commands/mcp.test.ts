import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { placesOf } from '@parley/client/node';
import manifest from '../../package.json' with { type: 'json' };
import { emptySetting } from '../test/call-parley.ts';

const initialize = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

test('initialize starts no daemon, the first tool does; stdout is protocol only; the end of stdin ends it (G 2, G 57)', async (t) => {
  const { begin, env } = emptySetting(t);
  const socket = placesOf(env).socket;
  const called = begin(['mcp']);
  let id = 0;
  const send = (message: object) => called.input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const ask = (message: object) => {
    id += 1;
    send({ id, ...message });
    return called.printed(new RegExp(`^.*"id":${id}\\b.*$`, 'm'));
  };
  const answer = JSON.parse(await ask(initialize)) as { readonly result: { readonly serverInfo: unknown } };
  assert.deepEqual(answer.result.serverInfo, { name: 'parley', title: 'Parley', version: manifest.version });
  send({ method: 'notifications/initialized' });
  await ask({ method: 'tools/list' });
  assert.equal(existsSync(socket), false);
  const listed = await ask({ method: 'tools/call', params: { name: 'session_list', arguments: {} } });
  assert.match(listed, /"success":true/);
  assert.equal(existsSync(socket), true);
  called.input.end();
  const { code, stdout } = await called.result;
  assert.equal(code, 0);
  for (const line of stdout.trim().split('\n')) assert.equal((JSON.parse(line) as { jsonrpc: string }).jsonrpc, '2.0');
});

test('Ctrl-C ends it', async (t) => {
  const { begin } = emptySetting(t);
  const called = begin(['mcp']);
  called.input.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, ...initialize })}\n`);
  await called.printed(/"id":1\b/);
  called.interrupt();
  assert.equal((await called.result).code, 0);
});

test('who asks for HTTP by a variable of llm-cli-gateway is told where it is, and stdio is no change', async (t) => {
  const { call, begin, env } = emptySetting(t);
  for (const name of ['MCP_TRANSPORT', 'LLM_GATEWAY_TRANSPORT']) {
    env[name] = 'http';
    const { code, stdout, stderr } = await call(['mcp']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, new RegExp(`${name} is "http", .*speaks stdio`));
  }
  env['LLM_GATEWAY_TRANSPORT'] = 'stdio';
  const called = begin(['mcp']);
  called.input.end();
  assert.equal((await called.result).code, 0);
});

test('only the request tools of the agents that are named are offered, and one that there is not is named', async (t) => {
  const { call, begin } = emptySetting(t);
  const called = begin(['mcp', '--agents', 'claude,mistral']);
  called.input.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, ...initialize })}\n`);
  await called.printed(/"id":1\b/);
  called.input.write(`${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' })}\n`);
  await called.printed(/"id":2\b/);
  called.input.end();
  const { stdout } = await called.result;
  const listed = stdout.match(/"name":"\w+_request(?:_async)?"|"name":"codex_fork_session"/g)?.toSorted();
  const names = ['claude_request', 'claude_request_async', 'mistral_request', 'mistral_request_async'];
  assert.deepEqual(
    listed,
    names.map((name) => `"name":"${name}"`),
  );
  assert.match(stdout, /"name":"llm_job_result"/);
  const refused = await call(['mcp', '--agents', 'claude,nobody']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /no request tools of "nobody"; there are those of claude, codex/);
});
