import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '@parley/schema';
import type { RequestRecord } from '@parley/schema';
import { setting } from '../test/call-parley.ts';

function aRecord(change: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: newId('turn'),
    sessionId: newId('session'),
    agent: 'codex',
    mode: 'app-server',
    backend: 'key',
    cwd: '/code',
    policy: 'ask',
    status: 'completed',
    queuedAt: Date.now() - 120_000,
    startedAt: Date.now() - 100_000,
    firstOutputAt: Date.now() - 99_000,
    endedAt: Date.now() - 96_000,
    usage: { inputUncached: 10, cacheRead: 5, output: 7 },
    retries: 0,
    prompt: { text: 'Which tests\nare slow?', length: 21, redactions: 0, cut: false },
    answer: { text: 'None of \u001b[31mthem.', length: 13, redactions: 1, cut: false },
    ...change,
  };
}

test('requests are listed newest first, by agent and status, and shown with prompt and answer', async (t) => {
  const { daemon, call } = await setting(t);
  assert.equal((await call(['log'])).stdout, 'no requests\n');
  const done = aRecord({ correlationId: 'mine', approvals: { allowed: 2 } });
  const failed = aRecord({ agent: 'claude', status: 'failed', errorCode: 'rate_limited', error: 'Slow down' });
  const { usage: _usage, endedAt: _ended, answer: _answer, ...running } = aRecord({ status: 'running' });
  const again = aRecord({ dedupedOf: done.id });
  daemon.records = [again, running, failed, done];

  const { stdout } = await call(['log']);
  const cells = stdout
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split(/ {2,}/));
  assert.deepEqual(
    cells.map((row) => row.slice(1, -1)),
    [
      ['codex', 'deduped', '2 min', '-', '15/7'],
      ['codex', 'running', '2 min', '-', '-'],
      ['claude', 'failed rate_limited', '2 min', '4.0 s', '15/7'],
      ['codex', 'completed', '2 min', '4.0 s', '15/7'],
    ],
  );
  assert.match(stdout, /Which tests are slow\?/);
  const ids = async (...args: readonly string[]): Promise<readonly string[]> =>
    (
      JSON.parse((await call(['log', '--json', ...args])).stdout) as { requests: readonly RequestRecord[] }
    ).requests.map(({ id }) => id);
  assert.deepEqual(await ids('--agent', 'claude'), [failed.id]);
  assert.deepEqual(await ids('--status', 'running'), [running.id]);
  assert.deepEqual(await ids('--status', 'deduped'), [again.id]);
  assert.deepEqual(await ids('-n', '1', '--before', failed.id.slice(-10)), [done.id]);

  const shown = (await call(['log', 'show', done.id.slice(-10)])).stdout;
  assert.match(shown, /^id +trn_[^]*correlation +mine[^]*first output +after 1\.0 s[^]*approvals +2 allowed/);
  assert.match(
    shown,
    /Prompt \(21 characters\)\nWhich tests\nare slow\?\n\nAnswer \(13 characters, 1 redacted\)\nNone of them\./,
  );
  assert.match((await call(['log', 'show', failed.id])).stdout, /error +rate_limited: Slow down/);
  assert.equal((JSON.parse((await call(['log', 'show', done.id, '--json'])).stdout) as RequestRecord).id, done.id);
});

test('a request that is not there, and a wrong filter, are told as such', async (t) => {
  const { call } = await setting(t);
  const { code, stderr } = await call(['log', 'show', 'nothing']);
  assert.equal(code, 2);
  assert.match(stderr, /None of the last 500 requests matches "nothing"/);
  assert.equal((await call(['log', 'show', newId('turn')])).code, 2);
  assert.equal((await call(['log', '--status', 'odd'])).code, 2);
  assert.equal((await call(['log', '-n', '0'])).code, 2);
});

test('the processes of agents are listed with what they work on (G 60)', async (t) => {
  const { daemon, call } = await setting(t);
  assert.equal((await call(['ps'])).stdout, 'no agent runs\n');
  const health = { alive: true, state: 'S', cpuPercent: 12.5, memoryRssKb: 204_800, processes: 2, sampledAt: 1 };
  const unknown = { state: null, cpuPercent: null, memoryRssKb: null, processes: null, sampledAt: 1 };
  const [sessionId, turnId] = [newId('session'), newId('turn')];
  daemon.processes = [
    { sessionId, agent: 'codex', turnId, runningForMs: 3000, health: { pid: 7, ...health } },
    { sessionId, agent: 'claude', health: { pid: 8, alive: false, ...unknown } },
    { sessionId, agent: 'kimi', turnId },
  ];
  const { stdout } = await call(['ps']);
  assert.deepEqual(
    stdout
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(/ {2,}/).slice(0, -2)),
    [
      ['7', 'codex', 'S', '12.5 %', '200 MB', '3.0 s'],
      ['8', 'claude', 'dead', '-', '-', '-'],
      ['-', 'kimi', 'starting', '-', '-', '-'],
    ],
  );
  const json = JSON.parse((await call(['ps', '--json'])).stdout) as { readonly processes: readonly unknown[] };
  assert.deepEqual(json.processes, daemon.processes);
});
