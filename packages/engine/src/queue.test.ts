import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle, World } from './test/world.ts';

test('the order of a queue survives a restart, however often it was changed in one place', async () => {
  const world = new World();
  const engine = await world.open();
  const id = await world.session(engine);
  await engine.submit(id, { text: 'running' });
  for (const text of ['a', 'b', 'c', 'd']) await engine.submit(id, { text, when: 'queue' });
  for (let n = 0; n < 151; n++) {
    const last = engine.session(id).queue.at(-1);
    assert.ok(last);
    await engine.changeQueued(id, last.turnId, { position: 2 });
  }
  const { queue } = engine.session(id);
  assert.deepEqual(
    queue.map(({ text }) => text),
    ['a', 'd', 'b', 'c'],
  );
  const [first] = queue;
  assert.ok(first);
  const next = await world.restart();
  await settle();
  const restored = await next.changeQueued(id, first.turnId, { text: 'A' });
  assert.deepEqual(
    restored.map(({ text }) => text),
    ['A', 'd', 'b', 'c'],
  );
});
