import assert from 'node:assert/strict';
import test from 'node:test';
import type { DriverOutput, TurnId } from '@parley/schema';
import { objectIn } from '../shared/json.ts';
import { context, exit, firstTurn, ofType, requestId, requests } from './recording.ts';
import { Server } from './server.ts';

const second = 'trn_2' as TurnId;
const third = 'trn_3' as TurnId;
const endsOf = (outputs: readonly DriverOutput[]) =>
  ofType(outputs, 'turn-ended').map(({ end }) => (end.state === 'failed' ? end.error.code : end.state));
const has = (outputs: readonly DriverOutput[], type: DriverOutput['type']) => ofType(outputs, type).length > 0;
const bodyOf = (outputs: readonly DriverOutput[]): unknown =>
  objectIn(JSON.parse(ofType(outputs, 'write').at(-1)?.line ?? '{}'))['body'];

test('a new conversation is opened when the server is there, and words that came before are posted then', () => {
  const server = new Server();
  server.give({ type: 'opened' });
  assert.deepEqual(server.start(firstTurn, 'hello\nworld'), []);
  server.line({ adapter: 'events-open' });
  assert.deepEqual(requests(server.line({ adapter: 'ready' })), ['GET /global/health', 'POST /session']);
  const out = server.answer('/session', 200, { id: 'ses_1' });
  assert.equal(ofType(out, 'thread')[0]?.threadId, 'ses_1');
  assert.ok(has(out, 'ready'));
  assert.deepEqual(requests(out), ['PATCH /session/ses_1', 'POST /session/ses_1/prompt_async']);
  assert.deepEqual(bodyOf(out), { agent: 'build', parts: [{ type: 'text', text: 'hello\nworld' }] });
  // A conversation has one title.
  server.userMessage('msg_01', 'hello\nworld');
  server.says('msg_02', 'msg_01', 'hi');
  server.idle();
  assert.deepEqual(requests(server.start(second, 'more')), ['POST /session/ses_1/prompt_async']);
});

test('an existing conversation is looked up first; one that is gone is that, and nothing is posted', () => {
  const server = new Server({ ...context, threadId: 'ses_1' });
  server.give({ type: 'opened' });
  server.start(firstTurn, 'hello');
  assert.ok(requests(server.line({ adapter: 'ready' })).includes('GET /session/ses_1'));
  const out = server.answer('/session/ses_1', 404, { name: 'NotFoundError' });
  assert.deepEqual(endsOf(out), ['thread_missing']);
  assert.ok(has(out, 'end-run'));
  assert.deepEqual(requests(out), []);
});

test('a copy of a conversation is made first, keeps its title, and is what words are posted to', () => {
  const server = new Server({ ...context, threadId: 'ses_0', fork: true });
  server.give({ type: 'opened' });
  server.start(firstTurn, 'hello');
  assert.ok(requests(server.line({ adapter: 'ready' })).includes('POST /session/ses_0/fork'));
  const out = server.answer('/session/ses_0/fork', 200, { id: 'ses_1' });
  assert.equal(ofType(out, 'thread')[0]?.threadId, 'ses_1');
  assert.deepEqual(requests(out), ['POST /session/ses_1/prompt_async']);
});

test('model, variant and effort travel with the words', () => {
  const server = Server.ready({ ...context, endpoint: 'own', model: 'openai/gpt-5/mini', effort: 'high' });
  const body = objectIn(bodyOf(server.start(firstTurn, 'x')));
  assert.deepEqual(body['model'], { providerID: 'openai', modelID: 'gpt-5/mini' });
  assert.equal(body['variant'], 'high');
  const other = Server.ready({ ...context, model: 'a/b', variant: 'max', effort: 'low' });
  const own = objectIn(bodyOf(other.start(firstTurn, 'x')));
  assert.deepEqual(own['model'], { providerID: 'parley', modelID: 'a/b' });
  assert.equal(own['variant'], 'max');
});

test('a turn begins with its message in the conversation and ends when OpenCode is idle, not at the first "stop"', () => {
  const server = Server.ready();
  assert.equal(has(server.start(firstTurn, 'hi'), 'turn-started'), false);
  assert.ok(has(server.userMessage('msg_01', 'hi'), 'turn-started'));
  assert.equal(has(server.says('msg_02', 'msg_01', 'one'), 'turn-ended'), false);
  assert.equal(has(server.says('msg_03', 'msg_01', 'two'), 'turn-ended'), false);
  const out = server.idle();
  assert.deepEqual(endsOf(out), ['completed']);
  assert.deepEqual(endsOf(server.idle()), [], 'once');
});

test('the idle of an earlier turn, and its late messages, do not touch the next one', () => {
  const server = Server.working();
  server.says('msg_02', 'msg_01', 'one');
  server.event('session.status', { status: { type: 'idle' } });
  server.start(second, 'next');
  assert.deepEqual(server.event('session.idle', {}), []);
  // The summary of an old message is made later.
  server.event('message.updated', { info: { id: 'msg_01', role: 'user', summary: { diffs: [] } } });
  const late = { error: { name: 'MessageAbortedError', data: { message: 'Aborted' } } };
  assert.deepEqual(server.assistantMessage('msg_02', 'msg_01', late), []);
  assert.ok(has(server.userMessage('msg_05', 'next'), 'turn-started'));
  server.says('msg_06', 'msg_05', 'two');
  assert.deepEqual(endsOf(server.idle()), ['completed']);
});

test('text and reasoning are told as they grow; an empty part leaves no item', () => {
  const server = Server.working();
  server.assistantMessage('msg_02', 'msg_01');
  server.part({ id: 'p0', messageID: 'msg_02', type: 'text', text: '', time: { start: 1 } });
  assert.deepEqual(
    server.part({ id: 'p0', messageID: 'msg_02', type: 'text', text: '', time: { start: 1, end: 2 } }),
    [],
  );
  assert.deepEqual(server.part({ id: 'p1', messageID: 'msg_02', type: 'reasoning', text: '', time: { start: 1 } }), []);
  const delta = server.event('message.part.delta', { messageID: 'msg_02', partID: 'p1', field: 'text', delta: 'hm' });
  assert.deepEqual(
    delta.map(({ type }) => type),
    ['item-started', 'item-delta'],
  );
  assert.equal(
    server.event('message.part.delta', { messageID: 'msg_02', partID: 'p1', field: 'text', delta: '…' }).length,
    1,
  );
  const done = server.part({
    id: 'p1',
    messageID: 'msg_02',
    type: 'reasoning',
    text: 'hm…',
    time: { start: 1, end: 2 },
  });
  assert.deepEqual(
    ofType(done, 'item-completed').map(({ item }) => ('text' in item ? [item.type, item.text] : [])),
    [['reasoning', 'hm…']],
  );
});

test("a running command's output is told as it grows", () => {
  const server = Server.working();
  server.assistantMessage('msg_02', 'msg_01');
  const input = { command: 'make', workdir: '/project/sub' };
  const started = server.tool('t', 'msg_02', 'bash', { status: 'running', input, time: { start: 1 } });
  assert.deepEqual(ofType(started, 'item-started')[0]?.item, {
    id: 'itm_R.1',
    type: 'command',
    status: 'running',
    command: 'make',
    cwd: '/project/sub',
  });
  const grown = (output: string) =>
    ofType(server.tool('t', 'msg_02', 'bash', { status: 'running', input, metadata: { output } }), 'item-delta').map(
      ({ text }) => text,
    );
  assert.deepEqual(grown('a\n'), ['a\n']);
  assert.deepEqual(grown('a\n'), []);
  assert.deepEqual(grown('a\nb\n'), ['b\n']);
  // Once it is long only its end comes.
  assert.deepEqual(grown('…\nb\nccc\n'), []);
});

test('words of the summary that OpenCode writes for itself are no answer', () => {
  const server = Server.working();
  server.assistantMessage('msg_02', 'msg_01', { summary: true });
  assert.deepEqual(
    server.part({ id: 'p', messageID: 'msg_02', type: 'text', text: 'Goal: …', time: { start: 1, end: 2 } }),
    [],
  );
  assert.deepEqual(
    ofType(server.event('session.compacted', {}), 'notice').map(({ code }) => code),
    ['context_compacted'],
  );
  assert.deepEqual(endsOf(server.idle()), ['no_answer']);
});

test('steered words are posted one after the other, and consumed when an answer to them begins', () => {
  const server = Server.working();
  server.assistantMessage('msg_02', 'msg_01');
  const posted = server.give({ type: 'steer', into: firstTurn, turnId: second, text: 'also a' });
  assert.deepEqual(requests(posted), ['POST /session/ses_1/prompt_async']);
  assert.deepEqual(server.give({ type: 'steer', into: firstTurn, turnId: third, text: 'also b' }), []);
  server.answer('/session/ses_1/prompt_async', 204, '');
  assert.deepEqual(requests(server.userMessage('msg_03', 'also a')), ['POST /session/ses_1/prompt_async']);
  server.userMessage('msg_04', 'also b');
  assert.equal(has(server.step('msg_02', 'stop'), 'steer-consumed'), false, 'in the conversation is not taken');
  assert.deepEqual(
    ofType(server.assistantMessage('msg_05', 'msg_04'), 'steer-consumed').map(({ turnId }) => turnId),
    [second, third],
  );
  server.says('msg_05', 'msg_04', 'all of it');
  assert.deepEqual(endsOf(server.idle()), ['completed']);
});

test('words that come when the turn is over become a turn of their own, after its end', () => {
  const server = Server.working();
  server.says('msg_02', 'msg_01', 'done');
  server.give({ type: 'steer', into: firstTurn, turnId: second, text: 'late' });
  const idle = server.idle();
  assert.deepEqual(endsOf(idle), [], 'it waits to see what becomes of the words');
  assert.ok(ofType(idle, 'deadline').some(({ name, action }) => name === 'settle' && action === 'set'));
  server.userMessage('msg_03', 'late');
  const taken = server.assistantMessage('msg_04', 'msg_03');
  assert.deepEqual(
    taken.flatMap((output) => ('turnId' in output ? [`${output.type} ${String(output.turnId)}`] : [])),
    [`turn-ended ${firstTurn}`, `turn-started ${second}`],
  );
  server.says('msg_04', 'msg_03', 'that too');
  assert.deepEqual(endsOf(server.idle()), ['completed']);
});

test('words that OpenCode refuses, or that it never answers, are returned', () => {
  const refused = Server.working();
  refused.give({ type: 'steer', into: firstTurn, turnId: second, text: 'x' });
  const returned = refused.answer('/session/ses_1/prompt_async', 400, { name: 'BadRequest', data: { message: 'no' } });
  assert.match(ofType(returned, 'steer-returned')[0]?.reason ?? '', /no/);
  refused.says('msg_02', 'msg_01', 'done');
  assert.deepEqual(endsOf(refused.idle()), ['completed']);

  const silent = Server.working();
  silent.says('msg_02', 'msg_01', 'done');
  silent.give({ type: 'steer', into: firstTurn, turnId: second, text: 'x' });
  silent.idle();
  const settled = silent.give({ type: 'deadline', name: 'settle' });
  assert.deepEqual(
    settled.filter(({ type }) => type !== 'deadline').map(({ type }) => type),
    ['steer-returned', 'turn-ended'],
  );
});

test('no words are steered into a turn that is not open, or that is being stopped', () => {
  const server = Server.ready();
  assert.ok(has(server.give({ type: 'steer', into: firstTurn, turnId: second, text: 'x' }), 'steer-returned'));
  const stopping = Server.working();
  stopping.give({ type: 'interrupt', turnId: firstTurn });
  assert.ok(has(stopping.give({ type: 'steer', into: firstTurn, turnId: second, text: 'x' }), 'steer-returned'));
});

test('an abort ends the turn as interrupted, although its error comes first', () => {
  const server = Server.working();
  server.assistantMessage('msg_02', 'msg_01');
  const out = server.give({ type: 'interrupt', turnId: firstTurn });
  assert.deepEqual(requests(out), ['POST /session/ses_1/abort']);
  assert.ok(ofType(out, 'deadline').some(({ name, action }) => name === 'interrupt' && action === 'set'));
  server.event('session.error', { error: { name: 'MessageAbortedError', data: { message: 'Aborted' } } });
  assert.deepEqual(endsOf(server.idle()), ['interrupted']);
});

test('an abort waits until OpenCode has the words; before they are sent it needs none', () => {
  const server = Server.ready();
  server.start(firstTurn, 'hi');
  assert.deepEqual(requests(server.give({ type: 'interrupt', turnId: firstTurn })), []);
  assert.deepEqual(requests(server.userMessage('msg_01', 'hi')), ['POST /session/ses_1/abort']);
  assert.deepEqual(endsOf(server.idle()), ['interrupted']);

  const opening = new Server();
  opening.give({ type: 'opened' });
  opening.start(firstTurn, 'hi');
  assert.deepEqual(endsOf(opening.give({ type: 'interrupt', turnId: firstTurn })), ['interrupted']);
});

test('an interrupt that OpenCode does not heed ends turn and run at its deadline', () => {
  const server = Server.working();
  server.give({ type: 'interrupt', turnId: firstTurn });
  const out = server.give({ type: 'deadline', name: 'interrupt' });
  assert.deepEqual(endsOf(out), ['interrupted']);
  assert.ok(has(out, 'end-run'));
  assert.deepEqual(endsOf(server.idle()), []);
});

test('a turn that somebody stops in OpenCode itself is no success', () => {
  const server = Server.working();
  server.says('msg_02', 'msg_01', 'half');
  server.event('session.error', { error: { name: 'MessageAbortedError', data: {} } });
  assert.deepEqual(endsOf(server.idle()), ['interrupted']);
});

test('conversations of others are not ours', () => {
  const server = Server.working();
  const before = server.outputs.length;
  server.event('session.created', { sessionID: 'ses_9', info: { id: 'ses_9' } });
  server.event('session.idle', { sessionID: 'ses_9' });
  server.event('permission.asked', { id: 'per_9', sessionID: 'ses_9', permission: 'bash', patterns: [], metadata: {} });
  server.event('message.part.updated', { sessionID: 'ses_9', part: { id: 'x', type: 'step-finish', tokens: {} } });
  assert.equal(server.outputs.length, before);
});

test('after a cut the turn is read again: what was missed is told once, and an idle conversation ends it', () => {
  const server = Server.working();
  server.assistantMessage('msg_02', 'msg_01');
  const text = { id: 'p1', messageID: 'msg_02', type: 'text', time: { start: 1 } };
  server.part({ ...text, text: '' });
  server.line({ adapter: 'events-cut' });
  assert.deepEqual(requests(server.line({ adapter: 'events-open' })), [
    'GET /session/status',
    'GET /permission',
    'GET /question',
  ]);
  const permission = { id: 'per_1', sessionID: 'ses_1', permission: 'bash', patterns: ['x'], metadata: {}, always: [] };
  assert.ok(
    has(server.answer('/permission', 200, [permission, { ...permission, sessionID: 'ses_9' }]), 'approval-requested'),
  );
  server.answer('/session/status', 200, {});
  const messages = [
    { info: { id: 'msg_00', role: 'user' }, parts: [{ id: 'q', messageID: 'msg_00', type: 'text', text: 'older' }] },
    {
      info: { id: 'msg_000', role: 'assistant', parentID: 'msg_00' },
      parts: [{ id: 'r', messageID: 'msg_000', type: 'text', text: 'older answer', time: { start: 1, end: 2 } }],
    },
    {
      info: { id: 'msg_01', role: 'user' },
      parts: [{ id: 'msg_01.text', messageID: 'msg_01', type: 'text', text: 'do it' }],
    },
    {
      info: { id: 'msg_02', role: 'assistant', parentID: 'msg_01' },
      parts: [
        { ...text, text: 'all of it', time: { start: 1, end: 2 } },
        { id: 's', messageID: 'msg_02', type: 'step-finish', reason: 'stop', tokens: { input: 1, output: 2 } },
      ],
    },
  ];
  const out = server.answer('/session/ses_1/message', 200, messages);
  assert.deepEqual(
    ofType(out, 'item-completed').map(({ item }) => ('text' in item ? item.text : item.type)),
    ['all of it'],
  );
  assert.deepEqual(endsOf(out), ['completed']);
});

test('a cut before the words were seen: they are found in the conversation, an older message of the same words is not taken for them', () => {
  const message = (id: string) => ({
    info: { id, role: 'user' },
    parts: [{ id: `${id}p`, messageID: id, type: 'text', text: 'again' }],
  });
  const server = Server.working('again');
  server.says('msg_02', 'msg_01', 'once');
  server.idle();
  server.start(second, 'again');
  server.line({ adapter: 'events-cut' });
  server.line({ adapter: 'events-open' });
  server.answer('/session/status', 200, { ses_1: { type: 'busy' } });
  assert.deepEqual(server.answer('/session/ses_1/message', 200, [message('msg_01')]), []);
  server.line({ adapter: 'events-cut' });
  server.line({ adapter: 'events-open' });
  server.answer('/session/status', 200, { ses_1: { type: 'busy' } });
  assert.ok(has(server.answer('/session/ses_1/message', 200, [message('msg_01'), message('msg_05')]), 'turn-started'));
});

test('a model server whose answers hold nothing is not asked for ever', () => {
  const server = Server.working();
  const empty = { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } };
  for (let n = 2; n < 7; n++) {
    server.assistantMessage(`msg_0${n}`, 'msg_01');
    const out = server.step(`msg_0${n}`, 'unknown', empty);
    assert.deepEqual(requests(out), n === 6 ? ['POST /session/ses_1/abort'] : []);
    assert.equal(has(out, 'usage'), false);
  }
  assert.deepEqual(endsOf(server.idle()), ['model_request_rejected']);
});

test('an error is forgotten when a step succeeds after it', () => {
  const server = Server.working();
  server.event('session.error', { error: { name: 'ContextOverflowError', data: { message: 'too long' } } });
  server.says('msg_02', 'msg_01', 'fine after all');
  assert.deepEqual(endsOf(server.idle()), ['completed']);
  const failing = Server.working();
  failing.event('session.error', { error: { name: 'APIError', data: { message: 'no', statusCode: 401 } } });
  assert.deepEqual(endsOf(failing.idle()), ['agent_auth']);
});

test('words that are refused at once fail the turn: by the answer, or by an error with no message after it', () => {
  const server = Server.ready();
  server.start(firstTurn, 'hi');
  const out = server.answer('/session/ses_1/prompt_async', 400, { name: 'BadRequest', data: { message: 'bad' } });
  assert.deepEqual(endsOf(out), ['agent_protocol']);
  const silent = Server.ready();
  silent.start(firstTurn, 'hi');
  silent.event('session.error', { error: { name: 'UnknownError', data: { message: 'Model not found: a/b.' } } });
  assert.deepEqual(endsOf(silent.give({ type: 'deadline', name: 'settle' })), ['model_unknown']);
});

test('a server that refuses its events, or does not come up, ends the run with what it said', () => {
  const broken = new Server();
  broken.give({ type: 'opened' });
  broken.start(firstTurn, 'hi');
  const out = broken.line({
    adapter: 'events-cut',
    status: 400,
    error: 'GET /event gave status 400: ConfigInvalidError',
  });
  assert.deepEqual(endsOf(out), ['agent_start_failed']);
  assert.ok(has(out, 'end-run'));
  const slow = new Server();
  slow.give({ type: 'opened' });
  assert.ok(has(slow.give({ type: 'deadline', name: 'handshake' }), 'end-run'));
  assert.deepEqual(endsOf(slow.start(firstTurn, 'hi')), ['start_timeout']);
});

test('a process that ends never counts as an answer', () => {
  const crashed = Server.working();
  crashed.says('msg_02', 'msg_01', 'done');
  assert.deepEqual(endsOf(crashed.give(exit(0, 'opencode server listening on http://127.0.0.1:1'))), ['agent_crashed']);
  const started = new Server();
  started.give({ type: 'opened' });
  started.start(firstTurn, 'hi');
  assert.deepEqual(endsOf(started.give(exit(1, 'Error: Unexpected error\n\nFailed query: CREATE TABLE'))), [
    'agent_start_failed',
  ]);
  const stopped = Server.working();
  stopped.give({ type: 'interrupt', turnId: firstTurn });
  assert.deepEqual(endsOf(stopped.give(exit(null, '', 'SIGTERM'))), ['interrupted']);
  assert.deepEqual(endsOf(stopped.start(second, 'hi')), ['agent_crashed']);
});

test('an event of a later version is told and kept, and does no harm', () => {
  const server = Server.working();
  const [told] = ofType(server.event('session.sparkled', { how: 'much' }), 'notice');
  assert.equal(told?.code, 'unknown_event');
  assert.match(told?.raw ?? '', /sparkled/);
  assert.equal(ofType(server.give({ type: 'line', line: 'what?' }), 'notice')[0]?.code, 'unreadable_line');
  assert.equal(requestId(server.outputs, '/session/ses_1/prompt_async') === '', false);
});
