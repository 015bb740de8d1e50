// The real codex and the real claude, offline, through the real `parley mcp`: acceptance rows that a fake cannot show.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Scenario } from '@parley/rehearsal';
import { openParley, within } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';
import { McpProcess } from './mcp-process.ts';

const scenario: Scenario = {
  rules: [
    { when: 'for long', steps: [{ say: 'Working on it ' }, { gate: 'go' }, { say: 'and done.' }] },
    {
      when: 'slowly',
      steps: [{ say: { text: Array.from({ length: 300 }, (_, n) => `word${n}`).join(' '), pace: 100 } }],
    },
    { when: 'be refused', steps: [{ error: { status: 401, message: 'the key is refused' } }] },
    { steps: [{ say: 'You asked: {{person}}' }] },
  ],
};

async function open(t: TestContext): Promise<{ readonly parley: ParleyUnderTest; readonly window: McpProcess }> {
  const parley = await openParley(t, { scenario });
  const window = await McpProcess.start({
    command: parley.command,
    env: parley.env,
    cwd: parley.work,
    patienceMs: 120_000,
  });
  t.after(() => window.kill());
  return { parley, window };
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await pause(20);
  }
}

for (const agent of ['codex', 'claude'] as const) {
  test(`${agent}: a request is answered with its own conversation's id, which goes on with it in another window (G 4, G 15)`, async (t) => {
    const { parley, window } = await open(t);
    const first = await window.facts(`${agent}_request`, { prompt: 'say one' });
    assert.match(String(first['answer']), /say one/);
    assert.equal(first['stopReason'], 'completed');
    assert.equal(typeof first['providerSessionId'], 'string');
    assert.equal(await window.leave(), 0);
    const other = await McpProcess.start({ command: parley.command, env: parley.env, cwd: parley.work });
    t.after(() => other.kill());
    const sessionId = first['providerSessionId'];
    const second = await other.facts(`${agent}_request`, { prompt: 'say two', sessionId });
    assert.match(String(second['answer']), /say two/);
    assert.deepEqual([second['providerSessionId'], second['sessionId']], [sessionId, first['sessionId']]);
  });

  test(`${agent}: a job is watched to its end, another is cancelled with all its processes (G 25, G 26)`, async (t) => {
    const { parley, window } = await open(t);
    const started = await window.facts(`${agent}_request_async`, { prompt: 'say later' });
    assert.ok(['running', 'queued'].includes(String(started['status'])), JSON.stringify(started));
    const watched = await window.facts('llm_job_watch', { jobId: started['jobId'] });
    assert.match(String(watched['answer']), /say later/);
    const { jobId } = await window.facts(`${agent}_request_async`, { prompt: 'work for long', createNewSession: true });
    const cancelled = await window.facts('llm_job_cancel', { jobId });
    assert.equal((cancelled['job'] as { readonly status: unknown }).status, 'canceled');
    assert.equal((await window.call('llm_job_cancel', { jobId })).isError, true);
    assert.equal((await parley.client.daemon()).workingTurns, 0);
  });

  test(`${agent}: the words of a request are not in the list of processes (G 22)`, async (t) => {
    const { window } = await open(t);
    const prompt = `the secret of ${crypto.randomUUID()} for long`;
    const { jobId } = await window.facts(`${agent}_request_async`, { prompt });
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'args', '-ww'], { maxBuffer: 64 * 1024 * 1024 });
    assert.ok(!stdout.includes(prompt));
    await window.facts('llm_job_cancel', { jobId });
  });
}

test('claude: its stream tells answer, usage, cost and conversation; an error of its model is no success (G 10)', async (t) => {
  const { window } = await open(t);
  const { answer, usage, cost, providerSessionId } = await window.facts('claude_request', { prompt: 'say hello' });
  assert.match(String(answer), /say hello/);
  assert.ok(((usage as { readonly output?: number }).output ?? 0) > 0);
  assert.equal(typeof cost, 'number');
  assert.equal(typeof providerSessionId, 'string');
  const failed = await window.call('claude_request', { prompt: 'be refused', createNewSession: true });
  assert.deepEqual([failed.isError, failed.structuredContent['status']], [true, 'failed']);
});

test('codex: an answer of 30 s is collected although the daemon is killed 10 times meanwhile (G 31)', async (t) => {
  const { parley, window } = await open(t);
  const { jobId, sessionId } = await window.facts('codex_request_async', { prompt: 'speak slowly' });
  try {
    for (let kills = 0; kills < 10; kills++) {
      const watching = window.facts('llm_job_watch', { jobId, waitMs: 800 });
      if (kills % 2 === 0) await watching;
      const { pid } = await parley.client.daemon();
      process.kill(pid, 'SIGKILL');
      // The door starts the next one: while it watches, or with its next call.
      const now = await watching;
      assert.equal(now['status'], 'deferred', JSON.stringify(now));
      await within(window.facts('llm_job_status', { jobId }), 'the next daemon');
    }
    let now = await window.facts('llm_job_watch', { jobId });
    while (now['status'] === 'deferred') now = await window.facts('llm_job_watch', { jobId });
    const words = Array.from({ length: 300 }, (_, n) => `word${n}`).join(' ');
    assert.deepEqual([now['status'], now['answer']], ['completed', words], JSON.stringify(now));
    assert.equal(now['sessionId'], sessionId);
    assert.equal(await window.leave(), 0);
  } finally {
    // Not the one that the test has started.
    const { pid } = await parley.client.daemon();
    await parley.client.stopDaemon({ runs: 'end' });
    await within(gone(pid), 'the daemon to end');
  }
});
