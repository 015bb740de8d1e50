import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ParleyEvent } from '@parley/schema';
import type { TestContext } from 'node:test';
import { isTerminal } from '@parley/schema';
import { createAgent } from './index.ts';
import type { Conversation, RunSettings } from './index.ts';
import { Watch } from './test/watch.ts';
import { enterWorld, processesIn } from './test/world.ts';

const world = enterWorld();
const { cwd } = world;
const scripted = createAgent({ agent: 'grok', cwd, config: { agents: { grok: world.scripted } } });
const kimi = createAgent({ agent: 'kimi', cwd, policy: 'full', config: { agents: { kimi: world.agents.kimi } } });

after(() => {
  assert.deepEqual(processesIn(world), []);
  assert.deepEqual(readdirSync(world.temporary), []);
});

interface Talk {
  readonly talk: Conversation;
  readonly watch: Watch;
}

async function openOf(
  t: TestContext,
  agent: typeof kimi,
  settings: RunSettings & { threadId?: string } = {},
): Promise<Talk> {
  const talk = await agent.openConversation(settings);
  t.after(() => talk.close());
  return { talk, watch: new Watch(talk.events()) };
}

/** Work that goes on until `open` is called. */
function gate(t: TestContext, name = ''): { readonly wait: string; readonly open: () => void } {
  const file = join(cwd, `${t.name.replaceAll(/\W+/g, '-')}${name}`);
  return { wait: `until [ -e '${file}' ]; do sleep 0.01; done`, open: () => writeFileSync(file, '') };
}

/** The agent has begun with it: it said so. */
const isSaying = (words: string) => (event: { readonly type: string }) =>
  JSON.stringify(event).includes(`"text":"${words}"`);
const closed = { code: 'session_closed' };

test('words for an idle agent start a turn, with its id, and `turn.started` follows (F 20)', async (t) => {
  const { talk, watch } = await openOf(t, scripted);
  assert.equal(talk.steerMode, 'queue-when-busy');
  const first = await talk.submit('say hi; end');
  assert.equal(first.mode, 'started');
  await watch.end(first.turnId);
  assert.deepEqual(watch.ofTurn(first.turnId), ['started', 'completed']);
  const second = await talk.submit('say hi; end');
  assert.equal(second.mode, 'started');
  assert.deepEqual([second.threadId, talk.threadId], [talk.threadId, second.threadId]);
  await watch.end(second.turnId);
});

test('words for a busy agent go into its turn where it takes them; steer never starts one (F 21)', async (t) => {
  const { talk, watch } = await openOf(t, kimi);
  assert.equal(talk.steerMode, 'native');
  await assert.rejects(talk.steer('say early'), { code: 'no_active_turn' });
  const chain = ['a', 'b', 'c', 'd'].map((name) => gate(t, name));
  const last = gate(t, 'last');
  const first = await talk.submit(chain.map(({ wait }) => `run \`${wait}\``).join(' and then '));
  await watch.first((event) => event.type === 'item.started' && event.item.type === 'command');
  const second = await talk.submit(`run \`${last.wait}\``);
  const third = await talk.steer('say "three"');
  assert.deepEqual([second.mode, second.into], ['steered', first.turnId]);
  assert.deepEqual([third.mode, third.into], ['steered', first.turnId]);
  const runs = (wait: string | undefined) => (event: ParleyEvent) =>
    wait !== undefined &&
    event.type === 'item.started' &&
    event.item.type === 'command' &&
    event.item.command.includes(wait);
  const settled = (turnId: string) => (event: ParleyEvent) => event.type === 'input.settled' && event.turnId === turnId;
  // Nobody can see when words have reached the agent: each further command gives it a whole step more. The second words end that chain, and
  // keep the turn going for the third.
  for (const [index, { open }] of chain.entries()) {
    open();
    await watch.first((event) => settled(second.turnId)(event) || runs(chain[index + 1]?.wait)(event));
    if (watch.seen.some(settled(second.turnId))) break;
  }
  await watch.first((event) => settled(third.turnId)(event) || runs(last.wait)(event));
  last.open();
  await watch.end(first.turnId);
  for (const { turnId } of [second, third]) {
    const settled = watch.seen.filter((event) => event.type === 'input.settled' && event.turnId === turnId);
    assert.deepEqual(
      settled.map((event) => event.type === 'input.settled' && event.receipt),
      [{ outcome: 'injected', into: first.turnId }],
    );
  }
});

test('an agent that takes no words into a turn says so; submitted ones are queued 1, 2, 3 and run in order (F 22, 23)', async (t) => {
  const { talk, watch } = await openOf(t, scripted);
  const { wait, open } = gate(t);
  const first = await talk.submit(`say begun; next; ${wait}; say 0; end`);
  await watch.first(isSaying('begun'));
  await assert.rejects(talk.steer('say x'), { code: 'steer_unsupported' });
  const queued = [];
  for (const n of [1, 2, 3]) queued.push(await talk.submit(`say ${n}; end`));
  assert.deepEqual(
    queued.map(({ mode, position }) => [mode, position]),
    [
      ['queued', 1],
      ['queued', 2],
      ['queued', 3],
    ],
  );
  const { threadId } = talk;
  open();
  for (const { turnId } of queued) await watch.end(turnId);
  const turns = [first, ...queued].map(({ turnId }) => turnId);
  const order = watch.seen.flatMap((event) => (event.type === 'turn.started' ? [event.turnId] : []));
  assert.deepEqual(order, turns);
  assert.equal(talk.threadId, threadId, 'all in one conversation of the agent');
  for (const [n, turnId] of turns.slice(0, -1).entries()) {
    const next = watch.seen.find((event) => event.type === 'turn.started' && event.turnId === turns[n + 1]);
    const wait = (next?.at ?? Infinity) - (await watch.end(turnId)).at;
    assert.ok(wait <= 100, `the next one started ${wait} ms later`);
  }
});

test('a hundred submits at once run one at a time and in order (F 24, 25)', async (t) => {
  const { talk, watch } = await openOf(t, scripted);
  const submitted = await Promise.all(Array.from({ length: 100 }, (_, n) => talk.submit(`say ${n}; end`)));
  assert.deepEqual(
    submitted.map(({ mode, position }) => position ?? mode),
    ['started', ...Array.from({ length: 99 }, (_, n) => n + 1)],
  );
  for (const { turnId } of submitted) await watch.end(turnId);
  const turns = watch.seen.flatMap((event) =>
    event.type === 'turn.started' || isTerminal(event) ? [`${event.type} ${event.turnId}`] : [],
  );
  assert.deepEqual(
    turns,
    submitted.flatMap(({ turnId }) => [`turn.started ${turnId}`, `turn.completed ${turnId}`]),
  );
  const said = watch.seen.flatMap((event) =>
    event.type === 'item.completed' && event.item.type === 'assistant_message' ? [event.item.text] : [],
  );
  assert.deepEqual(
    said,
    Array.from({ length: 100 }, (_, n) => String(n)),
  );
});

test('a queued turn that cannot start has its own end, and the next one starts (F 26)', async (t) => {
  const vibe = createAgent({ agent: 'vibe', cwd, config: { agents: { vibe: world.agents.vibe } } });
  const { talk, watch } = await openOf(t, vibe);
  // Vibe takes its prompt on the command line, which has an end.
  const [first, tooLong, last] = [
    await talk.submit('say one'),
    await talk.submit(`say ${'x'.repeat(200_000)}`),
    await talk.submit('say three'),
  ];
  const end = await watch.end(tooLong.turnId);
  assert.equal(end.type === 'turn.failed' && end.error.code, 'prompt_too_large');
  await watch.end(last.turnId);
  assert.deepEqual(watch.ofTurn(first.turnId), ['started', 'completed']);
  assert.deepEqual(watch.ofTurn(tooLong.turnId), ['started', 'failed']);
  assert.deepEqual(watch.ofTurn(last.turnId), ['started', 'completed']);
});

test('an interrupt is nothing when idle; a running turn ends as interrupted and the queue goes on (F 27)', async (t) => {
  for (const [agent, work] of [
    [scripted, 'say begun; next; sleep 1000'],
    [kimi, 'say "begun", then run: sleep 1000'],
  ] as const) {
    const { talk, watch } = await openOf(t, agent);
    await talk.interrupt();
    const first = await talk.submit(work);
    await watch.first((event) => event.type === 'item.completed' && event.item.type !== 'user_message');
    await talk.interrupt();
    assert.equal((await watch.end(first.turnId)).type, 'turn.interrupted');
    const next = await talk.submit(agent === kimi ? 'say "next"' : 'say next; end');
    assert.equal((await watch.end(next.turnId)).type, 'turn.completed', agent.name);
    await talk.interrupt();
    assert.equal(watch.seen.filter(({ type }) => type === 'turn.interrupted').length, 1);
    await talk.close();
  }
});

test('close ends turn, queue, process and events within 2 s; a second one changes nothing; then every call fails (F 28, 29)', async (t) => {
  const { talk, watch } = await openOf(t, scripted);
  const late = talk.events();
  const running = await talk.submit('say begun; next; sleep 1000');
  const waiting = [await talk.submit('say 1; end'), await talk.submit('say 2; end')];
  await watch.first(isSaying('begun'));
  const { threadId } = talk;
  const begin = performance.now();
  const [first, second] = [talk.close(), talk.close()];
  assert.equal(first, second);
  await assert.rejects(talk.submit('say x'), closed);
  await first;
  const took = performance.now() - begin;
  assert.ok(took < 2000, `it took ${took} ms`);
  await watch.ended;
  assert.deepEqual(watch.ofTurn(running.turnId), ['started', 'interrupted']);
  for (const { turnId } of waiting) assert.deepEqual(watch.ofTurn(turnId).includes('started'), false);
  const queue = watch.seen.findLast((event) => event.type === 'queue.changed');
  assert.deepEqual(queue?.type === 'queue.changed' && queue.queue, []);
  const all: unknown[] = [];
  for await (const event of late) all.push(event);
  assert.deepEqual(all, watch.seen, 'whoever had asked for the events before gets all of them after, too');
  for (const call of [() => talk.submit('say x'), () => talk.steer('say x'), () => talk.interrupt()])
    await assert.rejects(call(), closed);
  assert.throws(() => talk.events(), closed);
  assert.equal(talk.threadId, threadId);
  await talk.close();
  assert.deepEqual(processesIn(world), []);
});

test('a submit that close overtakes fails as closed or has its end (F 28, 29)', async (t) => {
  for (let n = 0; n < 5; n += 1) {
    const { talk, watch } = await openOf(t, scripted);
    const turn = await talk.submit('say begun; next; sleep 1000');
    await watch.first(isSaying('begun'));
    const racing = Promise.allSettled([talk.submit('say x'), talk.steer('say x'), talk.interrupt()]);
    await talk.close();
    for (const each of await racing)
      if (each.status === 'rejected') assert.match(each.reason.code, /session_closed|steer_unsupported|no_active_turn/);
    await watch.ended;
    assert.equal(watch.ofTurn(turn.turnId).length, 2);
  }
});

test('a crash in the middle of a turn tells exit code and stderr; the next words go on in the same thread (F 30)', async (t) => {
  const { talk, watch } = await openOf(t, scripted);
  const first = await talk.submit(`say half; next; echo 'out of luck' >&2; exit 7`);
  const end = await watch.end(first.turnId);
  assert.ok(end.type === 'turn.failed');
  assert.equal(end.error.code, 'agent_crashed');
  assert.equal(end.error.details?.['exitCode'], 7);
  assert.match(JSON.stringify(end.error), /out of luck/);
  const { threadId } = talk;
  const second = await talk.submit('say whole; end');
  assert.equal((await watch.end(second.turnId)).type, 'turn.completed');
  assert.equal(talk.threadId, threadId);
});

test('a crash of an agent that stays for many turns is told too, and it comes back with its thread (F 30)', async (t) => {
  const { talk, watch } = await openOf(t, kimi);
  const first = await talk.submit('say "one"');
  await watch.end(first.turnId);
  const { threadId } = talk;
  const second = await talk.submit('say "two" [[crash]]');
  const end = await watch.end(second.turnId);
  assert.ok(end.type === 'turn.failed' && end.error.code === 'agent_crashed', JSON.stringify(end));
  assert.match(JSON.stringify(end.error), /told to crash/);
  const third = await talk.submit('say "three"');
  assert.equal((await watch.end(third.turnId)).type, 'turn.completed');
  assert.equal(talk.threadId, threadId);
});

test('a conversation goes on where another one was closed', async (t) => {
  const one = await openOf(t, scripted);
  await one.watch.end((await one.talk.submit('say hi; end')).turnId);
  await one.talk.close();
  const { threadId } = one.talk;
  assert.ok(threadId !== undefined);
  const two = await openOf(t, scripted, { threadId });
  await two.watch.end((await two.talk.submit('say hi; end')).turnId);
  assert.equal(two.talk.threadId, threadId);
});

test('everyone gets all events, or those after a number; leaving a loop disturbs nobody', async (t) => {
  const { talk, watch } = await openOf(t, scripted);
  for await (const event of talk.events()) if (event.type === 'session.created') break;
  await watch.end((await talk.submit('say hi; end')).turnId);
  const middle = watch.seen[3]?.seq ?? 0;
  const late = new Watch(talk.events(middle));
  await talk.close();
  await Promise.all([watch.ended, late.ended]);
  // The deltas of a turn that is over are in its items.
  const kept = watch.seen.filter(({ seq, type }) => seq > middle && type !== 'item.delta');
  assert.deepEqual(late.seen, kept);
});

test('two conversations of one agent stand beside each other and its runs', async (t) => {
  const [one, two] = [await openOf(t, scripted), await openOf(t, scripted)];
  const file = join(cwd, 'beside');
  await one.talk.submit(`until [ -e '${file}' ]; do sleep 0.01; done; say hi; end`);
  await two.talk.close();
  assert.equal((await scripted.run({ prompt: `touch '${file}'; say yes; end` })).reply, 'yes');
  await one.watch.first((event) => event.type === 'turn.completed');
  assert.ok(existsSync(file));
});

test('what is asked in a conversation goes to the caller', async (t) => {
  const file = join(cwd, 'asked');
  const { talk, watch } = await openOf(t, kimi, {
    policy: 'ask',
    onApproval: ({ options }) => ({ optionId: options.find(({ effect }) => effect === 'allow')?.id ?? '' }),
  });
  await watch.end((await talk.submit(`run: touch ${file}`)).turnId);
  assert.ok(existsSync(file));
});

test('a conversation that is closed while its agent comes up leaves nothing', async (t) => {
  for (let n = 0; n < 5; n += 1) {
    const { talk, watch } = await openOf(t, scripted);
    const submitting = talk.submit('sleep 1000');
    if (n % 2 === 0) await submitting;
    await talk.close();
    await watch.ended;
    assert.deepEqual(watch.ofTurn((await submitting).turnId), ['started', 'interrupted']);
    assert.deepEqual([...processesIn(world), ...readdirSync(world.temporary)], []);
  }
});
