// Without a key, a login or a model server: the real agents against Parley's own rehearsal server, which lives and dies as it should.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openParley, within } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';

const rehearsals = async (parley: ParleyUnderTest): Promise<readonly number[]> =>
  (await parley.ownedProcesses())
    .filter(({ command }) => / rehearsal --json/.test(command) && !command.startsWith('/bin/sh'))
    .map(({ pid }) => pid);

for (const agent of ['codex', 'claude'] as const) {
  test(`rehearsal: ${agent} says plainly that it rehearses, and works`, async (t) => {
    const parley = await openParley(t, { modelServer: false });
    const { backend } = (await parley.client.agents()).find(({ name }) => name === agent) ?? {};
    assert.equal(backend?.kind, 'rehearsal');
    const session = await parley.session(agent);
    assert.equal(session.backend.kind, 'rehearsal');
    assert.deepEqual(await rehearsals(parley), [], 'it is not started before it is needed');
    const turn = await parley.ask(session.id, 'create a file hello.txt with the content "hello"');
    assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
    const first = (await parley.events(session.id)).flatMap((event) =>
      event.type === 'item.completed' && event.item.type === 'assistant_message' ? [event.item.text] : [],
    )[0];
    assert.match(first ?? '', /rehears/i, 'its first words say what it is');
    assert.match(await parley.read('hello.txt'), /hello/);
    assert.equal((await rehearsals(parley)).length, 1);
  });

  test(`rehearsal: ${agent} goes on when the rehearsal server was killed`, async (t) => {
    const parley = await openParley(t, { modelServer: false });
    const { id } = await parley.session(agent);
    await parley.ask(id, 'say "first"');
    const [pid] = await rehearsals(parley);
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGKILL');
    const turn = await parley.ask(id, 'say "second"');
    assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
    assert.match(turn.answer ?? '', /second/);
    assert.notDeepEqual(await rehearsals(parley), [pid]);
  });
}

test('rehearsal: a stop leaves it to a turn that works, and the next stop ends it', async (t) => {
  const parley = await openParley(t, { modelServer: false, agents: ['codex'] });
  const { id } = await parley.session('codex');
  const { turnId } = await parley.client.submit(id, { text: 'write a long text about bees' });
  await parley.event(id, (event) => event.type === 'item.delta');
  process.kill(parley.pid, 'SIGTERM');
  await within(parley.gone(), 'the daemon to stop');
  assert.equal((await rehearsals(parley)).length, 1, 'the agent still needs its model');
  await parley.start();
  assert.equal((await parley.ended(id, turnId)).state, 'completed');
  process.kill(parley.pid, 'SIGTERM');
  await within(parley.gone(), 'the daemon to stop');
  assert.deepEqual(await parley.ownedProcesses(), []);
});
