import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createParley } from './index.ts';
import { Watch } from './test/watch.ts';
import { enterWorld, processesIn } from './test/world.ts';

const world = enterWorld();
const options = (name: string) => ({ stateDir: join(world.home, name), config: { agents: { grok: world.scripted } } });
const session = { agent: 'grok', cwd: world.cwd, policy: 'edit' } as const;

after(() => assert.deepEqual(processesIn(world), []));

test('what a Parley kept is there for the next one, with a turn that went on meanwhile', async () => {
  const one = await createParley(options('kept'));
  const { id } = await one.createSession(session);
  const watch = new Watch(one.events(id));
  const { turnId } = await one.submit(id, {
    text: `say begun; next; until [ -e '${world.home}/go' ]; do sleep 0.01; done; say done; end`,
  });
  await watch.first((event) => event.type === 'item.completed' && event.item.type === 'assistant_message');
  await one.close();
  await watch.ended;
  assert.equal(processesIn(world).length > 0, true, 'the agent works on');
  const two = await createParley(options('kept'));
  assert.equal(two.session(id).activeTurnId, turnId);
  const again = new Watch(two.events(id, { after: watch.seen.at(-1)?.seq ?? 0 }));
  writeFileSync(join(world.home, 'go'), '');
  await again.end(turnId);
  assert.equal((await two.turn(id, turnId)).answer, 'done');
  await two.close('end');
  await again.ended;
});

test('a directory has one owner, and closing gives it back; closing twice is the same', async () => {
  const one = await createParley(options('owned'));
  await assert.rejects(createParley(options('owned')), { code: 'state_locked' });
  assert.equal(one.close(), one.close());
  await one.close();
  await (await createParley(options('owned'))).close();
});

test('a closing that ends turns gives them their end before the events end', async () => {
  const parley = await createParley(options('ended'));
  const { id } = await parley.createSession(session);
  const watch = new Watch(parley.events(id));
  const { turnId } = await parley.submit(id, { text: 'say begun; next; sleep 1000' });
  await watch.first((event) => event.type === 'item.completed' && event.item.type === 'assistant_message');
  await parley.close('end');
  await watch.ended;
  assert.deepEqual(watch.ofTurn(turnId), ['started', 'interrupted']);
  await assert.rejects(parley.submit(id, { text: 'say x; end' }), { code: 'shutting_down' });
});

test('deleting a session ends its turn and the events of all who read them', async () => {
  const parley = await createParley(options('deleted'));
  const { id } = await parley.createSession(session);
  const late = parley.events(id);
  const watch = new Watch(parley.events(id));
  const { turnId } = await parley.submit(id, { text: 'say begun; next; sleep 1000' });
  await watch.first((event) => event.type === 'item.completed' && event.item.type === 'assistant_message');
  await parley.deleteSession(id);
  await watch.ended;
  assert.deepEqual(watch.ofTurn(turnId), ['started', 'interrupted']);
  const all = new Watch(late);
  await all.ended;
  assert.deepEqual(all.seen, watch.seen);
  await assert.rejects(parley.events(id).next(), { code: 'unknown_session' });
  await parley.close();
});

test('a watcher of lines that throws costs no turn and is reported', async () => {
  const reported: unknown[] = [];
  const parley = await createParley({ ...options('watched'), report: (_text, error) => reported.push(error) });
  const { id } = await parley.createSession(session);
  const mine = new Error('mine');
  parley.watchLines(id, () => {
    throw mine;
  });
  const watch = new Watch(parley.events(id));
  const { turnId } = await parley.submit(id, { text: 'say hi; end' });
  assert.equal((await watch.end(turnId)).type, 'turn.completed');
  assert.equal(reported[0], mine);
  await parley.close();
});

test('what cannot be is said with the name of the field', async () => {
  await assert.rejects(createParley({ config: { agent: {} } }), { code: 'config_invalid' });
  const parley = await createParley(options('checked'));
  await assert.rejects(parley.createSession({ ...session, model: '--dangerous' }), {
    code: 'invalid_request',
    message: /"model"/,
  });
  const { id } = await parley.createSession(session);
  await assert.rejects(parley.submit(id, { text: 'say hi', timeoutMs: -1 }), {
    code: 'invalid_request',
    message: /"timeoutMs"/,
  });
  await assert.rejects(parley.submit(id, { text: ' ' }), { code: 'empty_prompt' });
  await parley.close();
});

test('a session tells no values of the headers that its servers get', async () => {
  const parley = await createParley({
    stateDir: join(world.home, 'servers'),
    config: { agents: { codex: world.scripted } },
  });
  const mcpServers = [{ name: 'far', url: 'https://host/mcp', headers: { 'X-Api-Key': 'hunter2' } }];
  const made = await parley.createSession({ ...session, agent: 'codex', options: { mcpServers } });
  const changed = await parley.updateSession(made.id, { title: 'mine' });
  const told = [made, changed, parley.session(made.id), ...parley.sessions()];
  assert.equal(told.length, 4);
  for (const one of told) {
    assert.deepEqual(one.options?.mcpServers, [{ ...mcpServers[0], headers: { 'X-Api-Key': '(set)' } }]);
    assert.doesNotMatch(JSON.stringify(one), /hunter2/);
  }
  await parley.close('end');
});
