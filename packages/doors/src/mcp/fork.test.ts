import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import { connect, kinds } from './test/connect.ts';
import type { Called } from './test/connect.ts';

const told = ({ content }: Called) => content.map(({ text = '' }) => text).join('\n');
const sessionOf = ({ structuredContent }: Called) => String(structuredContent?.['sessionId']);

for (const kind of kinds) {
  test(`${kind}: codex_fork_session answers from a copy and leaves the original as it was`, async (t) => {
    const { call, daemon } = await connect(t, { kind });
    const first = sessionOf(await call('codex_request', { prompt: 'hello', workingDir: '/repo' }));
    const reply = await call('codex_fork_session', {
      prompt: 'otherwise',
      sessionId: first,
      model: 'gpt-5.5',
      sandboxMode: 'read-only',
      correlationId: 'mine',
      idleTimeoutMs: 60_000,
    });
    assert.equal(reply.structuredContent?.['answer'], 'You said: otherwise');
    const fork = await daemon.session(sessionOf(reply) as never);
    assert.deepEqual(fork.forkOf, { sessionId: first, threadId: 'thread-1' });
    assert.deepEqual([fork.policy, fork.model, fork.idleMs, fork.cwd], ['read-only', 'gpt-5.5', 60_000, '/repo']);
    assert.deepEqual(
      daemon.submitted.map(({ text, sessionId }) => [text, sessionId === first]),
      [
        ['hello', true],
        ['otherwise', false],
      ],
    );
  });
}

test('forkLast copies the newest session of the folder, and a conversation that Parley has not seen is copied by its id', async (t) => {
  const { call, daemon } = await connect(t);
  await call('codex_request', { prompt: 'one', workingDir: '/repo' });
  const newest = sessionOf(await call('codex_request', { prompt: 'two', workingDir: '/repo' }));
  await call('codex_request', { prompt: 'elsewhere', workingDir: '/other' });
  const last = await call('codex_fork_session', { prompt: 'x', forkLast: true, workingDir: '/repo' });
  assert.equal((await daemon.session(sessionOf(last) as never)).forkOf?.sessionId, newest);

  await call('codex_fork_session', { prompt: 'x', sessionId: 'own-id', workingDir: '/repo' });
  assert.deepEqual(daemon.created.at(-1), { agent: 'codex', cwd: '/repo', threadId: 'own-id', fork: true });
  assert.match(
    told(await call('codex_fork_session', { prompt: 'x', forkLast: true })),
    /no session of codex in \/code/,
  );
});

test('codex_fork_session takes exactly one of sessionId and forkLast, and permissions as codex_request does', async (t) => {
  const { call, daemon } = await connect(t);
  const first = sessionOf(await call('codex_request', { prompt: 'hello', workingDir: '/repo' }));
  for (const both of [{}, { sessionId: first, forkLast: true }, { forkLast: false }]) {
    const reply = await call('codex_fork_session', { prompt: 'x', ...both });
    assert.equal(reply.isError, true);
    assert.match(told(reply), /exactly one of the two/);
  }
  for (const [words, policy] of [
    [{ sandboxMode: 'workspace-write' }, 'edit'],
    [{ sandboxMode: 'workspace-write', askForApproval: 'untrusted' }, 'ask'],
    [{ askForApproval: 'on-request' }, 'ask'],
    [{ askForApproval: 'never' }, 'read-only'],
    [{ sandboxMode: 'read-only', askForApproval: 'on-request' }, 'read-only'],
    [{ sandboxMode: 'workspace-write', askForApproval: 'never' }, 'edit'],
    [{ sandboxMode: 'danger-full-access', askForApproval: 'never' }, 'full'],
  ] as const) {
    const reply = await call('codex_fork_session', { prompt: 'x', sessionId: first, ...words });
    const own = await daemon.session(sessionOf(reply) as never);
    assert.equal(own.policy, policy);
    const asked = await call('codex_request', { prompt: 'x', createNewSession: true, ...words });
    assert.equal((await daemon.session(sessionOf(asked) as never)).policy, policy, JSON.stringify(words));
    assert.deepEqual(reply.structuredContent?.['warnings'], asked.structuredContent?.['warnings']);
  }
  const before = daemon.created.length;
  const other = { prompt: 'x', sessionId: first, workingDir: '/elsewhere' };
  assert.match(told(await call('codex_fork_session', other)), /not the folder of the conversation: \/repo/);
  assert.equal(daemon.created.length, before);
});

test('forkSession of a request goes on with a copy, and says what is missing where there is nothing to copy', async (t) => {
  const { call, daemon } = await connect(t);
  const first = sessionOf(await call('claude_request', { prompt: 'hello', workingDir: '/repo' }));
  const fork = await call('claude_request', {
    prompt: 'x',
    sessionId: first,
    forkSession: true,
    permissionMode: 'plan',
  });
  assert.equal((await daemon.session(sessionOf(fork) as never)).forkOf?.sessionId, first);
  assert.equal((await daemon.session(sessionOf(fork) as never)).policy, 'read-only');
  assert.equal((await daemon.session(first as never)).policy, 'ask', 'the original is not changed');

  await call('claude_request_async', { prompt: 'x', sessionId: 'own-id', forkSession: true });
  assert.equal(daemon.created.at(-1)?.fork, true);
  assert.match(told(await call('claude_request', { prompt: 'x', forkSession: true })), /a copy of which conversation/);
  assert.match(told(await call('gemini_request', { prompt: 'x', forkSession: true })), /forkSession/);
});

test('a fork that its caller gave no name has one that is made, and a refusal tells agent and name', async (t) => {
  const { call } = await connect(t);
  const { sessionId } = (await call('codex_request', { prompt: 'hello' })).structuredContent ?? {};
  const fork = await call('codex_fork_session', { prompt: 'again', sessionId });
  assert.match(String(fork.structuredContent?.['correlationId']), /^[0-9a-f-]{36}$/);
  const refused = await call('codex_fork_session', { prompt: 'again', correlationId: 'mine' });
  assert.partialDeepStrictEqual(refused.structuredContent, { status: 'refused', cli: 'codex', correlationId: 'mine' });
});

test('what a refused request wanted of a session is not done: it keeps its policy and model, and no copy is left', async (t) => {
  const { call, daemon } = await connect(t);
  const first = sessionOf(await call('claude_request', { prompt: 'hello', workingDir: '/repo' }));
  const before = await daemon.session(first as never);
  daemon.refusal = new ParleyError('approval_denied', 'It scored 6. Nothing was started.');
  const wants = { prompt: 'wipe', sessionId: first, permissionMode: 'bypassPermissions', model: 'opus' };
  for (const forkSession of [false, true]) {
    const reply = await call('claude_request', { ...wants, forkSession });
    assert.equal(reply.isError, true);
  }
  assert.deepEqual(await daemon.sessions(), [before]);
  daemon.refusal = undefined;
  await call('claude_request', wants);
  const { policy, model } = await daemon.session(first as never);
  assert.deepEqual([policy, model], ['full', 'opus']);
});

test('a request for a copy that is made again under its key is the same request, and copies are of this connection to clear', async (t) => {
  const { call, daemon } = await connect(t);
  const first = sessionOf(await call('claude_request', { prompt: 'hello', workingDir: '/repo' }));
  const words = { prompt: 'x', sessionId: first, forkSession: true, permissionMode: 'plan', idempotencyKey: 'mine' };
  const copy = sessionOf(await call('claude_request', words));
  await call('claude_request', words);
  const [, made, again] = daemon.made;
  assert.deepEqual(made?.session, { fork: first, policy: 'read-only' });
  assert.deepEqual(again?.session, made.session);
  await call('session_clear_all');
  await assert.rejects(daemon.session(copy as never), { code: 'unknown_session' });
});

test('a request says what it wants of a session also where that has it already: it is the same when it is made again', async (t) => {
  const { call, daemon } = await connect(t);
  const first = sessionOf(await call('claude_request', { prompt: 'hello', workingDir: '/repo' }));
  const words = { prompt: 'x', sessionId: first, permissionMode: 'plan', idempotencyKey: 'mine' };
  await call('claude_request', words);
  await call('claude_request', words);
  for (const { session } of daemon.made.slice(1)) assert.deepEqual(session, { id: first, policy: 'read-only' });
});
