// Requests with the real agents and a real repository: what is asked twice of the same files runs once, and only then; over deaths of agents
// and of the daemon too.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { CreateSession, MakeRequest, RequestResult } from '@parley/schema';
import { openParley } from '../harness/parley.ts';
import type { AgentUnderTest, ParleyUnderTest } from '../harness/parley.ts';

const scenario = {
  rules: [
    { when: 'wait', steps: [{ say: 'I begin ' }, { gate: 'go' }, { say: 'and end' }] },
    { steps: [{ say: 'I have read it.' }] },
  ],
};

async function inRepository(t: TestContext, agents: readonly AgentUnderTest[]): Promise<ParleyUnderTest> {
  const parley = await openParley(t, { agents, scenario });
  git(parley, 'init', '-q');
  await writeFile(join(parley.work, 'main.ts'), 'one');
  git(parley, 'add', '-A');
  git(parley, 'commit', '-q', '-m', 'first');
  return parley;
}

function git({ work }: ParleyUnderTest, ...args: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@localhost', ...args], { cwd: work, stdio: 'ignore' });
}

function ask(
  { client, work }: ParleyUnderTest,
  agent: AgentUnderTest,
  change: Partial<MakeRequest> & { readonly in?: Partial<CreateSession> } = {},
): Promise<RequestResult> {
  const { in: more, ...words } = change;
  const session: CreateSession = { agent, cwd: work, policy: 'read-only', ...more };
  return client.request({ session, text: 'Read it.', dedup: 'reuse', ...words });
}

const asked = ({ models }: ParleyUnderTest, words: string): number =>
  models.requests.filter(({ person }) => person?.includes(words)).length;

for (const agent of ['codex', 'claude'] as const) {
  test(`${agent}: the same question of the same files runs once, also over a restart; of changed files it runs again (G 34, G 35)`, async (t) => {
    const parley = await inRepository(t, [agent]);
    const [first, twin] = await Promise.all([ask(parley, agent), ask(parley, agent)]);
    assert.equal(twin.turnId, first.turnId);
    const turn = await parley.ended(first.sessionId, first.turnId);
    assert.equal(turn.answer, 'I have read it.', JSON.stringify(turn.error));
    await parley.restart();
    const again = await ask(parley, agent);
    assert.equal(again.deduped?.turnId, first.turnId);
    assert.equal(asked(parley, 'Read it.'), 1);
    const refreshed = await ask(parley, agent, { dedup: 'refresh' });
    assert.notEqual(refreshed.turnId, first.turnId);
    await parley.ended(refreshed.sessionId, refreshed.turnId);
    assert.equal((await ask(parley, agent)).turnId, refreshed.turnId);
    await writeFile(join(parley.work, 'main.ts'), 'two');
    const changed = await ask(parley, agent);
    assert.equal(changed.deduped, undefined);
    await parley.ended(changed.sessionId, changed.turnId);
    git(parley, 'commit', '-q', '-a', '-m', 'second');
    const committed = await ask(parley, agent);
    assert.equal(committed.deduped, undefined);
    await parley.ended(committed.sessionId, committed.turnId);
    const words = { session: committed.sessionId, text: 'Read it.' };
    const more = [await ask(parley, agent, words), await ask(parley, agent, words)];
    assert.equal(new Set(more.map(({ turnId }) => turnId)).size, 2, 'a conversation that goes on is no repetition');
    for (const { sessionId, turnId } of more) await parley.ended(sessionId, turnId);
  });
}

test('codex: an agent that is killed in the middle of its answer answers nobody else (G 30)', async (t) => {
  const parley = await inRepository(t, ['codex']);
  const first = await ask(parley, 'codex', { text: 'wait' });
  await parley.event(first.sessionId, (event) => event.type === 'item.delta');
  for (const { pid, command } of await parley.ownedProcesses())
    if (/codex.*app-server/.test(command) && !command.startsWith('/bin/sh')) process.kill(pid, 'SIGKILL');
  const turn = await parley.ended(first.sessionId, first.turnId);
  assert.equal(turn.state, 'failed');
  const second = await ask(parley, 'codex', { text: 'wait' });
  assert.notEqual(second.turnId, first.turnId);
  await parley.client.interrupt(second.sessionId);
  await parley.ended(second.sessionId, second.turnId);
});

test('codex: a turn that a stop of the daemon has cut off is told as such, and is asked again (G 31)', async (t) => {
  const parley = await inRepository(t, ['codex']);
  const first = await ask(parley, 'codex', { text: 'wait' });
  await parley.event(first.sessionId, (event) => event.type === 'item.delta');
  await parley.client.stopDaemon({ runs: 'end' });
  await parley.gone();
  await parley.start();
  const turn = await parley.client.findTurn(first.turnId);
  assert.equal(turn.state, 'interrupted');
  const second = await ask(parley, 'codex', { text: 'wait' });
  assert.notEqual(second.turnId, first.turnId);
  await parley.client.interrupt(second.sessionId);
  await parley.ended(second.sessionId, second.turnId);
});

test('codex: a key makes one session and one turn, over a SIGKILL of the daemon too', async (t) => {
  const parley = await inRepository(t, ['codex']);
  const request = { idempotencyKey: 'key-1', in: { policy: 'ask' } } as const;
  const results = await Promise.all(Array.from({ length: 5 }, () => ask(parley, 'codex', request)));
  const [first] = results;
  assert.ok(first);
  await parley.restart();
  results.push(await ask(parley, 'codex', request));
  assert.equal(new Set(results.map(({ turnId }) => turnId)).size, 1);
  await parley.ended(first.sessionId, first.turnId);
  assert.equal((await parley.client.sessions()).length, 1);
  assert.equal(asked(parley, 'Read it.'), 1);
});
