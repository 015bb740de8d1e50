// Requests that want an existing session otherwise, or a copy of it: what they want holds only for turns that may start.

import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import type { MakeRequest, RequestResult, SessionId } from '@parley/schema';
import type { Agents } from '../agents.ts';
import type { Engine } from '../engine.ts';
import { fakeDriver } from '../test/fake-agent.ts';
import { fakeAgents, settle, World } from '../test/world.ts';
import { Requests } from './requests.ts';

const folder = realpathSync(tmpdir());
const managed = { strategy: 'mcp_managed' } as const;
const asking = { strategy: 'mcp_managed', ask: true } as const;
const text = 'wipe the cache';
const driver = { ...fakeDriver, capabilities: { ...fakeDriver.capabilities, fork: true } };

class Stage {
  readonly world: World;
  environment: () => Promise<string> = () => Promise.resolve('as it is');

  constructor() {
    const agents: Agents = { ...fakeAgents, driver: () => driver, environmentOf: () => this.environment() };
    this.world = new World({}, agents);
  }

  get engine(): Engine {
    assert.ok(this.world.engine);
    return this.world.engine;
  }

  /** A session in which something was said, and that rests. */
  async session(): Promise<SessionId> {
    const { id } = await this.engine.createSession({ agent: 'fake', cwd: folder, threadId: 't1' });
    await this.engine.submit(id, { text: 'hello' });
    await this.end(id);
    return id;
  }

  /** The running turn ends. */
  async end(id: SessionId): Promise<void> {
    await settle();
    const turnId = this.engine.session(id).activeTurnId;
    assert.ok(turnId);
    this.world.process?.say({ says: 'started', turnId });
    this.world.process?.say({ says: 'text', turnId, text: 'Hi.' });
    this.world.process?.say({ says: 'ended', turnId, how: 'completed' });
    await settle();
    await settle();
  }

  async make(request: Omit<MakeRequest, 'text'> & { readonly text?: string }): Promise<RequestResult> {
    const { store, config, agents } = this.world;
    const made = await new Requests({ engine: this.engine, store, agents, config: config.requests }).make({
      text,
      ...request,
    });
    await settle();
    return made;
  }

  async answer(optionId: 'start' | 'refuse'): Promise<void> {
    const [asked] = await this.engine.approvals(true);
    assert.ok(asked);
    await this.engine.answer(asked.id, { optionId });
    await settle();
    await settle();
  }

  as(id: SessionId): readonly unknown[] {
    const { policy, model } = this.engine.session(id);
    return [policy, model];
  }
}

async function stage(): Promise<Stage> {
  const one = new Stage();
  await one.world.open();
  return one;
}

const denied = (error: unknown) => ParleyError.is(error) && error.code === 'approval_denied';

test('a request that is refused leaves its session as it was: neither policy nor model is changed', async () => {
  const one = await stage();
  const id = await one.session();
  const { head } = one.engine.session(id);
  await assert.rejects(one.make({ session: { id, policy: 'full', model: 'big' }, approval: managed }), denied);
  assert.deepEqual(one.as(id), ['ask', undefined]);
  assert.equal(one.engine.session(id).head, head);
});

test('a request that a person refuses leaves its session as it was, and one that is allowed has what it wanted', async () => {
  const one = await stage();
  const id = await one.session();
  const refused = await one.make({ session: { id, policy: 'full', model: 'big' }, approval: asking });
  const [asked] = await one.engine.approvals(true);
  assert.match(asked?.input ?? '', /"policy": "full",\s+"model": "big"/);
  assert.deepEqual(one.as(id), ['ask', undefined], 'nothing is changed before the person has decided');
  await one.answer('refuse');
  assert.equal((await one.engine.findTurn(refused.turnId)).error?.code, 'approval_denied');
  assert.deepEqual(one.as(id), ['ask', undefined]);

  const allowed = await one.make({ session: { id, policy: 'full', model: 'big' }, approval: asking });
  await one.answer('start');
  assert.equal(one.engine.session(id).activeTurnId, allowed.turnId);
  assert.deepEqual(one.as(id), ['full', 'big']);
  assert.ok(one.world.process?.inbox.some((said) => said.does === 'start' && said.text === text));
});

test('a request that waits for a person does so with what it wants also after a restart', async () => {
  const one = await stage();
  const id = await one.session();
  await one.make({ session: { id, policy: 'full' }, approval: asking });
  await one.world.restart();
  await settle();
  assert.deepEqual(one.as(id), ['ask', undefined]);
  await one.answer('start');
  assert.deepEqual(one.as(id), ['full', undefined]);
});

test('a person who refuses what has changed while it was brought up leaves the session as it was', async () => {
  const one = await stage();
  const id = await one.session();
  const answers = ['as it is', 'another program'];
  one.environment = () => Promise.resolve(answers.shift() ?? 'another program');
  const made = await one.make({
    session: { id, policy: 'full' },
    approval: { ...asking, policy: 'permissive' },
  });
  assert.equal(made.approval?.status, 'approved');
  await settle();
  await one.answer('refuse');
  assert.deepEqual(one.as(id), ['ask', undefined]);
});

test('what waits before a request runs as it was asked for, and what comes after it is decided as it then will be', async () => {
  const one = await stage();
  const id = await one.session();
  const first = await one.make({ session: id, text: 'read it' });
  const second = await one.make({ session: { id, policy: 'full', model: 'big' } });
  assert.equal(second.outcome, 'queued');
  assert.deepEqual(one.as(id), ['ask', undefined], 'the turn that runs keeps its policy');
  await assert.rejects(one.make({ session: id, approval: managed }), denied, 'it would run with the policy full');
  assert.equal(one.engine.session(id).activeTurnId, first.turnId);
  await one.end(id);
  assert.deepEqual(one.as(id), ['full', 'big']);
  assert.deepEqual(
    [...one.world.data.records.values()].map(({ prompt, policy, model }) => [prompt.text, policy, model]),
    [
      ['hello', 'ask', undefined],
      ['read it', 'ask', undefined],
      [text, 'full', 'big'],
    ],
  );
});

test('a turn that is taken back before it starts changes nothing', async () => {
  const one = await stage();
  const id = await one.session();
  await one.make({ session: id, text: 'read it' });
  const { turnId } = await one.make({ session: { id, policy: 'full' } });
  await one.engine.cancelQueued(id, turnId);
  await one.end(id);
  assert.deepEqual(one.as(id), ['ask', undefined]);
});

test('a copy is made together with its turn: a refused one leaves none, and one key makes one', async () => {
  const one = await stage();
  const id = await one.session();
  await assert.rejects(one.make({ session: { fork: id, policy: 'full' }, approval: managed }), denied);
  assert.equal(one.engine.sessions().length, 1);

  const request = { session: { fork: id, policy: 'read-only' }, idempotencyKey: 'mine' } as const;
  const made = await one.make(request);
  const again = await one.make(request);
  assert.deepEqual([again.sessionId, again.turnId, again.repeated], [made.sessionId, made.turnId, true]);
  assert.equal(one.engine.sessions().length, 2);
  const copy = one.engine.session(made.sessionId);
  assert.deepEqual([copy.forkOf?.sessionId, copy.policy, copy.origin], [id, 'read-only', 'request']);
  assert.deepEqual(one.as(id), ['ask', undefined]);
});

test('a session that is deleted while its request is decided does not come back', async () => {
  for (const change of [{}, { policy: 'edit' }] as const) {
    const one = await stage();
    const id = await one.session();
    const deciding = Promise.withResolvers<string>();
    const asked = Promise.withResolvers<void>();
    one.environment = () => {
      asked.resolve();
      return deciding.promise;
    };
    const making = one.make({ session: { id, ...change }, text: 'read it', approval: managed });
    await asked.promise;
    await one.engine.deleteSession(id);
    deciding.resolve('as it is');
    await assert.rejects(making, (error) => ParleyError.is(error) && error.code === 'unknown_session');
    assert.deepEqual(one.engine.sessions(), []);
    assert.equal(one.world.data.sessions.size, 0);
  }
});

test('a turn that answers several callers is left alone by an interrupt that spares those', async () => {
  const one = await stage();
  const { sessionId, turnId } = await one.make({ session: { agent: 'fake', cwd: folder }, text: 'read it' });
  assert.equal(await one.engine.share(sessionId, turnId), true);
  assert.deepEqual(await one.engine.interrupt(sessionId, 'drop', true), {});
  assert.equal(one.engine.session(sessionId).activeTurnId, turnId);
  assert.deepEqual(await one.engine.interrupt(sessionId), { turnId });

  const alone = await one.make({ session: { agent: 'fake', cwd: folder }, text: 'read it' });
  assert.deepEqual(await one.engine.interrupt(alone.sessionId, 'keep', true), { turnId: alone.turnId });
});
