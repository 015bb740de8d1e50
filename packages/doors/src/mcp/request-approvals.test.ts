import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId, ParleyError } from '@parley/schema';
import type { RequestApproval } from '@parley/schema';
import { connect, kinds } from './test/connect.ts';
import type { Form } from './test/connect.ts';

function aDecision(change: Partial<RequestApproval> = {}): RequestApproval {
  return {
    id: newId('requestApproval'),
    at: 1_800_000_000_000,
    status: 'denied',
    policy: 'balanced',
    agent: 'codex',
    operation: 'request',
    score: 6,
    threshold: 5,
    reasons: ['The words speak of "wipe" (+3)'],
    promptPreview: '[redacted]',
    promptSha256: 'f'.repeat(64),
    requestedMcpServers: [],
    bypassRequested: true,
    fullAuto: false,
    planHash: 'plan',
    reviewIntegrity: { isReviewContext: false, violations: [], totalScore: 0 },
    decidedBy: 'score',
    ...change,
  };
}

for (const kind of kinds) {
  test(`${kind}: a refused request says why, and what was decided is listed without its prompt (G 39)`, async (t) => {
    const { call, daemon } = await connect(t, { kind });
    const decision = aDecision();
    daemon.decisions = [decision, aDecision({ agent: 'claude', at: 1 })];
    daemon.refusal = new ParleyError('approval_denied', 'It scored 6.', { approval: decision });
    const prompt = 'wipe the cache';
    const reply = await call('codex_request', { prompt, approvalStrategy: 'mcp_managed', approvalPolicy: 'balanced' });
    assert.equal(reply.isError, true);
    assert.deepEqual(reply.structuredContent?.['approval'], decision);
    assert.deepEqual(daemon.made[0]?.approval, { strategy: 'mcp_managed', policy: 'balanced' });
    const listed = await call('approval_list', { cli: 'codex' });
    const { approvals } = listed.structuredContent as { approvals: Record<string, unknown>[] };
    assert.equal(approvals.length, 1);
    assert.equal(approvals[0]?.['status'], 'denied');
    assert.equal(approvals[0]?.['score'], 6);
    assert.deepEqual(approvals[0]?.['reasons'], decision.reasons);
    assert.ok(!JSON.stringify(listed).includes(prompt));
    const pending = await call('approval_list', { pending: true });
    assert.equal(pending.structuredContent?.['count'], 0);
  });

  test(`${kind}: what keeps a reviewer from looking is told beside the answer, not in it (G 41)`, async (t) => {
    const { call, daemon } = await connect(t, { kind });
    const violation = { type: 'empty_allowed_tools', score: 6, detail: 'The list of allowed tools is empty.' } as const;
    daemon.told = { reviewIntegrity: { isReviewContext: true, violations: [violation], totalScore: 6 } };
    daemon.play = (turn) => turn.complete('Looks good.');
    const reply = await call('codex_request', { prompt: 'Review it' });
    assert.equal(reply.structuredContent?.['answer'], 'Looks good.');
    assert.deepEqual(reply.structuredContent?.['reviewIntegrity'], daemon.told.reviewIntegrity);
    const texts = reply.content.map((part) => ('text' in part ? part.text : ''));
    assert.equal(texts[0], 'Looks good.');
    assert.ok(texts.some((text) => text.startsWith('warning: Review integrity: The list of allowed tools is empty.')));
    daemon.told = { reviewIntegrity: { isReviewContext: true, violations: [], totalScore: 0 } };
    const clean = await call('codex_request', { prompt: 'Review it' });
    assert.equal(clean.structuredContent?.['reviewIntegrity'], undefined);
  });

  test(`${kind}: a client that shows forms has its person asked before anything starts, and sees the plan`, async (t) => {
    const forms: Form[] = [];
    const { call, daemon } = await connect(t, {
      kind,
      fill: (form) => {
        forms.push(form);
        return { action: 'accept', content: { decision: 'start' } };
      },
    });
    const question = {
      kind: 'launch',
      title: 'Start codex with the policy full in /code',
      reason: 'It scored 6, where 5 goes through unasked.',
      cwd: '/code',
      input: '{ "prompt": "wipe the cache" }',
      options: [
        { id: 'start', label: 'Start it', effect: 'allow' },
        { id: 'refuse', label: 'Do not start it', effect: 'deny' },
      ],
    } as const;
    daemon.told = { approval: aDecision({ status: 'asked' }) };
    daemon.play = async (turn) => {
      const { optionId } = await turn.ask(question);
      turn.complete(`They said ${optionId}.`);
    };
    const reply = await call('codex_request', { prompt: 'wipe the cache', approvalStrategy: 'mcp_managed' });
    assert.deepEqual(daemon.made[0]?.approval, { strategy: 'mcp_managed', ask: true });
    assert.equal(reply.structuredContent?.['answer'], 'They said start.');
    assert.deepEqual(reply.structuredContent?.['approval'], daemon.told.approval);
    assert.equal(forms.length, 1);
    assert.match(forms[0]?.message ?? '', /Start codex[^]*scored 6[^]*wipe the cache/);
    const { approvals } = (await call('approval_list', {})).structuredContent as {
      approvals: Record<string, unknown>[];
    };
    assert.equal(approvals[0]?.['status'], 'approved');
    assert.ok(!JSON.stringify(approvals).includes('wipe the cache'), 'a list is no place for the prompt');
  });
}

test('a list of approvals reads no more of them than it is to show, and of one agent where one is named', async (t) => {
  const { call, daemon } = await connect(t);
  const options = [{ id: 'yes', label: 'Yes', effect: 'allow' }] as const;
  daemon.play = async (turn) => {
    for (const title of ['one', 'two', 'three'])
      void turn.ask({ kind: 'command', title: `${turn.session.agent} ${title}`, options });
    turn.complete('Asked.');
  };
  for (const name of ['claude_request', 'codex_request']) await call(name, { prompt: 'x' });
  let read = 0;
  const approvals = daemon.approvals.bind(daemon);
  daemon.approvals = async (find) => {
    const found = await approvals(find);
    read = found.length;
    return found;
  };
  const titles = async (find: Record<string, unknown>): Promise<readonly unknown[]> => {
    const { structuredContent } = await call('approval_list', find);
    return (structuredContent as { approvals: Record<string, unknown>[] }).approvals.map(({ title }) => title);
  };
  assert.deepEqual(new Set(await titles({ limit: 2 })), new Set(['codex two', 'codex three']));
  assert.equal(read, 2);
  assert.deepEqual(await titles({ limit: 1, cli: 'claude' }), ['claude three']);
  assert.equal(read, 1);
});

test('a question and the record of it are one entry, which can be answered', async (t) => {
  const { call, daemon } = await connect(t);
  const asked = Promise.withResolvers<void>();
  daemon.play = async (turn) => {
    const options = [{ id: 'start', label: 'Start it', effect: 'allow' }] as const;
    const answer = turn.ask({ kind: 'launch', title: 'Start codex', options });
    asked.resolve();
    turn.complete((await answer).optionId);
  };
  await call('codex_request_async', { prompt: 'x' });
  await asked.promise;
  const [approval] = await daemon.approvals({ pending: true });
  assert.ok(approval);
  const { id: approvalId, turnId } = approval;
  daemon.decisions = [aDecision({ status: 'asked', approvalId, turnId })];
  const { approvals } = (await call('approval_list', {})).structuredContent as { approvals: Record<string, unknown>[] };
  assert.equal(approvals.length, 1);
  assert.deepEqual(
    [approvals[0]?.['id'], approvals[0]?.['status'], approvals[0]?.['score']],
    [approvalId, 'pending', 6],
  );
  const answered = await call('approval_answer', { approvalId, optionId: 'start' });
  assert.equal(answered.structuredContent?.['success'], true);
});

test('what the optimiser left out is told, and the answer is shown as it was wanted (G 43)', async (t) => {
  const { call, daemon } = await connect(t);
  daemon.told = { optimization: { applied: true, rules: ['courtesy'], before: 20, after: 12 } };
  const response = { applied: true, rules: ['empty lines'], before: 9, after: 5 };
  const findTurn = daemon.turn.bind(daemon);
  daemon.turn = async (...of) => ({ ...(await findTurn(...of)), optimizedAnswer: { ...response, text: 'Short' } });
  const reply = await call('codex_request', { prompt: 'Please do it', optimizePrompt: true, optimizeResponse: true });
  assert.deepEqual([daemon.made[0]?.optimizePrompt, daemon.made[0]?.optimizeResponse], [true, true]);
  assert.equal(reply.structuredContent?.['answer'], 'Short');
  assert.deepEqual(reply.structuredContent?.['optimization'], { prompt: daemon.told.optimization, response });
});
