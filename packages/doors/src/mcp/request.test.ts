import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCatalogue, ParleyError } from '@parley/schema';
import { requestTools } from './agents.ts';
import { connect, kinds, version } from './test/connect.ts';
import type { Called } from './test/connect.ts';
import type { FakeTurn } from './test/fake-daemon.ts';

const told = ({ content }: Called) => content.map(({ text = '' }) => text).join('\n');

/** A turn that begins when the agent gets it and goes on when the test says. */
function held(): { readonly begun: Promise<FakeTurn>; readonly play: (turn: FakeTurn) => void } {
  const { promise, resolve } = Promise.withResolvers<FakeTurn>();
  return { begun: promise, play: resolve };
}

for (const kind of kinds) {
  test(`${kind}: tools are listed with description, annotations and schemas (G 1)`, async (t) => {
    const { listTools, serverVersion, daemon } = await connect(t, { kind });
    const tools = await listTools();
    const names = tools.map(({ name }) => name);
    for (const { name } of requestTools) {
      assert.ok(names.includes(`${name}_request`) && names.includes(`${name}_request_async`), name);
    }
    for (const name of [
      'llm_job_watch',
      'session_set_active',
      'approval_answer',
      'cli_versions',
      'llm_process_health',
    ]) {
      assert.ok(names.includes(name), name);
    }
    for (const tool of tools) {
      for (const part of ['description', 'annotations', 'inputSchema', 'outputSchema']) {
        assert.ok(Object.hasOwn(tool, part), `${tool.name} has no ${part}`);
      }
    }
    assert.equal(serverVersion?.version, version, 'the version of the package (G 2)');
    assert.equal(daemon.opened, 0, 'no daemon was looked for yet');
  });

  test(`${kind}: a request is answered with the answer and all that is known of it (G 4)`, async (t) => {
    const { call, daemon } = await connect(t, { kind });
    const reply = await call('codex_request', { prompt: 'hello', workingDir: '/repo', policy: 'edit', effort: 'low' });
    assert.equal(reply.isError, undefined);
    assert.equal(reply.content[0]?.text, 'You said: hello');
    const { sessionId, jobId, correlationId, ...facts } = reply.structuredContent ?? {};
    assert.match(String(correlationId), /^[\da-f-]{36}$/, 'one is made where the caller has none');
    assert.deepEqual(facts, {
      status: 'completed',
      answer: 'You said: hello',
      cli: 'codex',
      model: null,
      usage: { inputUncached: 10, output: 5, costUsd: 0.25 },
      cost: 0.25,
      providerSessionId: 'thread-1',
      stopReason: 'completed',
      warnings: ['It can read every file.'],
      deduped: false,
      durationMs: 5000,
      inputTokens: 10,
      outputTokens: 5,
      cacheReadTokens: null,
      cacheCreationTokens: null,
      costUsd: 0.25,
      exitCode: 0,
      errorCategory: null,
      retryCount: 0,
    });
    assert.match(String(sessionId), /^ses_/);
    assert.match(String(jobId), /^trn_/);
    assert.deepEqual(daemon.created, [{ agent: 'codex', cwd: '/repo', policy: 'edit', effort: 'low' }]);
  });

  test(`${kind}: what the agent does is told as it happens`, async (t) => {
    const { call, daemon } = await connect(t, { kind });
    daemon.play = (turn) => {
      turn.say('Let ', 'me look.');
      const item = { id: 'itm_1' as never, type: 'command', status: 'completed', command: 'ls -la' } as const;
      turn.emit({ type: 'item.started', turnId: turn.id, item: { ...item, status: 'running' } });
      turn.emit({ type: 'item.completed', turnId: turn.id, item });
      turn.complete('Two files.');
    };
    const heard: { readonly progress: number; readonly message?: string | undefined }[] = [];
    await call('codex_request', { prompt: 'look' }, { onprogress: (progress) => heard.push(progress) });
    assert.equal(heard.map(({ message }) => message).join(''), 'Let me look.\n$ ls -la\nTwo files.');
    assert.deepEqual(
      heard.map(({ progress }) => progress),
      heard.map((_, index) => index + 1),
    );
  });
}

test('a prompt without words, one that is too long and an unknown parameter are errors that name it; nothing starts (G 3)', async (t) => {
  const { call, daemon } = await connect(t);
  for (const [args, named] of [
    [{ prompt: '' }, /prompt/],
    [{ prompt: ' \n\t' }, /prompt: must contain words/],
    [{ prompt: 'x'.repeat(100_001) }, /prompt/],
    [{ prompt: 'hello', allowedTools: ['Read'] }, /allowedTools/],
    [{ prompt: 'hello', approvalStrategy: 'whatever' }, /approvalStrategy/],
    [{ prompt: 'hello', permissionMode: 'plan' }, /permissionMode/],
  ] as const) {
    const reply = await call('codex_request', args);
    assert.equal(reply.isError, true);
    assert.match(told(reply), named);
  }
  assert.equal(daemon.opened, 0);
});

test('a model or session that looks like a flag is refused, a prompt that does is only text (G 21)', async (t) => {
  const { call, daemon } = await connect(t);
  for (const name of ['model', 'sessionId', 'profile']) {
    assert.match(
      told(await call('codex_request', { prompt: 'x', [name]: '--evil' })),
      new RegExp(`${name}: must not begin`),
    );
  }
  assert.equal(daemon.opened, 0);
  assert.equal((await call('codex_request', { prompt: '--yolo' })).structuredContent?.['answer'], 'You said: --yolo');
});

test("an agent's own words for permissions are a policy, and contradictions are refused", async (t) => {
  const { call, daemon } = await connect(t);
  await call('claude_request', { prompt: 'x', permissionMode: 'plan' });
  await call('codex_request', { prompt: 'x', sandboxMode: 'workspace-write' });
  await call('gemini_request', { prompt: 'x', includeDirs: ['lib', '/other'] });
  await call('acp_request', { prompt: 'x', agent: 'mine' });
  assert.deepEqual(daemon.created, [
    { agent: 'claude', cwd: '/code', policy: 'read-only' },
    { agent: 'codex', cwd: '/code', policy: 'edit' },
    { agent: 'gemini', cwd: '/code', addedFolders: ['/code/lib', '/other'] },
    { agent: 'acp:mine', cwd: '/code' },
  ]);
  assert.match(
    told(await call('claude_request', { prompt: 'x', permissionMode: 'plan', policy: 'full' })),
    /contradict/,
  );
  assert.equal(daemon.created.length, 4);
});

test('a conversation goes on by its session, by the id of the agent, or as the newest of the folder; createNewSession beats all (G 13, G 15)', async (t) => {
  const { call, daemon } = await connect(t);
  const first = (await call('codex_request', { prompt: 'one', workingDir: '/a' })).structuredContent ?? {};
  const ofSame = [
    { sessionId: first['sessionId'] },
    { sessionId: first['providerSessionId'] },
    { resumeLatest: true, workingDir: '/a' },
  ];
  for (const args of ofSame) {
    const reply = await call('codex_request', { prompt: 'two', ...args });
    assert.equal(reply.structuredContent?.['sessionId'], first['sessionId'], JSON.stringify(args));
  }
  const other = await call('codex_request', { prompt: 'x', sessionId: first['sessionId'], createNewSession: true });
  assert.notEqual(other.structuredContent?.['sessionId'], first['sessionId']);
  await call('codex_request', { prompt: 'x', sessionId: 'a-thread-of-codex' });
  assert.deepEqual(daemon.created.at(-1), { agent: 'codex', cwd: '/code', threadId: 'a-thread-of-codex' });
  assert.match(
    told(await call('codex_request', { prompt: 'x', resumeLatest: true, workingDir: '/b' })),
    /^unknown_session/,
  );
  assert.match(
    told(await call('claude_request', { prompt: 'x', sessionId: first['sessionId'] })),
    /is a session of codex/,
  );
  assert.match(told(await call('codex_request', { prompt: 'x', sessionId: 'gw-123' })), /another gateway/, '(G 20)');
});

test('what cannot apply to a session that goes on is listed in the warnings; another folder is refused (G 14)', async (t) => {
  const { call } = await connect(t);
  const { sessionId } = (await call('codex_request', { prompt: 'one' })).structuredContent ?? {};
  const reply = await call('codex_request', { prompt: 'two', sessionId, effort: 'high', model: 'gpt-9' });
  assert.equal(reply.structuredContent?.['model'], 'gpt-9');
  assert.match(String(reply.structuredContent?.['warnings']), /^effort was not applied/);
  assert.match(
    told(await call('codex_request', { prompt: 'x', sessionId, workingDir: '/else' })),
    /is not the folder of/,
  );
});

test('a failed turn and a missing agent are errors with code and hint (G 6)', async (t) => {
  const { call, daemon } = await connect(t);
  daemon.play = (turn) =>
    turn.fail(new ParleyError('agent_crashed', 'codex exited with 3', { exitCode: 3, stderr: 'oh' }));
  const reply = await call('codex_request', { prompt: 'x' });
  assert.equal(reply.isError, true);
  assert.match(told(reply), /^agent_crashed: codex exited with 3\nSend the message again/);
  assert.partialDeepStrictEqual(reply.structuredContent, { error: { details: { exitCode: 3, stderr: 'oh' } } });
  const missing = await call('mistral_request', { prompt: 'x' });
  assert.equal(told(missing), `agent_not_installed: vibe is not on PATH.\n${errorCatalogue.agent_not_installed.hint}`);
});

test('an agent slower than the deadline: a handle at the deadline, the answer later (G 23)', async (t) => {
  const { call, daemon } = await connect(t, { syncDeadlineMs: 1 });
  const { begun, play } = held();
  daemon.play = play;
  const reply = await call('codex_request', { prompt: 'slow' });
  const { status, answer, jobId, fetchWith } = reply.structuredContent ?? {};
  assert.equal(reply.isError, undefined);
  assert.deepEqual([status, answer, fetchWith], ['deferred', null, 'llm_job_result']);
  const turn = await begun;
  assert.equal((await call('llm_job_result', { jobId })).structuredContent?.['status'], 'running');
  const watched = call('llm_job_watch', { jobId });
  turn.complete('At last.');
  assert.equal((await watched).structuredContent?.['answer'], 'At last.');
  assert.equal((await call('llm_job_result', { jobId })).structuredContent?.['answer'], 'At last.');
});

test('an answer too long for one reply is cut with a mark and read page by page (G 37)', async (t) => {
  const { call, daemon } = await connect(t);
  const long = '😀'.repeat(150_000);
  daemon.play = (turn) => turn.complete(long);
  const reply = await call('codex_request', { prompt: 'long', syncDeadlineMs: 0 });
  assert.match(told(reply), /\[answer cut: characters 0 to 200000 of 300000; go on with llm_job_result/);
  let whole = String(reply.structuredContent?.['answer']);
  for (let next = reply.structuredContent; ;) {
    const { nextOffset } = (next?.['page'] ?? {}) as { readonly nextOffset?: number | null };
    if (nextOffset === null) break;
    next = (await call('llm_job_result', { jobId: next?.['jobId'], offset: nextOffset, maxChars: 33_333 }))
      .structuredContent;
    whole += String(next?.['answer']);
  }
  assert.equal(whole, long);
});

for (const kind of kinds) {
  test(`${kind}: a cancelled request stops its own turn`, async (t) => {
    const { call, daemon } = await connect(t, { kind });
    const { begun, play } = held();
    daemon.play = play;
    const cancel = new AbortController();
    const reply = call('codex_request', { prompt: 'x' }, { signal: cancel.signal });
    const turn = await begun;
    cancel.abort();
    await assert.rejects(reply);
    for await (const batch of daemon.eventBatches(turn.session.id)) {
      if (batch.some(({ type }) => type === 'turn.interrupted')) break;
    }
    assert.equal(daemon.interrupts, 1);
  });
}

test('a cancelled request that waits behind another is taken back, and the other goes on', async (t) => {
  const { call, daemon } = await connect(t);
  const { begun, play } = held();
  daemon.play = play;
  const first = call('codex_request', { prompt: 'first' });
  const turn = await begun;
  const cancel = new AbortController();
  const { id } = turn.session;
  const second = call('codex_request', { prompt: 'second', sessionId: id }, { signal: cancel.signal });
  for await (const batch of daemon.eventBatches(id)) {
    if (batch.some((event) => event.type === 'queue.changed' && event.queue.length === 1)) break;
  }
  cancel.abort();
  await assert.rejects(second);
  for await (const batch of daemon.eventBatches(id)) {
    if (batch.some((event) => event.type === 'queue.changed' && event.queue.length === 0)) break;
  }
  assert.equal(daemon.interrupts, 0);
  turn.complete('Done.');
  assert.equal((await first).structuredContent?.['answer'], 'Done.');
});

test('when the client goes, the server ends at once and the turn goes on (G 57)', async (t) => {
  const { call, daemon, leave } = await connect(t);
  const { begun, play } = held();
  daemon.play = play;
  void call('codex_request', { prompt: 'x' }).catch(() => {});
  const turn = await begun;
  await leave();
  assert.equal(daemon.interrupts, 0);
  turn.complete('Nobody waits.');
  assert.equal((await daemon.findTurn(turn.id)).answer, 'Nobody waits.');
});
