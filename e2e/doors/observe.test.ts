// What can be seen of a real daemon that let real Codex work: the recorder, metrics, processes.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertError, call, sharedParley, tokenOf } from './knock.ts';

const theParley = sharedParley({ agents: ['codex'] });

/** Made up here; no scanner is to take it for real. */
const secret = `ghp_${'a1B2c3D4e5'.repeat(4)}`;

test('a turn of the real Codex is recorded once, without its secrets, and counted once (G 24, G 59)', async () => {
  const parley = theParley();
  const { client } = parley;
  const { id } = await parley.session('codex');
  const { turnId } = await client.submit(id, { text: `Say that my key ${secret} is fine`, correlationId: 'seen' });
  const seen = await client.processes();
  assert.ok(
    seen.some((one) => one.turnId === turnId),
    'it is told while it works',
  );
  await parley.ended(id, turnId);
  const [record] = await client.records({ correlationId: 'seen' });
  assert.deepEqual([record?.id, record?.status, record?.agent], [turnId, 'completed', 'codex']);
  assert.match(record?.prompt.text ?? '', /^Say that my key \[redacted\] is fine$/);
  assert.ok(!JSON.stringify(await client.record(turnId)).includes(secret));

  const { agents, totals } = await client.metrics();
  assert.deepEqual([agents['codex']?.requestCount, agents['codex']?.successCount, totals.failureCount], [1, 1, 0]);
  assert.ok((agents['codex']?.averageResponseTimeMs ?? 0) > 0);
  assert.equal(agents['codex']?.firstOutput.count, 1);

  await client.deleteSession(id);
  assert.equal((await client.record(turnId)).status, 'completed', 'the row outlives its session');
});

test('Prometheus reads the metrics with a token, and nobody without one', async () => {
  const parley = theParley();
  assertError(await call(parley, { path: '/metrics' }), 'unauthenticated');
  const answer = await call(parley, { path: '/metrics', token: await tokenOf(parley) });
  assert.equal(answer.status, 200);
  assert.match(String(answer.headers['content-type']), /^text\/plain; version=0\.0\.4/);
  assert.match(answer.body, /^parley_requests_total\{agent="codex",status="completed"\} 1$/m);
});

test('what Parley keeps is for its owner alone (G 59)', () => {
  const stateDir = join(theParley().root, 'state');
  for (const name of readdirSync(stateDir, { recursive: true, encoding: 'utf8' })) {
    const found = statSync(join(stateDir, name), { throwIfNoEntry: false });
    if (found?.isFile() === true && /\.(?:db|sqlite|log)/.test(name)) assert.equal(found.mode & 0o077, 0, name);
    if (found?.isFile() === true && name.endsWith('.log'))
      assert.ok(!readFileSync(join(stateDir, name), 'utf8').includes(secret), name);
  }
});
