// What every agent must do behind Parley, with its real program and the offline model server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { isTerminal } from '@parley/schema';
import type { ParleyEvent } from '@parley/schema';
import { openParley } from '../harness/parley.ts';
import type { AgentUnderTest } from '../harness/parley.ts';

const asksForShell = (command: string) => ({
  rules: [
    { when: { text: 'please', step: 0 }, steps: [{ tool: { kind: 'shell' as const, command } }] },
    { when: { text: 'please', step: 1 }, steps: [{ say: 'The tool said: {{result}}' }] },
  ],
});

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
const ofType = <Type extends ParleyEvent['type']>(
  events: readonly ParleyEvent[],
  type: Type,
): Extract<ParleyEvent, { type: Type }>[] =>
  events.filter((event): event is Extract<ParleyEvent, { type: Type }> => event.type === type);

export function behavesBehindParley(agent: AgentUnderTest): void {
  test(`${agent}: an answer streams and is kept whole`, async (t) => {
    const parley = await openParley(t);
    const { id } = await parley.session(agent);
    const turn = await parley.ask(id, 'say "the quick brown fox"');
    assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
    assert.match(turn.answer ?? '', /the quick brown fox/);
    assert.ok((turn.usage?.output ?? 0) > 0, 'usage is known');
    const session = await parley.client.session(id);
    assert.ok(session.threadId, 'the agent told its own id');
    assert.equal(session.state, 'idle');
    const events = await parley.events(id);
    assert.equal(ofType(events, 'item.delta').length, 0, 'deltas are pruned once their turn is over');
    assert.equal(events.filter((event) => isTerminal(event)).length, 1);
  });

  test(`${agent}: a tool call writes a file, and the change is reported with its path and counts`, async (t) => {
    const parley = await openParley(t);
    const { id } = await parley.session(agent);
    const turn = await parley.ask(id, 'create hello.txt with the text "one\\ntwo"');
    assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
    assert.equal(await parley.read('hello.txt'), 'one\ntwo\n');
    const items = ofType(await parley.events(id), 'item.completed').map(({ item }) => item);
    const change = items.find((item) => item.type === 'file_change');
    assert.ok(change?.type === 'file_change', JSON.stringify(items));
    assert.equal(change.status, 'completed');
    const [file] = change.changes;
    assert.deepEqual([file?.path, file?.kind, file?.added], ['hello.txt', 'add', 2]);
  });

  test(`${agent}: a command is shown with its output and exit code`, async (t) => {
    const parley = await openParley(t);
    const { id } = await parley.session(agent);
    await parley.ask(id, 'run `echo out; exit 3`');
    const items = ofType(await parley.events(id), 'item.completed').map(({ item }) => item);
    const command = items.find((item) => item.type === 'command');
    assert.ok(command?.type === 'command', JSON.stringify(items));
    assert.match(command.command, /echo out; exit 3/);
    assert.match(command.output ?? '', /out/);
    assert.equal(command.status, 'failed');
  });

  test(`${agent}: the conversation goes on after a restart of the daemon`, async (t) => {
    const parley = await openParley(t);
    const { id } = await parley.session(agent);
    await parley.ask(id, 'say "first"');
    const { threadId } = await parley.client.session(id);
    await parley.client.stopDaemon({ runs: 'end' });
    await parley.restart();
    const second = await parley.ask(id, 'say "second"');
    assert.equal(second.state, 'completed', JSON.stringify(second.error));
    assert.equal((await parley.client.session(id)).threadId, threadId);
    assert.ok(
      parley.models.requests.some(({ person }) => person?.includes('second')),
      'the same conversation went to the model',
    );
  });

  test(`${agent}: an interrupt while it streams ends the turn as interrupted, and the next turn works`, async (t) => {
    const parley = await openParley(t, {
      scenario: { rules: [{ when: 'wait', steps: [{ say: 'I begin ' }, { gate: 'never' }, { say: 'and end' }] }] },
    });
    const { id } = await parley.session(agent);
    const { turnId } = await parley.client.submit(id, { text: 'please wait' });
    await parley.event(id, (event) => event.type === 'item.delta');
    assert.equal((await parley.client.interrupt(id)).turnId, turnId);
    assert.equal((await parley.ended(id, turnId)).state, 'interrupted');
    assert.equal((await parley.ask(id, 'say "still here"')).state, 'completed');
  });

  test(`${agent}: an interrupt ends the running shell command too`, async (t) => {
    const parley = await openParley(t, { scenario: asksForShell('echo $$ > pid.txt; sleep 600') });
    const { id } = await parley.session(agent);
    const { turnId } = await parley.client.submit(id, { text: 'please' });
    await parley.event(id, (event) => event.type === 'item.started' && event.item.type === 'command');
    while (!(await exists(join(parley.work, 'pid.txt')))) await new Promise((resolve) => setImmediate(resolve));
    await parley.client.interrupt(id);
    assert.equal((await parley.ended(id, turnId)).state, 'interrupted');
    const deadline = Date.now() + 30_000;
    const sleeps = async (): Promise<boolean> =>
      (await parley.ownedProcesses()).some(({ command }) => command.includes('sleep 600'));
    while ((await sleeps()) && Date.now() < deadline);
    assert.equal(await sleeps(), false, 'the command is gone');
  });

  for (const granted of [true, false]) {
    test(`${agent}: an approval that is ${granted ? 'granted lets the command run' : 'denied keeps the command from running'}`, async (t) => {
      const parley = await openParley(t, { scenario: asksForShell('touch asked.txt') });
      const { id } = await parley.session(agent, { policy: 'ask' });
      const { turnId } = await parley.client.submit(id, { text: 'please' });
      const asked = await parley.event(id, (event) => event.type === 'approval.requested');
      assert.ok(asked.type === 'approval.requested');
      assert.equal((await parley.client.session(id)).state, 'waiting');
      assert.match(asked.approval.command ?? '', /touch asked\.txt/);
      const option = asked.approval.options.find(({ effect }) => effect === (granted ? 'allow' : 'deny'));
      assert.ok(option, JSON.stringify(asked.approval.options));
      await parley.client.answerApproval(asked.approval.id, { optionId: option.id });
      const turn = await parley.ended(id, turnId);
      assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
      assert.equal(await exists(join(parley.work, 'asked.txt')), granted);
    });
  }

  test(`${agent}: the policy read-only keeps files as they are`, async (t) => {
    const parley = await openParley(t, { scenario: asksForShell('touch sneaky.txt') });
    const { id } = await parley.session(agent, { policy: 'read-only' });
    const turn = await parley.ask(id, 'please');
    assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
    assert.equal(await exists(join(parley.work, 'sneaky.txt')), false);
  });

  for (const [status, codes] of [
    [401, ['agent_auth']],
    [429, ['rate_limited']],
    [500, ['model_overloaded']],
  ] as const) {
    test(`${agent}: a model that answers ${status} fails the turn with a typed error`, async (t) => {
      const parley = await openParley(t, {
        scenario: { rules: [{ when: 'fail', steps: [{ error: { status, message: `no luck ${status}` } }] }] },
      });
      const { id } = await parley.session(agent);
      const turn = await parley.ask(id, 'please fail');
      assert.equal(turn.state, 'failed');
      assert.ok((codes as readonly string[]).includes(turn.error?.code ?? ''), JSON.stringify(turn.error));
      assert.equal((await parley.client.session(id)).state, 'failed');
    });
  }

  test(`${agent}: killed with SIGKILL it fails the turn, and the next turn resumes the conversation`, async (t) => {
    const parley = await openParley(t, {
      scenario: { rules: [{ when: 'wait', steps: [{ say: 'I begin ' }, { gate: 'never' }] }] },
    });
    const { id } = await parley.session(agent);
    await parley.ask(id, 'say "hello"');
    const { turnId } = await parley.client.submit(id, { text: 'please wait' });
    await parley.event(id, (event) => event.type === 'item.delta' && event.turnId === turnId);
    const agents = (await parley.ownedProcesses()).filter(
      ({ command }) => /codex.*app-server|claude.*stream-json/.test(command) && !command.startsWith('/bin/sh'),
    );
    assert.ok(agents.length > 0);
    for (const { pid } of agents) process.kill(pid, 'SIGKILL');
    const turn = await parley.ended(id, turnId);
    assert.equal(turn.state, 'failed');
    assert.equal(turn.error?.code, 'agent_crashed', JSON.stringify(turn.error));
    assert.equal((await parley.ask(id, 'say "back again"')).state, 'completed');
  });

  test(`${agent}: words sent into a running turn are taken up, once`, async (t) => {
    const parley = await openParley(t, {
      scenario: {
        rules: [
          {
            when: { text: 'begin', step: 0 },
            steps: [{ say: 'Working ' }, { gate: 'steered' }, { tool: { kind: 'shell', command: 'true' } }],
          },
          { when: { text: 'begin', step: 1 }, steps: [{ say: 'finished the first' }] },
          { when: 'also', steps: [{ say: 'I heard: also' }] },
        ],
      },
    });
    const { id } = await parley.session(agent);
    const first = await parley.client.submit(id, { text: 'begin' });
    await parley.event(id, (event) => event.type === 'item.delta');
    const second = await parley.client.submit(id, { text: 'also this', when: 'steer' });
    assert.equal(second.outcome, 'steered');
    assert.equal(second.into, first.turnId);
    parley.models.open('steered');
    assert.equal((await parley.ended(id, first.turnId)).state, 'completed');
    const settled = await parley.event(
      id,
      (event) =>
        event.type === 'item.completed' &&
        event.item.type === 'user_message' &&
        event.item.steer?.turnId === second.turnId,
    );
    assert.ok(settled.type === 'item.completed' && settled.item.type === 'user_message');
    if (settled.item.steer?.delivery === 'returned')
      assert.equal((await parley.ended(id, second.turnId)).state, 'completed');
    else assert.equal((await parley.client.turn(id, second.turnId)).state, 'steered');
    const answers = ofType(await parley.events(id), 'item.completed').filter(
      ({ item }) => item.type === 'assistant_message' && item.text.includes('I heard: also'),
    );
    assert.equal(answers.length, 1);
  });

  test(`${agent}: a queued message runs next, and a cancelled one never`, async (t) => {
    const parley = await openParley(t, {
      scenario: { rules: [{ when: 'wait', steps: [{ say: 'I begin ' }, { gate: 'go' }, { say: 'done' }] }] },
    });
    const { id } = await parley.session(agent);
    await parley.client.submit(id, { text: 'please wait' });
    await parley.event(id, (event) => event.type === 'item.delta');
    const next = await parley.client.submit(id, { text: 'say "next"', when: 'queue' });
    const never = await parley.client.submit(id, { text: 'say "never"', when: 'queue' });
    assert.deepEqual([next.outcome, next.position, never.position], ['queued', 1, 2]);
    await parley.client.cancelQueued(id, never.turnId);
    parley.models.open('go');
    assert.equal((await parley.ended(id, next.turnId)).state, 'completed');
    assert.equal((await parley.client.turn(id, never.turnId)).state, 'cancelled');
    assert.ok(!parley.models.requests.some(({ person }) => person?.includes('never')));
  });

  test(`${agent}: a prompt of almost a megabyte that begins with a dash reaches the model as it is`, async (t) => {
    const parley = await openParley(t, { scenario: { rules: [{ steps: [{ say: 'read' }] }] } });
    const { id } = await parley.session(agent);
    const long = '--help\n' + 'ünï '.repeat(160_000);
    const heard: string[] = [];
    parley.models.on('request', (_request, body) => heard.push(JSON.stringify(body)));
    const turn = await parley.ask(id, long);
    assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
    assert.ok(
      heard.some((body) => body.includes(JSON.stringify(long.trimEnd()).slice(1, -1))),
      'byte for byte',
    );
  });

  test(`${agent}: a prompt of 2 MB is taken, or refused by name, and the session goes on`, async (t) => {
    const parley = await openParley(t, { scenario: { rules: [{ steps: [{ say: 'read' }] }] } });
    const { id } = await parley.session(agent);
    const turn = await parley.ask(id, 'long '.repeat(400_000));
    if (agent === 'claude') assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
    else assert.equal(turn.error?.code, 'prompt_too_large', JSON.stringify(turn.error)); // codex 0.169 takes 1,048,576 characters.
    assert.equal((await parley.ask(id, 'short')).state, 'completed');
  });
}
