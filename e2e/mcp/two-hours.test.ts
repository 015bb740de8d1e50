// A job of two hours, for a client that waits 60 s for nothing, while the daemon is killed ten times. The processes are real (`parley mcp`, the
// daemon, the agent), and so are the kills; only the clock is not, so the two hours take half a minute.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isTerminal } from '@parley/schema';
import type { SessionId } from '@parley/schema';
import { hour, LongScene, minute, patienceMs, second } from './long-job.ts';

const words = Array.from({ length: 100 }, (_, index) => `Word ${index}: ü and 😀. `);

/** Minutes. Some are while the agent is silent, some while its command runs or its answer streams, and in the last one it says the end to nobody. */
const kills = [0.5, 3, 12, 26, 47, 69, 80, 95, 95.1, 119.5];

/** Watches after which the person shuts the editor and opens it again. */
const shutAfter = 40;

test('a job of 2 hours is collected by a client that waits 60 s at most, the daemon killed 10 times on the way (G 23, G 31)', async (t) => {
  const scene = await LongScene.open(t);
  const agent = scene.agent(t, 'pipe');

  const asked = scene.call('codex_request', { prompt: agent.pipe, policy: 'full' });
  await agent.begin();
  const said = { id: 'said', type: 'agentMessage', text: 'I begin.' };
  const command = { id: 'command', type: 'commandExecution', command: 'make', cwd: '/', status: 'inProgress' };
  const answer = { id: 'answer', type: 'agentMessage', text: '' };
  scene.at(1 * minute, () => agent.item('completed', said));
  // Then silence, but less than the 15 minutes that are the limit. A command may be silent for an hour.
  scene.at(14 * minute, () => agent.item('started', command));
  scene.at(72 * minute, () => agent.item('completed', { ...command, status: 'completed', exitCode: 0 }));
  scene.at(75 * minute, () => agent.item('started', answer));
  for (const [index, word] of words.entries())
    scene.at(75 * minute + (index + 1) * 26 * second, () => agent.delta('answer', word));
  scene.at(119.8 * minute, () => agent.item('completed', { ...answer, text: words.join('') }));
  scene.at(119.9 * minute, () => agent.complete());
  for (const at of kills) scene.at(at * minute, () => scene.killDaemon());

  await scene.pass(46 * second);
  let now = (await asked).structuredContent;
  const { jobId } = now;
  for (let watches = 1; now['status'] === 'deferred'; watches++) {
    if (watches % shutAfter === 0) await scene.shut();
    now = (await scene.call('llm_job_watch', { jobId }, 30 * second)).structuredContent;
    assert.ok(scene.elapsed < 2 * hour + 10 * minute, JSON.stringify(now));
  }

  assert.equal(scene.kills, kills.length, JSON.stringify(now));
  assert.deepEqual([now['status'], now['answer']], ['completed', words.join('')], JSON.stringify(now));
  assert.ok(scene.longestMs < patienceMs, `no call took longer than ${scene.longestMs} ms`);
  assert.ok(Math.abs(Number(now['durationMs']) - 2 * hour) < 2 * minute, `it took ${Number(now['durationMs'])} ms`);

  await scene.shut();
  const later = (await scene.call('llm_job_result', { jobId })).structuredContent;
  assert.deepEqual([later['status'], later['answer']], ['completed', words.join('')]);

  const client = await scene.place.client();
  const { events } = await client.eventPage(now['sessionId'] as SessionId, { limit: 1000 });
  assert.equal(events.filter(({ type }) => type === 'turn.started').length, 1);
  assert.equal(events.filter((event) => isTerminal(event)).length, 1, 'one end');
  const items = events.flatMap((event) => (event.type === 'item.completed' ? [event.item] : []));
  assert.deepEqual(
    items
      .map((item) => (item.type === 'assistant_message' ? item.text : item.type))
      .filter((one) => one !== 'user_message'),
    ['I begin.', 'command', words.join('')],
    'each item once',
  );
  assert.equal(await readFile(join(scene.place.root, 'home', 'starts'), 'utf8'), 'started\n', 'the agent ran once');
});

test('deadlines hold over kills of the daemon: of silence, of a command, and of the whole turn (G 27)', async (t) => {
  const scene = await LongScene.open(t);
  const begin = async (name: string, more: Readonly<Record<string, unknown>> = {}) => {
    const agent = scene.agent(t, name);
    const started = await scene.call('codex_request_async', { prompt: agent.pipe, createNewSession: true, ...more });
    await scene.clock.during(agent.begin());
    await agent.item('completed', { id: 'said', type: 'agentMessage', text: 'I begin.' });
    return { agent, jobId: started.structuredContent['jobId'] };
  };
  const silent = await begin('silent');
  const working = await begin('working');
  const talking = await begin('talking', { timeoutMs: 40 * minute });
  const command = { id: 'command', type: 'commandExecution', command: 'make', cwd: '/', status: 'inProgress' };
  scene.at(1 * minute, () => working.agent.item('started', command));
  for (let at = 1; at < 40; at += 5)
    scene.at(at * minute, () =>
      talking.agent.item('completed', { id: `said-${at}`, type: 'agentMessage', text: 'Still here.' }),
    );
  for (const at of [9, 33]) scene.at(at * minute, () => scene.killDaemon());
  const ended = async (jobId: unknown): Promise<readonly [code: unknown, minutes: number]> => {
    for (;;) {
      const watched = (await scene.call('llm_job_watch', { jobId }, 30 * second)).structuredContent;
      if (watched['status'] === 'deferred') continue;
      assert.equal(watched['status'], 'failed', JSON.stringify(watched));
      const { code } = watched['error'] as { readonly code: unknown };
      return [code, Math.floor(Number(watched['durationMs']) / minute)];
    }
  };
  // Silence is counted anew by a daemon that takes the agent up: 15 minutes from the ninth, an hour from the 33rd. Codex is then started again to go
  // on with its conversation, which this one cannot.
  assert.deepEqual(await ended(silent.jobId), ['agent_crashed', 24]);
  // What the caller has set holds from the beginning.
  assert.deepEqual(await ended(talking.jobId), ['timeout', 40]);
  assert.deepEqual(await ended(working.jobId), ['agent_crashed', 93]);
  assert.deepEqual(await scene.place.agents(), []);
});
