import assert from 'node:assert/strict';
import test from 'node:test';
import type { DriverOutput, ErrorCode, TurnId } from '@parley/schema';
import { codexTurn, Conversation, thread, turn, writes } from './conversation.ts';

const message = (text: string, id = 'm'): object => ({ type: 'agentMessage', id, text });
const endOf = (outputs: readonly DriverOutput[]): unknown =>
  outputs.find((output) => output.type === 'turn-ended')?.end;
const codeOf = (outputs: readonly DriverOutput[]): ErrorCode | undefined => {
  const end = outputs.find((output) => output.type === 'turn-ended')?.end;
  return end?.state === 'failed' ? end.error.code : undefined;
};

test('a turn that Codex completes without an answer has failed', () => {
  for (const item of [undefined, { type: 'reasoning', id: 'r', summary: ['hm'], content: [] }, message(' \n')]) {
    const talk = new Conversation().work();
    if (item !== undefined) talk.tell('item/completed', { item });
    assert.equal(codeOf(talk.complete('completed')), 'no_answer');
  }
});

test('the last message counts when only the completed turn has it', () => {
  const talk = new Conversation().work();
  const outputs = talk.complete('completed', null, [message('here it is')]);
  assert.deepEqual(
    outputs.map(({ type }) => type),
    ['item-started', 'item-completed', 'turn-ended'],
  );
  assert.deepEqual(endOf(outputs), { state: 'completed' });
});

test('a retry is a notice and never an end', () => {
  const talk = new Conversation().work();
  talk.tell('item/started', { item: message('', 'a') });
  talk.tell('item/agentMessage/delta', { itemId: 'a', delta: 'half' });
  const outputs = talk.tell('error', {
    error: { message: 'Reconnecting... 1/5', additionalDetails: 'cut' },
    willRetry: true,
  });
  assert.deepEqual(outputs, [
    { type: 'notice', turnId: turn, level: 'warning', code: 'retrying', text: 'Reconnecting... 1/5: cut' },
    { type: 'item-completed', turnId: turn, item: { id: 'itm_R.1', type: 'assistant_message', text: '' } },
  ]);
});

test('a failed turn carries the words and the kind of its error', () => {
  const cases: readonly [unknown, string, ErrorCode][] = [
    ['contextWindowExceeded', 'too long', 'context_exceeded'],
    ['usageLimitExceeded', 'used up', 'quota_exceeded'],
    ['serverOverloaded', 'busy', 'model_overloaded'],
    ['unauthorized', 'who?', 'agent_auth'],
    ['cyberPolicy', 'no', 'agent_refused'],
    [{ httpConnectionFailed: { httpStatusCode: 403 } }, 'unexpected status 403', 'agent_auth'],
    [{ responseTooManyFailedAttempts: { httpStatusCode: 429 } }, 'exceeded retry limit', 'rate_limited'],
    [{ responseStreamDisconnected: { httpStatusCode: null } }, 'stream closed', 'model_overloaded'],
    ['other', '{"error":{"message":"bad field"}}', 'model_request_rejected'],
    ['other', 'Missing environment variable: `KEY`', 'agent_auth'],
    [null, 'something else', 'agent_refused'],
  ];
  for (const [codexErrorInfo, words, code] of cases) {
    assert.equal(codeOf(new Conversation().work().complete('failed', { message: words, codexErrorInfo })), code, words);
  }
  const end = endOf(
    new Conversation()
      .work()
      .complete('failed', { message: '{"error":{"message":"bad field"}}', codexErrorInfo: 'other' }),
  );
  assert.equal((end as { error: { message: string } }).error.message, 'bad field');
});

test('an error without a retry is told by the end of its turn', () => {
  const talk = new Conversation().work();
  assert.deepEqual(
    talk.tell('error', { error: { message: 'broken', codexErrorInfo: 'internalServerError' }, willRetry: false }),
    [],
  );
  assert.equal(codeOf(talk.complete('failed')), 'model_overloaded');
});

test('a plan keeps its id through its updates', () => {
  const talk = new Conversation().work();
  const first = talk.tell('turn/plan/updated', {
    plan: [
      { step: 'look', status: 'inProgress' },
      { step: 'do', status: 'pending' },
    ],
  });
  const second = talk.tell('turn/plan/updated', {
    plan: [
      { step: 'look', status: 'completed' },
      { step: 'do', status: 'inProgress' },
    ],
  });
  assert.deepEqual(
    first.map(({ type }) => type),
    ['item-started', 'item-completed'],
  );
  assert.deepEqual(second, [
    {
      type: 'item-completed',
      turnId: turn,
      item: {
        id: 'itm_R.1',
        type: 'plan',
        steps: [
          { text: 'look', status: 'completed' },
          { text: 'do', status: 'in_progress' },
        ],
      },
    },
  ]);
});

test('of a reasoning item one stream is told, and its parts are parted', () => {
  const talk = new Conversation().work();
  talk.tell('item/started', { item: { type: 'reasoning', id: 'r', summary: [], content: [] } });
  talk.tell('item/reasoning/summaryPartAdded', { itemId: 'r', summaryIndex: 0 });
  talk.tell('item/reasoning/summaryTextDelta', { itemId: 'r', delta: 'one', summaryIndex: 0 });
  talk.tell('item/reasoning/textDelta', { itemId: 'r', delta: 'raw', contentIndex: 0 });
  talk.tell('item/reasoning/summaryPartAdded', { itemId: 'r', summaryIndex: 1 });
  talk.tell('item/reasoning/summaryTextDelta', { itemId: 'r', delta: 'two', summaryIndex: 1 });
  const deltas = talk.all.flatMap((output) => (output.type === 'item-delta' ? [output.text] : []));
  const [completed] = talk.tell('item/completed', {
    item: { type: 'reasoning', id: 'r', summary: ['one', 'two'], content: ['raw'] },
  });
  assert.equal(
    completed?.type === 'item-completed' && completed.item.type === 'reasoning' ? completed.item.text : '',
    deltas.join(''),
  );
});

test('a conversation that is resumed does not pay its old tokens again', () => {
  const talk = new Conversation('ask', thread).shakeHands();
  const total = (input: number): object => ({
    total: { inputTokens: input, cachedInputTokens: 0, outputTokens: 1 },
    last: { inputTokens: 100, cachedInputTokens: 0, outputTokens: 1 },
  });
  talk.feed({ type: 'start', turnId: turn, text: 'hello' });
  talk.say({
    method: 'thread/tokenUsage/updated',
    params: { threadId: thread, turnId: 'an older turn', tokenUsage: total(500) },
  });
  talk.say({ id: 3, result: { turn: { id: codexTurn } } });
  talk.tell('turn/started', { turn: { id: codexTurn } });
  const [usage] = talk.tell('thread/tokenUsage/updated', { tokenUsage: total(620) });
  assert.deepEqual(usage, { type: 'usage', turnId: turn, usage: { inputUncached: 120, cacheRead: 0, output: 0 } });
});

test('a total without a known beginning counts its last request only', () => {
  const talk = new Conversation('ask', thread).work();
  const tokenUsage = { total: { inputTokens: 900, outputTokens: 90 }, last: { inputTokens: 100, outputTokens: 10 } };
  assert.deepEqual(talk.tell('thread/tokenUsage/updated', { tokenUsage }), [
    { type: 'usage', turnId: turn, usage: { inputUncached: 100, output: 10 } },
  ]);
});

test('a stopped turn whose total is as before used nobody knows how much', () => {
  const talk = new Conversation('ask', thread).work();
  const count = { inputTokens: 900, cachedInputTokens: 5, outputTokens: 90 };
  const none = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };
  assert.deepEqual(talk.tell('thread/tokenUsage/updated', { tokenUsage: { total: count, last: none } }), []);
  assert.deepEqual(talk.tell('thread/tokenUsage/updated', { tokenUsage: { total: count, last: count } }), []);
});

test('late words about an earlier turn, and the turns of sub-agents, leave the open turn alone', () => {
  const talk = new Conversation().work();
  for (const place of [{ turnId: 'an older turn' }, { threadId: 'a sub-agent' }]) {
    assert.deepEqual(talk.tell('item/started', { item: message('', 'x'), ...place }), []);
    assert.deepEqual(talk.tell('item/agentMessage/delta', { itemId: 'x', delta: 'no', ...place }), []);
    assert.deepEqual(talk.tell('item/completed', { item: message('no', 'x'), ...place }), []);
  }
  assert.deepEqual(
    talk.say({
      method: 'turn/completed',
      params: { threadId: thread, turn: { id: 'an older turn', status: 'completed' } },
    }),
    [],
  );
  assert.deepEqual(
    talk.say({
      method: 'turn/completed',
      params: { threadId: 'a sub-agent', turn: { id: 'another', status: 'failed' } },
    }),
    [],
  );
  assert.deepEqual(
    talk.say({ method: 'turn/started', params: { threadId: 'a sub-agent', turn: { id: 'another' } } }),
    [],
  );
});

test('what is unknown is kept as it came, and breaks nothing', () => {
  const talk = new Conversation().work();
  const line = JSON.stringify({ method: 'item/hologram/delta', params: { big: 'x'.repeat(20_000) } });
  const [event] = talk.say(line);
  assert.equal(event?.type === 'notice' ? event.code : '', 'unknown_event');
  assert.equal(event?.type === 'notice' ? event.raw?.length : 0, 16 * 1024 + 1);
  const [garbage] = talk.say('not json');
  assert.equal(garbage?.type === 'notice' ? garbage.code : '', 'unreadable_line');
  assert.deepEqual(talk.tell('item/started', { item: { type: 'hologram', id: 'h' } }), []);
  const [item] = talk.tell('item/completed', { item: { type: 'hologram', id: 'h' } });
  assert.equal(item?.type === 'notice' ? item.code : '', 'unknown_event');
  assert.deepEqual(talk.say(''), []);
});

test('steered words without an echoed id are known by their text', () => {
  const talk = new Conversation().work();
  const other = 'trn_2' as TurnId;
  talk.feed({ type: 'steer', into: turn, turnId: other, text: 'more' });
  assert.deepEqual(
    talk.tell('item/completed', {
      item: { type: 'userMessage', id: 'u', clientId: null, content: [{ type: 'text', text: 'hello' }] },
    }),
    [],
  );
  assert.deepEqual(
    talk.tell('item/completed', {
      item: { type: 'userMessage', id: 'v', clientId: null, content: [{ type: 'text', text: 'more' }] },
    }),
    [{ type: 'steer-consumed', turnId: other }],
  );
});

test('steered words that Codex refuses, or did not take before the end, go back once', () => {
  const talk = new Conversation().work();
  const [second, third] = ['trn_2' as TurnId, 'trn_3' as TurnId];
  talk.feed({ type: 'steer', into: turn, turnId: second, text: 'a' });
  talk.feed({ type: 'steer', into: turn, turnId: third, text: 'b' });
  assert.deepEqual(talk.say({ id: 4, error: { code: -32600, message: 'no active turn to steer' } }), [
    { type: 'steer-returned', turnId: second },
  ]);
  assert.deepEqual(talk.say({ id: 5, result: { turnId: codexTurn } }), []);
  assert.deepEqual(talk.complete('interrupted').slice(0, 2), [
    { type: 'steer-returned', turnId: third },
    { type: 'turn-ended', turnId: turn, end: { state: 'interrupted' } },
  ]);
});

test('an interrupt that Codex does not carry out ends the turn and the run at its deadline', () => {
  const talk = new Conversation().work();
  talk.feed({ type: 'interrupt', turnId: turn });
  const outputs = talk.feed({ type: 'deadline', name: 'interrupt' });
  assert.deepEqual(
    outputs.map(({ type }) => type),
    ['deadline', 'turn-ended', 'end-run'],
  );
  assert.deepEqual(endOf(outputs), { state: 'interrupted' });
  assert.deepEqual(talk.complete('completed'), []);
});

test('a turn that waits for the handshake is interrupted without a word to Codex', () => {
  const talk = new Conversation();
  talk.feed({ type: 'opened' });
  talk.feed({ type: 'start', turnId: turn, text: 'hello' });
  const outputs = talk.feed({ type: 'interrupt', turnId: turn });
  assert.deepEqual(outputs, [{ type: 'turn-ended', turnId: turn, end: { state: 'interrupted' } }]);
  talk.shakeHands();
  assert.equal(
    writes(talk.all).some(({ method }) => method === 'turn/start'),
    false,
  );
});

test('after an interrupt the next turn waits until the shell commands are ended, but not for ever', () => {
  for (const settle of [{ id: 4, result: {} }, undefined]) {
    const talk = new Conversation().work();
    assert.equal(writes(talk.complete('interrupted'))[0]?.['method'], 'thread/backgroundTerminals/clean');
    assert.deepEqual(writes(talk.feed({ type: 'start', turnId: 'trn_2' as TurnId, text: 'next' })), []);
    const outputs = settle === undefined ? talk.feed({ type: 'deadline', name: 'settle' }) : talk.say(settle);
    assert.equal(writes(outputs)[0]?.['method'], 'turn/start');
  }
});

test('a killed agent never counts as completed', () => {
  const talk = new Conversation().work();
  talk.tell('item/completed', { item: message('nearly done') });
  const outputs = talk.feed({ type: 'exited', code: 0, signal: null, stderrTail: '' });
  assert.equal(codeOf(outputs), 'agent_crashed');
});

test('an exit before the handshake says what stderr says', () => {
  for (const [stderrTail, code] of [
    ['Error: error loading config.toml: bad key', 'agent_start_failed'],
    ['\u001b[31mERROR\u001b[0m Not logged in', 'agent_auth'],
  ] as const) {
    const talk = new Conversation();
    talk.feed({ type: 'opened' });
    talk.feed({ type: 'start', turnId: turn, text: 'hello' });
    const outputs = talk.feed({ type: 'exited', code: 1, signal: null, stderrTail });
    assert.equal(codeOf(outputs), code);
    assert.match(JSON.stringify(outputs), code === 'agent_auth' ? /ERROR Not logged in/ : /bad key/);
  }
});

test('a handshake that fails is told by the turn that waits, or by the next one', () => {
  const refused = { id: 1, error: { code: -32600, message: 'nope' } };
  const waiting = new Conversation();
  waiting.feed({ type: 'opened' });
  waiting.feed({ type: 'start', turnId: turn, text: 'hello' });
  assert.equal(codeOf(waiting.say(refused)), 'agent_protocol');
  const early = new Conversation();
  early.feed({ type: 'opened' });
  early.say(refused);
  const outputs = early.feed({ type: 'start', turnId: turn, text: 'hello' });
  assert.equal(codeOf(outputs), 'agent_protocol');
  assert.equal(outputs.at(-1)?.type, 'end-run');
  const silent = new Conversation();
  silent.feed({ type: 'opened' });
  silent.feed({ type: 'start', turnId: turn, text: 'hello' });
  assert.equal(codeOf(silent.feed({ type: 'deadline', name: 'handshake' })), 'start_timeout');
});

test('a message that Codex refuses fails its turn with the reason', () => {
  for (const [words, code] of [
    ['thread not found: x', 'thread_missing'],
    ['Input exceeds the maximum length of 1048576 characters.', 'prompt_too_large'],
    ['something else', 'agent_protocol'],
  ] as const) {
    const talk = new Conversation().shakeHands();
    talk.feed({ type: 'start', turnId: turn, text: 'hello' });
    assert.equal(codeOf(talk.say({ id: 3, error: { code: -32600, message: words } })), code);
  }
});

test('a conversation that Codex closes ends its turn and the run', () => {
  const talk = new Conversation().work();
  const outputs = talk.say({ method: 'thread/closed', params: { threadId: thread } });
  assert.equal(codeOf(outputs), 'agent_protocol');
  assert.equal(outputs.at(-1)?.type, 'end-run');
});
