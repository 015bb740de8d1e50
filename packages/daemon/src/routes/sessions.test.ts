import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { newId } from '@parley/schema';
import type { Daemon } from '../daemon.ts';
import { requestRoutes } from './requests.ts';
import { sessionRoutes } from './sessions.ts';

test('no route that tells of a session tells the values of variables and headers that its servers get', async () => {
  const id = newId('session');
  const mcpServers = [
    { name: 'own', command: 'serve', args: ['--fast'], env: { KEY: 'hunter2' } },
    { name: 'far', url: 'https://host/mcp', headers: { 'X-Api-Key': 'hunter2' } },
  ];
  const session = { id, options: { mcpServers, search: true } };
  const same = async () => session;
  const engine = {
    createSession: same,
    updateSession: same,
    forkSession: same,
    session: () => session,
    sessions: () => [session],
  };
  const daemon = { engine, requests: { make: async () => ({ session }) } } as unknown as Daemon;
  const told = [];
  for (const { method, path, handle } of [...sessionRoutes(daemon), ...requestRoutes(daemon)]) {
    if (method === 'DELETE' || /turn|queue|interrupt|events/.test(path)) continue;
    const response = {} as ServerResponse;
    told.push(JSON.stringify(await handle({ params: { id }, query: {}, body: {}, headers: {}, response })));
  }
  assert.equal(told.length, 6);
  for (const one of told) {
    assert.doesNotMatch(one, /hunter2/);
    assert.match(
      one,
      /"args":\["--fast"\],"env":\{"KEY":"\(set\)"\}.*"headers":\{"X-Api-Key":"\(set\)"\}.*"search":true/,
    );
  }
});
