import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { newId, recordedCharacters } from '@parley/schema';
import type { RequestRecord, SessionId, TurnId } from '@parley/schema';
import type { Engine } from './engine.ts';
import { recordedText } from './decide/record.ts';
import { settle, World } from './test/world.ts';

interface Scene {
  readonly world: World;
  readonly engine: Engine;
  readonly id: SessionId;
  readonly turnId: TurnId;
}

async function begin(config: unknown = {}, text = 'hello'): Promise<Scene> {
  const world = new World(config);
  const engine = await world.open();
  const id = await world.session(engine);
  const { turnId } = await engine.submit(id, { text, correlationId: 'mine' });
  await settle();
  return { world, engine, id, turnId };
}

const rowOf = ({ world, turnId }: Pick<Scene, 'world' | 'turnId'>): RequestRecord => {
  const row = world.data.records.get(turnId);
  assert.ok(row);
  return row;
};

test('a request has one row from the moment it is accepted, which ends with its turn (G 24)', async () => {
  const scene = await begin();
  const { world, turnId, id } = scene;
  const { queuedAt, startedAt, ...running } = rowOf(scene);
  assert.ok(startedAt !== undefined && startedAt >= queuedAt);
  assert.deepEqual(running, {
    id: turnId,
    sessionId: id,
    agent: 'fake',
    mode: 'lines',
    backend: 'rehearsal',
    cwd: running.cwd,
    policy: 'ask',
    correlationId: 'mine',
    status: 'running',
    retries: 0,
    prompt: { text: 'hello', length: 5, redactions: 0, cut: false },
  });
  world.process?.say({ says: 'text', turnId, text: 'hi' });
  world.process?.say({ says: 'ended', turnId, how: 'completed' });
  await settle();
  const row = rowOf(scene);
  assert.deepEqual([row.status, row.answer?.text, row.startedAt], ['completed', 'hi', startedAt]);
  assert.ok(row.firstOutputAt !== undefined && row.endedAt !== undefined && row.firstOutputAt <= row.endedAt);
  assert.equal(world.data.records.size, 1);
  assert.deepEqual(
    world.ended.map((one) => [one.id, one.status]),
    [[turnId, 'completed']],
  );
});

test('two requests with one correlation id have a row each (G 5)', async () => {
  const { world, engine, id, turnId } = await begin();
  const second = await engine.submit(id, { text: 'again', when: 'queue', correlationId: 'mine' });
  const rows = await engine.recorder.find({ correlationId: 'mine' });
  assert.deepEqual(
    rows.map((row) => [row.id, row.status]),
    [
      [second.turnId, 'queued'],
      [turnId, 'running'],
    ],
  );
  assert.equal(world.data.records.size, 2);
});

test('a request that an earlier turn answers has a row of its own that names it (G 5)', async () => {
  const { world, engine, id, turnId } = await begin();
  await engine.recorder.addDeduped({ session: engine.session(id), of: turnId, text: 'hello', correlationId: 'other' });
  const [row] = await engine.recorder.find({ correlationId: 'other' });
  assert.deepEqual([row?.dedupedOf, row?.status, row?.prompt.text], [turnId, 'completed', 'hello']);
  assert.notEqual(row?.id, turnId);
  assert.equal(world.ended.length, 1);
});

test('an error, a retry and approvals stand in the row', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const scene = await begin({ retries: { max: 1 } });
  const { world, turnId, engine } = scene;
  world.process?.say({ says: 'failed', turnId, code: 'model_overloaded', message: 'Busy' });
  await settle();
  await settle();
  t.mock.timers.tick(3000);
  await settle();
  await settle();
  for (const n of [0, 1]) {
    world.process?.say({ says: 'ask', turnId, n });
    await settle();
    const [approval] = await engine.approvals(true);
    assert.ok(approval);
    await engine.answer(approval.id, { optionId: n === 0 ? 'yes' : 'no' });
  }
  world.process?.say({
    says: 'failed',
    turnId,
    code: 'agent_refused',
    message: 'no, with sk-a1B2c3D4e5F6g7H8i9J0k1L2',
  });
  await settle();
  const { status, errorCode, error, retries, approvals } = rowOf(scene);
  assert.deepEqual(
    [status, errorCode, error, retries, approvals],
    ['failed', 'agent_refused', 'no, with [redacted]', 1, { allowed: 1, denied: 1 }],
  );
});

test('words that a running turn took have one row, which says so', async () => {
  const scene = await begin();
  const { world, engine, id, turnId } = scene;
  const steered = await engine.submit(id, { text: 'more', when: 'steer' });
  await settle();
  assert.equal(rowOf({ world, turnId: steered.turnId }).status, 'steering');
  world.process?.say({ says: 'consumed', turnId: steered.turnId });
  await settle();
  const { status, into } = rowOf({ world, turnId: steered.turnId });
  assert.deepEqual([status, into], ['steered', turnId]);
});

test('a turn that a restart cut off gets its end from the next daemon, and once (G 31)', async () => {
  const scene = await begin();
  const { world } = scene;
  world.store.fenced = true;
  world.processes.clear();
  await world.open();
  await settle();
  const { status, errorCode, endedAt } = rowOf(scene);
  assert.deepEqual([status, errorCode, endedAt !== undefined], ['lost', 'turn_lost', true]);
  assert.equal(world.ended.length, 1);
});

test('wherever a daemon dies, a request has one row with one end', async () => {
  for (let commits = 1; commits <= 8; commits++) {
    const world = new World();
    let engine = await world.open();
    const id = await world.session(engine);
    world.store.commitsToLive = commits;
    void engine.submit(id, { text: 'hello', idempotencyKey: 'k' });
    for (let round = 0; round < 4; round++) {
      await settle();
      if (world.store.fenced) {
        engine = await world.restart();
        void engine.submit(id, { text: 'hello', idempotencyKey: 'k' });
        await settle();
      }
      for (const heard of world.process?.inbox.splice(0) ?? []) {
        if (heard.does !== 'start') continue;
        world.process?.say({ says: 'text', turnId: heard.turnId, text: 'hi' });
        world.process?.say({ says: 'ended', turnId: heard.turnId, how: 'completed' });
      }
    }
    await settle();
    const rows = [...world.data.records.values()];
    assert.deepEqual(
      rows.map(({ status, answer }) => [status, answer?.text]),
      [['completed', 'hi']],
      `after ${commits} commits`,
    );
    assert.ok(world.ended.length <= 1);
    world.store.commitsToLive = Infinity;
    await engine.close('end');
  }
});

test('rows outlive their session, and what waited in it has an end too', async () => {
  const scene = await begin();
  const { world, engine, id, turnId } = scene;
  const { turnId: waiting } = await engine.submit(id, { text: 'next', when: 'queue' });
  await engine.deleteSession(id);
  assert.ok((await engine.recorder.one(turnId)).endedAt !== undefined);
  assert.equal((await engine.recorder.one(waiting)).status, 'cancelled');
  assert.equal(world.ended.length, 2);
  await assert.rejects(engine.recorder.one(newId('turn')), { code: 'unknown_turn' });
});

test('secrets are taken out before anything is kept, and texts are bounded (G 59)', async () => {
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4)}`;
  const scene = await begin({}, `Push with ${secret}. ${'x'.repeat(100_000)}`);
  const { world, turnId, engine } = scene;
  world.process?.say({ says: 'text', turnId, text: `I used password: hunter2` });
  world.process?.say({ says: 'ended', turnId, how: 'completed' });
  await settle();
  const { prompt, answer } = rowOf(scene);
  assert.ok(!JSON.stringify(world.data.records.get(turnId)).includes(secret));
  assert.deepEqual([prompt.redactions, prompt.cut, prompt.length], [1, true, 100_000 + 12 + secret.length]);
  assert.ok((prompt.text?.length ?? 0) < recordedCharacters + 100);
  assert.match(prompt.text ?? '', /\n\[cut: 16384 of 100056 characters are kept\]$/);
  assert.equal(answer?.text, 'I used password: [redacted]');
  const [listed] = await engine.recorder.find({});
  assert.deepEqual([listed?.prompt.text?.length, listed?.prompt.cut], [200, true]);
});

test('a secret at the cut is taken out, and no character is halved', () => {
  for (let before = recordedCharacters - 50; before <= recordedCharacters + 5; before++) {
    const { text = '' } = recordedText(`${'x '.repeat(before / 2)} ghp_${'a1B2c3D4e5'.repeat(4)} end`, 'redacted');
    assert.ok(!text.includes('a1B2c3D4'), String(before));
  }
  for (const lead of ['', 'x']) {
    const { text = '' } = recordedText(lead + '😀'.repeat(recordedCharacters), 'redacted');
    assert.ok(text.isWellFormed());
  }
});

test('half a secret at the end of what was looked through is not kept, however short redaction made what stands before it', () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n'.repeat(150)}-----END PRIVATE KEY-----\n`;
  const looked = recordedCharacters + 4096;
  for (const half of [4, 10, 19]) {
    // Too short to be seen as one; the rest of it stands beyond what was looked through.
    const before = `${key}${'x '.repeat(looked)}`.slice(0, looked - half - 1);
    const { text = '', redactions, cut } = recordedText(`${before} ghp_${'a1B2c3D4e5'.repeat(4)} end`, 'redacted');
    assert.deepEqual([redactions, cut], [1, true]);
    assert.ok(!text.includes('ghp_'), String(half));
    assert.ok(text.length > recordedCharacters - key.length, 'what is sure is kept');
  }
});

test('with `recorder.text = "none"` nothing that was said is kept', async () => {
  const scene = await begin({ recorder: { text: 'none' } }, 'a private matter');
  const { world, turnId } = scene;
  world.process?.say({ says: 'text', turnId, text: 'an answer' });
  world.process?.say({ says: 'ended', turnId, how: 'completed' });
  await settle();
  const { prompt, answer } = rowOf(scene);
  assert.deepEqual(prompt, { length: 16, redactions: 0, cut: false });
  assert.deepEqual(answer, { length: 9, redactions: 0, cut: false });
});

test('what processes there are is told with what they work on', async () => {
  const { world, engine, id, turnId } = await begin();
  const facts = () => engine.processes().map(({ session, turn, run }) => [session.id, turn?.id, run?.pid]);
  assert.deepEqual(facts(), [[id, turnId, 1]]);
  world.process?.say({ says: 'ended', turnId, how: 'completed' });
  await settle();
  assert.deepEqual(facts(), [[id, undefined, 1]], 'kept warm');
  await engine.close('end');
  assert.deepEqual(facts(), []);
});

test('the events of a turn are read from its start to its end', async () => {
  const { world, engine, id, turnId } = await begin();
  world.process?.say({ says: 'text', turnId, text: 'hi' });
  world.process?.say({ says: 'ended', turnId, how: 'completed' });
  await settle();
  const other = await engine.createSession({ agent: 'fake', cwd: tmpdir() });
  const types: string[] = [];
  for await (const { type } of engine.recorder.turnEvents(id, turnId)) types.push(type);
  assert.deepEqual([types[0], types.at(-1)], ['turn.started', 'turn.completed']);
  for await (const event of engine.recorder.turnEvents(other.id, turnId)) assert.fail(event.type);
});
