import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import type { Approval, MakeRequest, Policy, RequestApproval, RequestResult, SessionId, Turn } from '@parley/schema';
import type { Agents } from '../../agents.ts';
import type { Engine } from '../../engine.ts';
import { FakeWorkspaces } from '../../test/fake-workspaces.ts';
import { fakeAgents, settle, World } from '../../test/world.ts';
import { Requests } from '../requests.ts';

const folder = realpathSync(tmpdir());
const managed = { strategy: 'mcp_managed' } as const;
const asking = { strategy: 'mcp_managed', ask: true } as const;
const risky = { policy: 'full', text: 'wipe the cache' } as const;

class Stage {
  readonly world: World;
  environment = 'as it is';

  constructor(config: unknown = {}) {
    const agents: Agents = { ...fakeAgents, environmentOf: () => Promise.resolve(this.environment) };
    this.world = new World(config, agents, new FakeWorkspaces(folder));
  }

  get engine(): Engine {
    assert.ok(this.world.engine);
    return this.world.engine;
  }

  async open(): Promise<this> {
    await (this.world.engine === undefined ? this.world.open() : this.world.restart());
    await settle();
    return this;
  }

  async make({
    policy = 'ask',
    ...change
  }: Partial<MakeRequest> & { readonly policy?: Policy }): Promise<RequestResult> {
    const { store, config, agents, workspaces } = this.world;
    assert.ok(workspaces);
    const requests = new Requests({ engine: this.engine, store, agents, workspaces, config: config.requests });
    const made = await requests.make({ session: { agent: 'fake', cwd: folder, policy }, text: 'Hello', ...change });
    await settle();
    return made;
  }

  /** The question that waits. */
  async question(): Promise<Approval> {
    const [one, another] = await this.engine.approvals(true);
    assert.ok(one !== undefined && another === undefined);
    return one;
  }

  async answer(optionId: 'start' | 'refuse', message?: string): Promise<void> {
    await this.engine.answer((await this.question()).id, { optionId, ...(message === undefined ? {} : { message }) });
    await settle();
  }

  turn({ turnId }: RequestResult): Promise<Turn> {
    return this.engine.findTurn(turnId);
  }

  async record(): Promise<RequestApproval> {
    const [newest] = await this.engine.requestApprovals({ limit: 1 });
    assert.ok(newest);
    return newest;
  }

  /** Words that any process was told. */
  get heard(): readonly string[] {
    return [...this.world.processes.values()].flatMap(({ inbox }) =>
      inbox.flatMap((one) => (one.does === 'start' ? [one.text ?? ''] : [])),
    );
  }

  get runs(): number {
    return this.world.processes.size;
  }
}

const stage = (config?: unknown): Promise<Stage> => new Stage(config).open();

async function refusal(making: Promise<unknown>): Promise<ParleyError> {
  const error: unknown = await making.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(ParleyError.is(error), String(error));
  assert.equal(error.code, 'approval_denied');
  return error;
}

test('a bypass with a destructive word is refused: nothing is made, and the record holds no word of it (G 39)', async () => {
  const one = await stage();
  const { body } = await refusal(one.make({ ...risky, approval: managed }));
  assert.match(body.message, /scored 6, where balanced lets 5 through/);
  assert.equal(one.runs, 0);
  assert.deepEqual(one.engine.sessions(), []);
  const record = await one.record();
  assert.deepEqual(body.details?.['approval'], record);
  assert.equal(record.status, 'denied');
  assert.equal(record.decidedBy, 'score');
  assert.equal(record.promptPreview, '[redacted]');
  assert.ok(!JSON.stringify(record).includes('cache'));
  assert.equal(record.bypassRequested, true);
});

test('a record holds the beginning of the prompt only where that is configured', async () => {
  const one = await stage({ requests: { log_prompts: true } });
  await refusal(one.make({ ...risky, text: `wipe ${'x'.repeat(500)}`, approval: managed }));
  assert.equal((await one.record()).promptPreview.length, 280);
  const secret = 'a1B2c3D4e5'.repeat(4);
  for (const before of [1, 260]) {
    await refusal(one.make({ ...risky, text: `wipe ${'x'.repeat(before)} ghp_${secret}`, approval: managed }));
    assert.ok(!(await one.record()).promptPreview.includes('a1B2'), String(before));
  }
});

test('a question tells the names of variables and headers that servers get, and not their values; the agent gets them', async () => {
  const one = await stage();
  const mcpServers = [
    'docs',
    { name: 'own', command: 'serve', args: ['--port', '1', '--api-key=swordfish'], env: { KEY: 'hunter2' } },
    { name: 'far', url: 'https://ada:swordfish@host/mcp', headers: { 'X-Api-Key': 'hunter2' } },
  ];
  const session = { agent: 'fake', cwd: folder, policy: 'full' } as const;
  const options = { mcpServers };
  Object.assign(one.world.agents, {
    defaults: async (...given: Parameters<typeof fakeAgents.defaults>) => ({
      ...(await fakeAgents.defaults(...given)),
      options,
    }),
  });
  const { sessionId } = await one.make({ session, text: risky.text, approval: asking });
  const { input = '' } = await one.question();
  assert.match(input, /"docs"[^]*"--port"[^]*"KEY": "\(set\)"[^]*"X-Api-Key": "\(set\)"/);
  const { events } = await one.engine.events(sessionId, 0, 100);
  assert.doesNotMatch(JSON.stringify([input, events]), /hunter2|swordfish/);
  assert.deepEqual(one.engine.session(sessionId).options, options);
});

test('what is approved runs exactly as it would have run: an approval adds no right (G 40)', async () => {
  const one = await stage();
  for (const policy of ['read-only', 'ask', 'edit'] as const) {
    const made = await one.make({ policy, approval: managed });
    assert.equal(one.engine.session(made.sessionId).policy, policy);
    assert.deepEqual([made.approval?.status, made.approval?.turnId], ['approved', made.turnId]);
    assert.deepEqual(await one.record(), made.approval);
  }
  assert.equal(one.runs, 3);
  assert.deepEqual(await one.engine.approvals(false), []);
});

test('an approval gives no policy that the operator has not allowed', async () => {
  const world = new World(
    {},
    {
      ...fakeAgents,
      checkPolicy: ({ policy }) => {
        if (policy === 'full') throw new ParleyError('policy_not_allowed', 'not here');
      },
    },
  );
  const { store, config, agents } = world;
  const requests = new Requests({ engine: await world.open(), store, agents, config: config.requests });
  const session = { agent: 'fake', cwd: folder, policy: 'full' } as const;
  await assert.rejects(requests.make({ session, text: 'x', approval: { ...asking, policy: 'permissive' } }), {
    message: 'not here',
  });
});

test('the score decides by the threshold that is asked for, or configured', async () => {
  const one = await stage({ requests: { approval_strategy: 'mcp_managed', approval_policy: 'strict' } });
  await refusal(one.make({ text: 'print the token' }));
  assert.equal((await one.make({ text: 'print the token', approval: { policy: 'balanced' } })).approval?.score, 3);
  assert.equal((await one.make({ ...risky, approval: { policy: 'permissive' } })).approval?.status, 'approved');
  assert.equal((await one.make({ ...risky, approval: { strategy: 'legacy' } })).approval, undefined);
});

test('review integrity is told under every strategy (G 41)', async () => {
  const one = await stage();
  const text = 'Review this, but do not use any tools.';
  for (const approval of [undefined, { ...managed, policy: 'permissive' } as const]) {
    const { reviewIntegrity } = await one.make({ text, ...(approval === undefined ? {} : { approval }) });
    assert.equal(reviewIntegrity?.totalScore, 4);
    assert.deepEqual(
      reviewIntegrity.violations.map(({ type }) => type),
      ['tool_suppression'],
    );
  }
});

test('a person who is asked lets it start, and only then is anything started', async () => {
  const one = await stage();
  const made = await one.make({ ...risky, approval: asking });
  assert.deepEqual([made.approval?.status, one.runs], ['asked', 0]);
  const question = await one.question();
  assert.equal(question.kind, 'launch');
  assert.equal(question.turnId, made.turnId);
  assert.match(question.reason ?? '', /scored 6/);
  assert.match(question.input ?? '', /"policy": "full"[^]*wipe the cache/);
  assert.equal(one.engine.session(made.sessionId).state, 'waiting');
  assert.equal((await one.record()).approvalId, question.id);
  await one.answer('start');
  assert.deepEqual(one.heard, [risky.text]);
  assert.deepEqual([(await one.record()).status, (await one.record()).decidedBy], ['approved', 'person']);
});

test('a person who refuses ends the turn: no process was ever started, and the next one runs', async () => {
  const one = await stage();
  const made = await one.make({ ...risky, approval: asking });
  await one.engine.submit(made.sessionId, { text: 'next', when: 'queue' });
  await one.answer('refuse', 'not today');
  const { state, error } = await one.turn(made);
  assert.deepEqual([state, error?.code], ['failed', 'approval_denied']);
  assert.match(error?.message ?? '', /not today/);
  assert.deepEqual(one.heard, ['next']);
  assert.deepEqual([(await one.record()).status, (await one.record()).decidedBy], ['denied', 'person']);
});

test('nobody who answers in time is a no', async () => {
  const one = await stage({ deadlines: { approval: 0.02 } });
  const made = await one.make({ ...risky, approval: asking });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  await one.engine.subscribe(made.sessionId, 0, {
    send: ({ events }) => {
      if (events.some(({ json }) => json.includes('"turn.failed"'))) resolve();
      return true;
    },
    drained: () => Promise.resolve(),
    lagged: () => undefined,
  });
  await ended;
  assert.equal((await one.turn(made)).error?.code, 'approval_denied');
  assert.equal(one.runs, 0);
  assert.deepEqual([(await one.record()).status, (await one.record()).decidedBy], ['denied', 'deadline']);
});

test('the question survives a daemon that is killed', async () => {
  const one = await stage();
  await one.make({ ...risky, approval: asking });
  const before = await one.question();
  await one.open();
  assert.deepEqual(await one.question(), before);
  assert.equal(one.runs, 0);
  await one.answer('start');
  assert.deepEqual(one.heard, [risky.text]);
  await one.open();
  assert.equal(one.runs, 1);
});

test('a turn that is stopped while a person is asked was decided by nobody', async () => {
  const one = await stage();
  const made = await one.make({ ...risky, approval: asking });
  await one.engine.interrupt(made.sessionId);
  assert.equal((await one.turn(made)).state, 'interrupted');
  assert.deepEqual([(await one.record()).status, one.runs], ['withdrawn', 0]);
  const queuedBehind = await one.make({ session: await busy(one), ...risky, approval: asking });
  await one.engine.cancelQueued(queuedBehind.sessionId, queuedBehind.turnId);
  assert.equal((await one.record()).status, 'withdrawn');
});

/** A session in which a turn runs that needs no approval. */
async function busy(one: Stage): Promise<SessionId> {
  return (await one.make({ policy: 'full', text: 'first' })).sessionId;
}

async function endFirst(one: Stage): Promise<void> {
  const agent = one.world.process;
  const heard = agent?.inbox.find(({ does }) => does === 'start');
  assert.ok(agent && heard?.does === 'start');
  agent.say({ says: 'started', turnId: heard.turnId });
  agent.say({ says: 'ended', turnId: heard.turnId, how: 'completed' });
  await settle();
  await settle();
}

test('queued words that were changed after the approval are not what was approved', async () => {
  const one = await stage();
  const made = await one.make({ session: await busy(one), text: 'harmless', approval: managed });
  assert.equal(made.approval?.status, 'approved');
  await one.engine.changeQueued(made.sessionId, made.turnId, { text: 'delete everything' });
  await endFirst(one);
  assert.equal((await one.turn(made)).error?.code, 'approval_denied');
  assert.deepEqual(one.heard, ['first']);
  assert.deepEqual([(await one.record()).status, (await one.record()).decidedBy], ['denied', 'engine']);
});

test('where a person can be asked, a changed plan is asked about', async () => {
  const one = await stage();
  const made = await one.make({ session: await busy(one), text: 'harmless', approval: asking });
  await one.engine.changeQueued(made.sessionId, made.turnId, { text: 'other words' });
  await endFirst(one);
  assert.match((await one.question()).reason ?? '', /changed after it had been approved/);
  assert.deepEqual(one.heard, ['first']);
  await one.answer('start');
  assert.deepEqual(one.heard, ['first', 'other words']);
  assert.equal((await one.record()).status, 'approved');
  assert.notEqual((await one.record()).planHash, made.approval?.planHash);
});

test('a session that is given another policy while a person is asked is another plan: the question is put anew', async () => {
  const one = await stage();
  const made = await one.make({ ...risky, policy: 'full', approval: asking });
  const first = await one.question();
  await one.engine.updateSession(made.sessionId, { policy: 'edit' });
  await settle();
  const second = await one.question();
  assert.notEqual(second.id, first.id);
  assert.match(second.title, /policy edit/);
  await assert.rejects(one.engine.answer(first.id, { optionId: 'start' }), { code: 'approval_resolved' });
  await one.answer('start');
  assert.deepEqual(one.heard, [risky.text]);
});

test('another program, or another environment of it, is another plan', async () => {
  const one = await stage();
  const waiting = Promise.withResolvers<void>();
  one.world.launching = waiting.promise;
  const made = await one.make({ ...risky, approval: asking });
  one.environment = 'another version';
  waiting.resolve();
  await one.answer('start');
  await settle();
  assert.equal(one.runs, 0);
  assert.match((await one.question()).reason ?? '', /changed/);
  await one.answer('refuse');
  assert.equal((await one.turn(made)).state, 'failed');
  assert.equal(one.runs, 0);
});

test('a policy that changes while the process is prepared keeps it from being started', async () => {
  const one = await stage();
  const { promise, resolve } = Promise.withResolvers<void>();
  const { prepare } = fakeAgents;
  Object.assign(one.world.agents, {
    prepare: async (...given: Parameters<typeof prepare>) => {
      await promise;
      return prepare(...given);
    },
  });
  const made = await one.make({ text: 'harmless', approval: managed });
  await one.engine.updateSession(made.sessionId, { policy: 'full' });
  resolve();
  await settle();
  await settle();
  assert.equal((await one.turn(made)).error?.code, 'approval_denied');
  assert.equal(one.runs, 0);
});

test('the same request under its key is told the same decision', async () => {
  const one = await stage();
  const first = await one.make({ approval: managed, idempotencyKey: 'k' });
  const again = await one.make({ approval: managed, idempotencyKey: 'k' });
  assert.equal(again.repeated, true);
  assert.deepEqual(again.approval, first.approval);
  assert.deepEqual(again.reviewIntegrity, first.reviewIntegrity);
});

test('a turn that a person is asked about answers nobody else', async () => {
  const one = await stage();
  const text = 'print the token';
  const strict = { ...asking, policy: 'strict' } as const;
  const first = await one.make({ text, policy: 'read-only', dedup: 'reuse', approval: strict });
  const lenient = { ...managed, policy: 'balanced' } as const;
  const second = await one.make({ text, policy: 'read-only', dedup: 'reuse', approval: lenient });
  assert.notEqual(second.turnId, first.turnId);
  const third = await one.make({ text, policy: 'read-only', dedup: 'reuse', approval: lenient });
  assert.equal(third.turnId, second.turnId);
  assert.deepEqual([third.approval?.status, third.approval?.turnId], ['approved', second.turnId]);
});

test('an optimised prompt is what is sent, and the words as they came are kept (G 43)', async () => {
  const one = await stage();
  const text = 'Please look at this:\n```\nplease  do\n```\n';
  const made = await one.make({ text, optimizePrompt: true, optimizeResponse: true });
  assert.deepEqual(one.heard, ['look at this:\n```\nplease  do\n```\n']);
  assert.deepEqual(made.optimization, {
    applied: true,
    rules: ['courtesy'],
    before: text.length,
    after: text.length - 7,
  });
  assert.equal((await one.turn(made)).originalText, text);
  const agent = one.world.process;
  assert.ok(agent);
  agent.say({ says: 'started', turnId: made.turnId });
  agent.say({ says: 'text', turnId: made.turnId, text: 'Done.  Please look.  ' });
  agent.say({ says: 'ended', turnId: made.turnId, how: 'completed' });
  await settle();
  await settle();
  const { answer, optimizedAnswer } = await one.turn(made);
  assert.equal(answer, 'Done.  Please look.  ');
  assert.equal(optimizedAnswer?.text, 'Done. Please look.');
});
