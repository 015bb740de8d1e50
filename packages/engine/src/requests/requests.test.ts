import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ParleyError } from '@parley/schema';
import type { CreateSession, ErrorCode, MakeRequest, Policy, RequestResult } from '@parley/schema';
import type { Agents } from '../agents.ts';
import { FakeWorkspaces } from '../test/fake-workspaces.ts';
import { fakeAgents, settle, World } from '../test/world.ts';
import { Requests } from './requests.ts';

const folder = realpathSync(tmpdir());

/** An engine whose requests can be made, and a clock that the test moves. */
class Stage {
  readonly files = new FakeWorkspaces(folder);
  readonly world: World;
  environment = 'as it is';
  shift = 0;
  #requests: Requests | undefined;

  constructor(config: unknown = {}) {
    const agents: Agents = { ...fakeAgents, environmentOf: () => Promise.resolve(this.environment) };
    this.world = new World(config, agents, this.files);
  }

  async open(): Promise<this> {
    const engine = await (this.world.engine === undefined ? this.world.open() : this.world.restart());
    const { store, config, agents } = this.world;
    this.#requests = new Requests({
      engine,
      store,
      agents,
      workspaces: this.files,
      config: config.requests,
      now: () => Date.now() + this.shift,
    });
    return this;
  }

  make(
    change: Partial<MakeRequest> & { readonly policy?: Policy; readonly in?: Partial<CreateSession> } = {},
  ): Promise<RequestResult> {
    const { policy = 'read-only', in: more, ...words } = change;
    const session: CreateSession = { agent: 'fake', cwd: folder, policy, ...more };
    assert.ok(this.#requests);
    return this.#requests.make({ session, text: 'Which tests are slow?', dedup: 'reuse', ...words });
  }

  /** The running turn ends with these words. */
  async end(
    { turnId }: RequestResult,
    how: 'completed' | 'failed' | 'interrupted' = 'completed',
    text = 'All.',
  ): Promise<void> {
    await settle();
    const agent = [...this.world.processes.values()].find(({ inbox }) =>
      inbox.some((one) => 'turnId' in one && one.turnId === turnId),
    );
    assert.ok(agent, 'its agent has heard of it');
    agent.say({ says: 'started', turnId });
    if (text !== '') agent.say({ says: 'text', turnId, text });
    agent.say({ says: 'ended', turnId, how });
    await settle();
    await settle();
  }

  get runs(): number {
    return this.world.processes.size;
  }
}

const stage = (config?: unknown): Promise<Stage> => new Stage(config).open();
const code = (expected: ErrorCode) => (error: unknown) => ParleyError.is(error) && error.code === expected;

async function ranTwice(
  one: Stage,
  second: Parameters<Stage['make']>[0],
  first: Parameters<Stage['make']>[0] = {},
): Promise<void> {
  const before = await one.make(first);
  await one.end(before);
  const after = await one.make(second);
  assert.notEqual(after.turnId, before.turnId);
  assert.equal(after.deduped, undefined);
}

test('two identical requests are one run, and the second is told whose answer it gets and how old it is (G 34)', async () => {
  const one = await stage();
  const first = await one.make();
  assert.equal(first.deduped, undefined);
  await one.end(first);
  one.shift = 90_000;
  const second = await one.make({ timeoutMs: 5000, correlationId: 'other' });
  assert.equal(second.turnId, first.turnId);
  assert.equal(second.sessionId, first.sessionId);
  assert.equal(second.deduped?.turnId, first.turnId);
  assert.ok((second.deduped?.ageMs ?? 0) >= 90_000);
  assert.equal(one.world.engine?.sessions().length, 1);
});

test('three at the same moment are one run, which then is shared: one caller who leaves does not stop it (G 34)', async () => {
  const one = await stage();
  const results = await Promise.all([one.make(), one.make(), one.make()]);
  const [first] = results;
  assert.equal(new Set(results.map(({ turnId }) => turnId)).size, 1);
  assert.equal(results.filter(({ deduped }) => deduped === undefined).length, 1);
  await settle();
  assert.equal(one.runs, 1);
  const turn = await one.world.engine?.findTurn(first.turnId);
  assert.equal(turn?.shared, true);
  assert.equal(turn?.state, 'running');
});

test('whether a caller can ask a person is no part of the question: such a one shares answers and keys with others (G 34)', async () => {
  const one = await stage();
  const first = await one.make({ approval: { ask: true }, idempotencyKey: 'mine' });
  assert.equal((await one.make()).turnId, first.turnId);
  assert.equal((await one.make({ approval: { ask: false } })).turnId, first.turnId);
  const repeated = await one.make({ idempotencyKey: 'mine' });
  assert.deepEqual([repeated.repeated, repeated.turnId], [true, first.turnId]);
  const stricter = await one.make({ approval: { policy: 'strict', ask: true } });
  assert.notEqual(stricter.turnId, first.turnId, 'what else is chosen counts');
});

test('who is given a turn that runs sees it from its beginning on', async () => {
  const one = await stage();
  const first = await one.make();
  await settle();
  const second = await one.make();
  const events = await one.world.engine?.events(second.sessionId, second.session.head, 100);
  assert.equal(events?.events[0]?.type, 'turn.started');
  assert.equal(second.turnId, first.turnId);
});

test('refresh runs again, and later requests get the newer answer (G 34)', async () => {
  const one = await stage();
  await one.end(await one.make());
  const refreshed = await one.make({ dedup: 'refresh' });
  assert.equal(refreshed.deduped, undefined);
  await one.end(refreshed);
  assert.equal((await one.make()).turnId, refreshed.turnId);
});

test('a window of 0 runs every request, and one that is over runs again (G 34)', async () => {
  await ranTwice(await stage({ requests: { dedup_window: 0 } }), {});
  const one = await stage({ requests: { dedup_window: 60 } });
  const first = await one.make();
  await one.end(first);
  one.shift = 59_000;
  assert.equal((await one.make()).turnId, first.turnId);
  one.shift = 61_000;
  assert.notEqual((await one.make()).turnId, first.turnId);
});

test('a request that does not ask for it runs', async () => {
  const one = await stage();
  const { dedup: _absent, ...plain } = {
    session: { agent: 'fake', cwd: folder, policy: 'read-only' },
    text: 'x',
    dedup: 0,
  } as const;
  const requests = new Requests({
    engine: await one.world.restart(),
    store: one.world.store,
    agents: one.world.agents,
    workspaces: one.files,
    config: one.world.config.requests,
  });
  assert.notEqual((await requests.make(plain)).turnId, (await requests.make(plain)).turnId);
});

test('a repository that has changed, another folder or an added one runs again (G 35)', async (t: TestContext) => {
  const one = await stage();
  const inside = await mkdtemp(join(folder, 'parley-requests-'));
  t.after(() => rm(inside, { recursive: true, force: true }));
  await ranTwice(one, { in: { cwd: inside } });
  await ranTwice(one, { text: 'again' }, { text: 'before' });
  const before = await one.make();
  one.files.write('main.ts', 'changed');
  const after = await one.make();
  assert.notEqual(after.turnId, before.turnId);
});

test('a folder whose state nobody can tell is asked about anew each time', async () => {
  const one = await stage();
  one.files.root = undefined;
  await ranTwice(one, {});
  const other = await stage();
  other.files.readable = false;
  await ranTwice(other, {});
});

test('a conversation that is gone on with runs each time (G 35)', async () => {
  const one = await stage();
  const first = await one.make({ text: 'Count.' });
  await one.end(first);
  const second = await one.make({ session: first.sessionId, text: 'Go on.' });
  await one.end(second);
  const third = await one.make({ session: first.sessionId, text: 'Go on.' });
  assert.notEqual(third.turnId, second.turnId);
  await one.end(third);
  await ranTwice(one, { in: { threadId: 'thread-1' } }, { in: { threadId: 'thread-1' } });
  assert.equal(
    (await one.make({ text: 'Count.' })).turnId,
    first.turnId,
    'its first answer still answers its first question',
  );
});

for (const policy of ['ask', 'edit'] as const) {
  test(`under the policy ${policy}, which can change files, every request runs`, async () => {
    await ranTwice(await stage(), { policy }, { policy });
  });
}

test("another model, or anything else of the agent's surroundings, runs again (G 36)", async () => {
  const one = await stage();
  await ranTwice(one, { in: { model: 'large' } }, { in: { model: 'small' } });
  const before = await one.make();
  await one.end(before);
  one.environment = 'MODEL=other';
  assert.notEqual((await one.make()).turnId, before.turnId);
});

test('a turn that failed, was stopped, was killed or said nothing answers nobody else (G 30)', async () => {
  for (const [how, text] of [
    ['failed', 'Half'],
    ['interrupted', 'Half'],
    ['completed', ''],
  ] as const) {
    const one = await stage();
    const first = await one.make();
    await one.end(first, how, text);
    const second = await one.make();
    assert.notEqual(second.turnId, first.turnId, `${how} "${text}"`);
  }
  const one = await stage();
  const first = await one.make();
  await settle();
  one.world.process?.say({ says: 'text', turnId: first.turnId, text: 'Half an ans' });
  one.world.process?.die(137);
  await settle();
  await settle();
  assert.equal((await one.world.engine?.findTurn(first.turnId))?.state, 'failed');
  assert.notEqual((await one.make()).turnId, first.turnId);
});

test('a turn that is being stopped answers nobody else', async () => {
  const one = await stage();
  const first = await one.make();
  await settle();
  await one.world.engine?.interrupt(first.sessionId);
  assert.equal((await one.world.engine?.findTurn(first.turnId))?.state, 'running');
  assert.notEqual((await one.make()).turnId, first.turnId);
});

test('answers are reused after a restart too, those of turns that were cut off are not (G 31)', async () => {
  const one = await stage();
  const done = await one.make({ text: 'Done?' });
  await one.end(done);
  const cut = await one.make({ text: 'Cut?' });
  await settle();
  await one.world.engine?.close('end');
  await one.open();
  assert.equal((await one.make({ text: 'Done?' })).turnId, done.turnId);
  const { state } = (await one.world.engine?.findTurn(cut.turnId)) ?? {};
  assert.ok(state === 'interrupted' || state === 'failed', state);
  assert.notEqual((await one.make({ text: 'Cut?' })).turnId, cut.turnId);
});

test('a deleted session answers nobody', async () => {
  const one = await stage();
  const first = await one.make();
  await one.end(first);
  await one.world.engine?.deleteSession(first.sessionId);
  assert.notEqual((await one.make()).sessionId, first.sessionId);
});

test('a session that is being deleted takes nothing and answers nobody, and says that it is gone', async () => {
  const one = await new Stage().open();
  const first = await one.make();
  await one.end(first);
  const running = await one.make({ text: 'Which tests fail?' });
  const { engine } = one.world;
  assert.ok(engine);
  for (const [{ sessionId }, text] of [
    [first, undefined],
    [running, 'Which tests fail?'],
  ] as const) {
    const deleted = engine.deleteSession(sessionId);
    const refused = assert.rejects(engine.submit(sessionId, { text: 'more' }), { code: 'unknown_session' });
    const again = await one.make(text === undefined ? {} : { text });
    assert.equal(again.deduped, undefined);
    assert.notEqual(again.sessionId, sessionId);
    await Promise.all([deleted, refused]);
  }
});

test('the same key gives the same result and nothing happens twice', async () => {
  const one = await stage();
  const ask = { idempotencyKey: 'k', policy: 'edit', dedup: 'reuse' } as const;
  const [first, second] = await Promise.all([one.make(ask), one.make({ ...ask, correlationId: 'a second try' })]);
  const { session, ...result } = first;
  assert.equal(second.turnId, first.turnId);
  assert.equal(first.repeated, undefined);
  const { session: _same, ...again } = second;
  assert.deepEqual(again, { ...result, repeated: true });
  assert.equal(one.world.engine?.sessions().length, 1);
  await one.open();
  assert.equal((await one.make(ask)).turnId, first.turnId, 'after a restart too');
  await assert.rejects(one.make({ ...ask, text: 'Another question' }), code('idempotency_conflict'));
  assert.equal((await one.make({ ...ask, idempotencyKey: 'l' })).sessionId === session.id, false);
});

test('a request that was answered by another one is so again under its key', async () => {
  const one = await stage();
  const first = await one.make();
  await one.end(first);
  const second = await one.make({ idempotencyKey: 'k' });
  assert.equal(second.deduped?.turnId, first.turnId);
  one.files.write('main.ts', 'changed');
  const third = await one.make({ idempotencyKey: 'k' });
  assert.deepEqual(third.deduped, second.deduped);
  assert.equal(third.repeated, true);
});

test('a daemon that dies while it takes a request has taken all of it or nothing', async () => {
  for (let commits = 1; commits <= 3; commits++) {
    const one = await stage();
    one.world.store.commitsToLive = commits;
    void one.make({ idempotencyKey: 'k' });
    await settle();
    await settle();
    await one.open();
    const again = await one.make({ idempotencyKey: 'k' });
    const sessions = one.world.engine?.sessions() ?? [];
    assert.equal(sessions.length, 1, `after ${commits} commits`);
    assert.equal((await one.world.engine?.turns(again.sessionId, 10))?.length, 1);
  }
});

test('a request that is refused leaves nothing behind', async () => {
  const one = await stage();
  await assert.rejects(one.make({ text: ' ', idempotencyKey: 'k' }), code('empty_prompt'));
  assert.deepEqual(one.world.engine?.sessions(), []);
  assert.equal((await one.make({ idempotencyKey: 'k' })).repeated, undefined, 'its key is free');
});

test('words of a person make the session of a request their own', async () => {
  const one = await stage();
  const first = await one.make();
  const { engine } = one.world;
  assert.equal(engine?.session(first.sessionId).origin, 'request');
  await one.end(first);
  await one.make({ session: first.sessionId, text: 'More.' });
  assert.equal(engine?.session(first.sessionId).origin, 'request');
  await engine?.submit(first.sessionId, { text: 'I go on here.' });
  assert.equal(engine?.session(first.sessionId).origin, undefined);
});
