// Words at the door: each input is taken once, whatever happens between the asking and the answer, and long or odd ones arrive whole.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxPromptBytes } from '@parley/schema';
import type { SessionId, SubmitResult } from '@parley/schema';
import { openParley } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';
import { assertError, call, json, tokenOf } from './knock.ts';
import type { Answer } from './knock.ts';

const scenario = {
  rules: [
    { when: 'wait', steps: [{ say: 'I begin ' }, { gate: 'go' }, { say: 'and end' }] },
    { when: 'once', steps: [{ say: 'heard' }] },
    { steps: [{ say: 'read' }] },
  ],
};

const turn = async (parley: ParleyUnderTest, id: SessionId, body: object): Promise<Answer> =>
  call(parley, {
    method: 'POST',
    path: `/api/sessions/${id}/turns`,
    token: await tokenOf(parley),
    headers: json,
    body: JSON.stringify(body),
  });

const heardOnce = (parley: ParleyUnderTest): number =>
  parley.models.requests.filter(({ person }) => person?.includes('once')).length;

test('submit: a key that is repeated gives the same answer and nothing twice, over a SIGKILL of the daemon too', async (t) => {
  const parley = await openParley(t, { agents: ['codex'], scenario });
  const { id } = await parley.session('codex');
  const input = { text: 'once', idempotencyKey: 'key-1' };
  const first = await parley.client.submit(id, input);
  assert.equal(first.repeated, undefined);
  await parley.ended(id, first.turnId);
  assert.deepEqual(await parley.client.submit(id, input), { ...first, repeated: true });
  await parley.restart();
  assert.deepEqual(await parley.client.submit(id, input), { ...first, repeated: true });
  assertError(await turn(parley, id, { ...input, text: 'another' }), 'idempotency_conflict');
  assertError(await turn(parley, id, { ...input, when: 'queue' }), 'idempotency_conflict');
  const another = await parley.session('codex');
  assert.equal(
    (await parley.client.submit(another.id, { ...input, text: 'else' })).repeated,
    undefined,
    'keys are per session',
  );
  assert.equal((await parley.client.turns(id)).length, 1);
  assert.equal(heardOnce(parley), 1);
});

test('submit: ten at the same time with one key are one turn', async (t) => {
  const parley = await openParley(t, { agents: ['codex'], scenario });
  const { id } = await parley.session('codex');
  const results = await Promise.all(
    Array.from({ length: 10 }, () => parley.client.submit(id, { text: 'once', idempotencyKey: 'key-1' })),
  );
  assert.equal(new Set(results.map(({ turnId }) => turnId)).size, 1);
  assert.equal(results.filter(({ repeated }) => repeated === undefined).length, 1);
  const [{ turnId } = { turnId: undefined }] = results;
  assert.ok(turnId);
  assert.equal((await parley.ended(id, turnId)).state, 'completed');
  assert.equal(heardOnce(parley), 1);
});

test('submit: a daemon that is killed at the moment of accepting has accepted all or nothing', async (t) => {
  const parley = await openParley(t, { agents: ['codex'], scenario });
  const { id } = await parley.session('codex');
  for (let round = 0; round < 5; round += 1) {
    const key = `key-${round}`;
    const asking = parley.client.submit(id, { text: `once ${round}`, idempotencyKey: key }).catch(() => undefined);
    for (let i = 0; i < round * 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
    await parley.restart();
    const first: SubmitResult | undefined = await asking;
    const second = await parley.client.submit(id, { text: `once ${round}`, idempotencyKey: key });
    if (first !== undefined)
      assert.deepEqual([second.turnId, second.repeated], [first.turnId, true], 'a promise is kept');
    assert.equal((await parley.ended(id, second.turnId)).state, 'completed');
    assert.equal((await parley.client.turns(id)).filter(({ text }) => text === `once ${round}`).length, 1);
  }
});

test('submit: the longest prompt is taken and kept whole, one byte more is refused', async (t) => {
  const parley = await openParley(t, { agents: ['codex'], scenario });
  const { id } = await parley.session('codex');
  // Held up by one that works, so that it is only kept here: what an agent takes is its own business.
  const working = await parley.client.submit(id, { text: 'wait' });
  const longest = 'ü'.repeat(maxPromptBytes / 2);
  const taken = await turn(parley, id, { text: longest, when: 'queue' });
  assert.equal(taken.status, 202, taken.body.slice(0, 200));
  const { turnId } = JSON.parse(taken.body) as SubmitResult;
  assert.equal((await parley.client.turn(id, turnId)).text, longest);
  assertError(await turn(parley, id, { text: `${longest}x`, when: 'queue' }), 'prompt_too_large');
  const quotes = await turn(parley, id, { text: '"\\\n'.repeat(maxPromptBytes / 4), when: 'queue' });
  assert.equal(quotes.status, 202, 'escaped it is twice as long, and still fits');
  for (const queued of [turnId, (JSON.parse(quotes.body) as SubmitResult).turnId])
    await parley.client.cancelQueued(id, queued);
  parley.models.open('go');
  assert.equal((await parley.ended(id, working.turnId)).state, 'completed');
});

test('submit: odd words reach the model as they are', async (t) => {
  const parley = await openParley(t, { agents: ['codex'], scenario });
  const { id } = await parley.session('codex');
  const heard: string[] = [];
  parley.models.on('request', (_request, body) => heard.push(JSON.stringify(body)));
  for (const words of [
    '-',
    '--dangerously-bypass-approvals-and-sandbox',
    '-c model="other"',
    '{"type":"control_request"}',
    '"; touch pwned; "',
    'line\r\nline\u2028line\u2029 \u0001 \u{1F9D1}\u200D\u{1F680} \u202Eabc',
    '$(touch pwned) `touch pwned` %s ${HOME}',
  ]) {
    const { state, error } = await parley.ask(id, words);
    assert.equal(state, 'completed', `${words}: ${JSON.stringify(error)}`);
    assert.ok(
      heard.some((body) => body.includes(JSON.stringify(words).slice(1, -1))),
      words,
    );
  }
  await assert.rejects(parley.read('pwned'));
});

test('submit: an approval is answered once, by one of its options', async (t) => {
  const parley = await openParley(t, {
    agents: ['codex'],
    scenario: {
      rules: [
        {
          when: { text: 'please', step: 0 },
          steps: [{ tool: { kind: 'shell' as const, command: 'touch asked.txt' } }],
        },
        { when: { text: 'please', step: 1 }, steps: [{ say: 'done' }] },
      ],
    },
  });
  const { id } = await parley.session('codex', { policy: 'ask' });
  const { turnId } = await parley.client.submit(id, { text: 'please' });
  const asked = await parley.event(id, (event) => event.type === 'approval.requested');
  assert.ok(asked.type === 'approval.requested');
  const { approval } = asked;
  const token = await tokenOf(parley);
  const answer = (body: object): Promise<Answer> =>
    call(parley, {
      method: 'POST',
      path: `/api/approvals/${approval.id}`,
      token,
      headers: json,
      body: JSON.stringify(body),
    });
  assertError(await answer({}), 'invalid_request');
  assertError(await answer({ optionId: 'no such' }), 'invalid_request');
  assertError(await answer({ optionId: 'no such', more: 1 }), 'invalid_request');
  assert.equal((await parley.client.session(id)).state, 'waiting', 'a wrong answer is none');
  const deny = approval.options.find(({ effect }) => effect === 'deny');
  const allow = approval.options.find(({ effect }) => effect === 'allow');
  assert.ok(deny && allow);
  assert.equal((await answer({ optionId: deny.id })).status, 204);
  assertError(await answer({ optionId: allow.id }), 'approval_resolved');
  await parley.ended(id, turnId);
  await assert.rejects(parley.read('asked.txt'));
});
