import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import { connect, until } from '../test/connect.ts';
import type { Connected, Kind } from '../test/connect.ts';
import type { FakeTurn } from '../test/fake-daemon.ts';
import { tasksExtension } from './task-of.ts';

const permission = {
  kind: 'permission',
  title: 'Run a command',
  command: 'rm -rf build',
  options: [
    { id: 'yes', label: 'Allow', effect: 'allow' },
    { id: 'no', label: 'Deny', effect: 'deny' },
  ],
} as const;

function held(connected: Connected): Promise<FakeTurn> {
  const { promise, resolve } = Promise.withResolvers<FakeTurn>();
  connected.daemon.play = resolve;
  return promise;
}

const ask = { name: 'codex_request', arguments: { prompt: 'x' } };

for (const over of ['stdio', 'http'] as const) {
  for (const kind of ['2025-11-25', 'sdk 1'] satisfies readonly Kind[]) {
    const begin = async (connected: Connected) => {
      const begun = held(connected);
      const created = await connected.request('tools/call', { ...ask, task: { ttl: 60_000 } });
      return { turn: await begun, task: created['task'] as Readonly<Record<string, unknown>> };
    };

    test(`${kind}, ${over}: a request becomes a task whose id is the job's; its result is waited for`, async (t) => {
      const connected = await connect(t, { kind, over });
      const { turn, task } = await begin(connected);
      assert.partialDeepStrictEqual(task, { taskId: turn.id, status: 'working', ttl: 30 * 24 * 3600 * 1000 });
      const get = () => connected.request('tasks/get', { taskId: turn.id });
      assert.equal((await get())['status'], 'working');
      const result = connected.request('tasks/result', { taskId: turn.id });
      turn.complete('Done.');
      const { structuredContent, _meta } = await result;
      assert.partialDeepStrictEqual(structuredContent, { status: 'completed', answer: 'Done.' });
      assert.deepEqual(_meta, { 'io.modelcontextprotocol/related-task': { taskId: turn.id } });
      assert.equal((await get())['status'], 'completed');
      const { tasks } = await connected.request('tasks/list');
      assert.partialDeepStrictEqual(tasks, [{ taskId: turn.id, status: 'completed' }]);
      assert.equal((await connected.call('llm_job_result', { jobId: turn.id })).structuredContent?.['answer'], 'Done.');
    });

    test(`${kind}, ${over}: a task is cancelled once; one that nobody knows is an error`, async (t) => {
      const connected = await connect(t, { kind, over });
      const { turn } = await begin(connected);
      assert.equal((await connected.request('tasks/cancel', { taskId: turn.id }))['status'], 'cancelled');
      await assert.rejects(connected.request('tasks/cancel', { taskId: turn.id }), { code: -32_602 });
      for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel'])
        await assert.rejects(connected.request(method, { taskId: 'trn_none' }), { code: -32_602 }, method);
      for (const cursor of ['garbage', 'trn_none'])
        await assert.rejects(connected.request('tasks/list', { cursor }), { code: -32_602 }, cursor);
    });

    test(`${kind}, ${over}: an agent that asks makes its task wait for input, which the person gives while the result is waited for`, async (t) => {
      const connected = await connect(t, {
        kind,
        over,
        fill: () => ({ action: 'accept', content: { decision: 'yes' } }),
      });
      const { turn } = await begin(connected);
      const answered = turn.ask(permission);
      assert.equal((await connected.request('tasks/get', { taskId: turn.id }))['status'], 'input_required');
      const result = connected.request('tasks/result', { taskId: turn.id });
      turn.complete((await answered).optionId);
      assert.partialDeepStrictEqual((await result)['structuredContent'], { answer: 'yes' });
    });
  }

  test(`${over}: tools say that they can be tasks, and the end of a task is told without asking`, async (t) => {
    const connected = await connect(t, { over });
    const tools = (await connected.listTools()) as readonly {
      readonly name: string;
      readonly execution?: { readonly taskSupport: string };
    }[];
    for (const { name, execution } of tools)
      assert.equal(execution?.taskSupport, /^(?!codex_fork).*_request$/.test(name) ? 'optional' : undefined, name);
    const begun = held(connected);
    await connected.request('tools/call', { ...ask, task: {} });
    (await begun).complete('Done.');
    await until(connected.told, () => connected.told.tasks.length > 0);
    assert.partialDeepStrictEqual(connected.told.tasks, [{ taskId: (await begun).id, status: 'completed' }]);
    assert.deepEqual(connected.told.updated, []);
  });

  test(`${over}: a call that does not ask for a task is answered as ever`, async (t) => {
    const connected = await connect(t, { over });
    const reply = await connected.request('tools/call', ask);
    assert.deepEqual(
      [reply['task'], (reply['structuredContent'] as { answer: string }).answer],
      [undefined, 'You said: x'],
    );
  });

  const declared = {
    _meta: {
      'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} }, extensions: { [tasksExtension]: {} } },
    },
  };

  test(`2026-07-28, ${over}: for a client that declares the extension a request becomes a task that holds its result`, async (t) => {
    const connected = await connect(t, { kind: '2026-07-28', over });
    const begun = held(connected);
    const created = await connected.rawRequest('tools/call', { ...ask, ...declared });
    const { id: taskId, complete } = await begun;
    assert.partialDeepStrictEqual(created, {
      resultType: 'task',
      taskId,
      status: 'working',
      ttlMs: 30 * 24 * 3600 * 1000,
    });
    const get = () => connected.rawRequest('tasks/get', { taskId, ...declared });
    assert.partialDeepStrictEqual(await get(), { resultType: 'complete', taskId, status: 'working' });
    complete('Done.');
    assert.partialDeepStrictEqual(await get(), {
      status: 'completed',
      result: { structuredContent: { answer: 'Done.' } },
    });
    assert.partialDeepStrictEqual(await connected.rawRequest('tasks/cancel', { taskId, ...declared }), {
      resultType: 'complete',
    });
  });

  test(`2026-07-28, ${over}: what the agent asks stands in the task and is answered by an update of it`, async (t) => {
    const connected = await connect(t, { kind: '2026-07-28', over });
    const begun = held(connected);
    await connected.rawRequest('tools/call', { ...ask, ...declared });
    const turn = await begun;
    const answered = turn.ask(permission);
    const task = await connected.rawRequest('tasks/get', { taskId: turn.id, ...declared });
    assert.equal(task['status'], 'input_required');
    const [[id, question] = []] = Object.entries(task['inputRequests'] as Record<string, { readonly method: string }>);
    assert.equal(question?.method, 'elicitation/create');
    const inputResponses = { [String(id)]: { action: 'accept', content: { decision: 'no' } } };
    await connected.rawRequest('tasks/update', { taskId: turn.id, inputResponses, ...declared });
    assert.equal((await answered).optionId, 'no');
  });

  test(`2026-07-28, ${over}: a yes or no is asked as one, and answered by one`, async (t) => {
    const connected = await connect(t, { kind: '2026-07-28', over });
    const begun = held(connected);
    await connected.rawRequest('tools/call', { ...ask, ...declared });
    const turn = await begun;
    const choices = [{ label: 'Yes' }, { label: 'No' }];
    const answered = turn.ask({
      kind: 'question',
      title: 'Sure?',
      questions: [{ id: 'sure', text: 'Sure?', choices, multiple: false }],
      options: permission.options,
    });
    const { inputRequests } = await connected.rawRequest('tasks/get', { taskId: turn.id, ...declared });
    const [[id, question] = []] = Object.entries(inputRequests as Record<string, unknown>);
    assert.partialDeepStrictEqual(question, {
      params: { requestedSchema: { properties: { sure: { type: 'boolean', title: 'Sure?' } } } },
    });
    const inputResponses = { [String(id)]: { action: 'accept', content: { sure: false } } };
    await connected.rawRequest('tasks/update', { taskId: turn.id, inputResponses, ...declared });
    assert.deepEqual((await answered).answers, { sure: ['No'] });
  });

  test(`2026-07-28, ${over}: an agent that fails completes its task with that as the result; where Parley itself fails, the task does`, async (t) => {
    const connected = await connect(t, { kind: '2026-07-28', over });
    const taskAfter = async (code: 'agent_crashed' | 'internal') => {
      const begun = held(connected);
      await connected.rawRequest('tools/call', { ...ask, ...declared });
      const turn = await begun;
      turn.fail(new ParleyError(code, 'It went wrong.'));
      return connected.rawRequest('tasks/get', { taskId: turn.id, ...declared });
    };
    assert.partialDeepStrictEqual(await taskAfter('agent_crashed'), { status: 'completed', result: { isError: true } });
    const failed = await taskAfter('internal');
    assert.partialDeepStrictEqual(failed, { status: 'failed', error: { code: -32_603 } });
    assert.equal('result' in failed, false);
  });

  test(`2026-07-28, ${over}: without the extension there are no tasks`, async (t) => {
    const connected = await connect(t, { kind: '2026-07-28', over });
    assert.equal((await connected.call('codex_request', { prompt: 'x' })).structuredContent?.['answer'], 'You said: x');
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel'])
      await assert.rejects(connected.rawRequest(method, { taskId: 'trn_none' }), { code: -32_021 }, method);
    await assert.rejects(connected.rawRequest('tasks/get', { taskId: 'trn_none', ...declared }), { code: -32_602 });
    for (const method of ['tasks/list', 'tasks/result'])
      await assert.rejects(
        connected.rawRequest(method, { taskId: 'trn_none', ...declared }),
        { code: -32_601 },
        method,
      );
  });
}
