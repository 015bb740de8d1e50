import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { newId } from '@parley/schema';
import type { Daemon } from '../daemon.ts';
import { streamed } from '../http/route.ts';
import { consultationRoutes } from './consultations.ts';

test('a report comes as JSON, and as Markdown to who asks for it by query or by header', async () => {
  const id = newId('consultation');
  const consultations = { report: async () => ({ id }), markdown: async () => `# ${id}` };
  const daemon = { consultations } as unknown as Pick<Daemon, 'consultations'>;
  const route = consultationRoutes(daemon).find(
    ({ method, path }) => method === 'GET' && path === '/api/consultations/:consultationId',
  );
  assert.ok(route !== undefined);
  const get = async (accept: string, format?: string) => {
    let sent = '';
    const response = { writeHead: () => response, end: (text: string) => (sent = text) };
    const call = {
      params: { consultationId: id },
      query: { ...(format !== undefined && { format }) },
      body: undefined,
    };
    const headers = { accept };
    const answer = await route.handle({ ...call, headers, response: response as unknown as ServerResponse });
    return answer === streamed ? sent : answer;
  };
  assert.deepEqual(await get('*/*'), { id });
  assert.equal(await get('text/markdown'), `# ${id}`);
  assert.equal(await get('*/*', 'markdown'), `# ${id}`);
  assert.deepEqual(await get('text/markdown', 'json'), { id });
});
