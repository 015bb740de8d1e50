import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApprovalId, SessionId, TurnId } from '@parley/schema';
import { answerOf, formOf } from './elicit.ts';
import { connect, kinds } from './test/connect.ts';
import type { Filled, Form } from './test/connect.ts';
import type { FakeTurn } from './test/fake-daemon.ts';

const permission = {
  kind: 'command',
  title: 'Run rm -rf build',
  command: 'rm -rf build',
  options: [
    { id: 'yes', label: 'Allow', effect: 'allow' },
    { id: 'no', label: 'Deny', effect: 'deny' },
  ],
} as const;

const asks = async (turn: FakeTurn): Promise<void> => {
  const { optionId } = await turn.ask(permission);
  turn.complete(`They said ${optionId}.`);
};

for (const kind of kinds) {
  test(`${kind}: what an agent asks is asked of the person as a form`, async (t) => {
    const forms: Form[] = [];
    const { call, daemon } = await connect(t, {
      kind,
      fill: (form) => {
        forms.push(form);
        return { action: 'accept', content: { decision: 'yes' } };
      },
    });
    daemon.play = asks;
    const reply = await call('codex_request', { prompt: 'clean up' });
    assert.equal(reply.structuredContent?.['answer'], 'They said yes.');
    assert.equal(forms.length, 1);
    assert.equal(forms[0]?.message, 'Run rm -rf build\n$ rm -rf build');
  });

  test(`${kind}: who declines denies`, async (t) => {
    const { call, daemon } = await connect(t, { kind, fill: () => ({ action: 'decline' }) });
    daemon.play = asks;
    assert.equal((await call('codex_request', { prompt: 'x' })).structuredContent?.['answer'], 'They said no.');
  });

  test(`${kind}: a form that is closed leaves the approval to other doors, and is not shown again`, async (t) => {
    const shown: Form[] = [];
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const { call, daemon } = await connect(t, {
      kind,
      fill: (form) => {
        shown.push(form);
        close();
        return { action: 'cancel' };
      },
    });
    daemon.play = asks;
    const reply = call('codex_request', { prompt: 'x' });
    await closed;
    assert.deepEqual(daemon.answers, []);
    const [approval] = await daemon.approvals({ pending: true });
    await call('approval_answer', { approvalId: approval?.id, optionId: 'no' });
    assert.equal((await reply).structuredContent?.['answer'], 'They said no.');
    assert.equal(shown.length, 1);
  });

  test(`${kind}: what a job asked before anybody watched is asked of the person who watches it, once`, async (t) => {
    let shown = 0;
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const { call, daemon } = await connect(t, {
      kind,
      fill: () => {
        shown += 1;
        return { action: 'accept', content: { decision: 'yes' } };
      },
    });
    daemon.play = (turn) => {
      const answered = asks(turn);
      ask();
      return answered;
    };
    const { jobId } = (await call('codex_request_async', { prompt: 'x' })).structuredContent ?? {};
    await asked;
    assert.equal((await call('llm_job_watch', { jobId })).structuredContent?.['answer'], 'They said yes.');
    assert.equal(shown, 1);
  });

  test(`${kind}: whoever answers at another door is faster than the form`, async (t) => {
    const { promise: shown, resolve: show } = Promise.withResolvers<void>();
    const { promise: never, resolve: fillIn } = Promise.withResolvers<Filled>();
    const { call, daemon } = await connect(t, {
      kind,
      fill: () => {
        show();
        return never;
      },
    });
    daemon.play = asks;
    const reply = call('codex_request', { prompt: 'x' });
    await shown;
    const [approval] = await daemon.approvals({ pending: true });
    assert.ok(approval !== undefined);
    await daemon.answerApproval(approval.id, { optionId: 'no' });
    // Since 2026-07-28 the call comes back only with the form.
    fillIn({ action: 'accept', content: { decision: 'yes' } });
    assert.equal((await reply).structuredContent?.['answer'], 'They said no.');
    assert.equal(daemon.answers.length, 1);
  });
}

test('a form shows what would be allowed: the diff of each file, and a mark where it is cut', () => {
  const at = { requestedAt: 0, deadlineAt: 1, sessionId: 'ses_1' as SessionId, turnId: 'trn_1' as TurnId };
  const ask = { id: 'apr_1' as ApprovalId, options: permission.options, ...at };
  const long = `+${'x'.repeat(20_000)}`;
  const { message } = formOf({
    ...ask,
    kind: 'file_change',
    title: 'Change two files',
    changes: [
      { path: 'a.md', kind: 'add', added: 1, removed: 0, diff: long },
      { path: 'b.md', kind: 'move', movedTo: 'c.md', diff: '@@ -1 +1 @@\n-old\n+new\n' },
    ],
  });
  assert.match(message, /^Change two files\nadd a\.md \(\+1 −0\)\n\+x+\n\[cut here: \d+ more characters/);
  assert.ok(message.endsWith('\nmove b.md to c.md\n@@ -1 +1 @@\n-old\n+new'), 'a long one hides no other');
  assert.ok(message.length < 10_000);
  const run = formOf({ ...ask, kind: 'command', title: 'Run it', command: 'make', cwd: '/code' });
  assert.equal(run.message, 'Run it\n$ make\nin /code');
});

test('the form of a launch shows its plan, which names the folder once', () => {
  const plan = JSON.stringify({ agent: 'codex', folder: '/code', prompt: 'x'.repeat(2000) }, undefined, 2);
  const { message } = formOf({
    id: 'apr_1' as ApprovalId,
    sessionId: 'ses_1' as SessionId,
    turnId: 'trn_1' as TurnId,
    requestedAt: 0,
    deadlineAt: 1,
    kind: 'launch',
    title: 'Start codex',
    cwd: '/code',
    input: plan,
    options: permission.options,
  });
  assert.equal(message, `Start codex\n${plan}`);
});

test('a client without forms is told that an approval waits, and can answer it by a tool', async (t) => {
  const { call, daemon } = await connect(t);
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  daemon.play = (turn) => {
    ask();
    return asks(turn);
  };
  const { jobId } = (await call('codex_request_async', { prompt: 'x' })).structuredContent ?? {};
  await asked;
  const { status, warnings } = (await call('llm_job_watch', { jobId, waitMs: 1 })).structuredContent ?? {};
  assert.equal(status, 'deferred');
  const listed = (await call('approval_list', { pending: true, cli: 'codex' })).structuredContent ?? {};
  const [approval] = listed['approvals'] as readonly {
    readonly id: string;
    readonly jobId: string;
    readonly status: string;
  }[];
  assert.deepEqual([approval?.jobId, approval?.status], [jobId, 'pending']);
  assert.match(String(warnings), /approval_answer/);
  assert.deepEqual((await call('approval_answer', { approvalId: approval?.id, optionId: 'no' })).structuredContent, {
    success: true,
    approvalId: approval?.id,
  });
  assert.equal((await call('llm_job_watch', { jobId })).structuredContent?.['answer'], 'They said no.');
  const again = await call('approval_answer', { approvalId: approval?.id, optionId: 'yes' });
  assert.equal(again.isError, true);
  assert.match(String(again.content[0]?.text), /approval_resolved/);
});

test('questions are fields of the form', async (t) => {
  const { call, daemon } = await connect(t, {
    fill: ({ requestedSchema }) => {
      assert.deepEqual(Object.keys(requestedSchema.properties), ['colour', 'parts', 'name']);
      return { action: 'accept', content: { colour: 'red', parts: ['a', 'b'], name: 'Ada' } };
    },
  });
  const choice = (label: string) => ({ label });
  daemon.play = async (turn) => {
    const { answers } = await turn.ask({
      kind: 'question',
      title: 'Some questions',
      questions: [
        { id: 'colour', text: 'Which colour?', choices: ['red', 'blue'].map(choice), multiple: false },
        { id: 'parts', text: 'Which parts?', choices: ['a', 'b', 'c'].map(choice), multiple: true },
        { id: 'name', text: 'Which name?', choices: [], multiple: false },
      ],
      options: [{ id: 'answer', label: 'Answer', effect: 'allow' }],
    });
    turn.complete(JSON.stringify(answers));
  };
  assert.deepEqual(JSON.parse(String((await call('codex_request', { prompt: 'x' })).structuredContent?.['answer'])), {
    colour: ['red'],
    parts: ['a', 'b'],
    name: ['Ada'],
  });
});

test('what a form does not offer is no answer', () => {
  const at = {
    id: 'apr_1' as ApprovalId,
    sessionId: 'ses_1' as SessionId,
    turnId: 'trn_1' as TurnId,
    requestedAt: 0,
    deadlineAt: 1,
  };
  const approval = { ...permission, ...at };
  assert.equal(answerOf(approval, { action: 'accept', content: { decision: 'all of it' } }), undefined);
  assert.equal(answerOf(approval, { action: 'accept' }), undefined);
  assert.equal(answerOf(approval, { action: 'cancel' }), undefined);
  assert.deepEqual(answerOf(approval, { action: 'decline' }), { optionId: 'no' });
});
