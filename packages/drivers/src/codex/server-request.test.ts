import assert from 'node:assert/strict';
import test from 'node:test';
import type { TurnId } from '@parley/schema';
import { objectIn } from '../shared/json.ts';
import { Conversation, turn, writes } from './conversation.ts';

test('each answer to a command is the decision that Codex knows', () => {
  const amendment = { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['ls'] } };
  const params = {
    command: "/bin/bash -lc 'ls -l'",
    cwd: '/home/dev/project',
    reason: 'to look',
    availableDecisions: ['accept', 'acceptForSession', amendment, 'cancel'],
  };
  const decisions = {
    allow: 'accept',
    'allow-session': 'acceptForSession',
    'allow-similar': amendment,
    deny: 'decline',
    cancel: 'cancel',
  };
  for (const [optionId, decision] of Object.entries(decisions)) {
    const talk = new Conversation().work();
    const approval = talk.asks('item/commandExecution/requestApproval', params, 0);
    assert.ok(approval);
    assert.equal(approval.kind, 'command');
    assert.equal(approval.command, 'ls -l');
    assert.equal(approval.title, 'Run ls -l');
    assert.equal(approval.reason, 'to look');
    assert.deepEqual(talk.choose(approval, optionId), { id: 0, result: { decision } });
  }
});

test('an answer without a known option id is taken by its effect, and is never laxer than it', () => {
  const talk = new Conversation().work();
  const approval = talk.asks('item/commandExecution/requestApproval', { command: 'ls' }, 'text-id');
  assert.ok(approval);
  const outputs = talk.feed({ type: 'answer', approvalId: approval.id, answer: { optionId: 'allow' }, option: 'deny' });
  assert.deepEqual(writes(outputs), [{ id: 'text-id', result: { decision: 'decline' } }]);
  assert.deepEqual(
    talk.feed({ type: 'answer', approvalId: approval.id, answer: { optionId: 'allow' }, option: 'allow' }),
    [],
    'a second answer is ignored',
  );
});

test('a wish for the network names the host and offers its rules', () => {
  const rule = (action: string): object => ({
    applyNetworkPolicyAmendment: { network_policy_amendment: { host: 'example.org', action } },
  });
  const talk = new Conversation().work();
  const approval = talk.asks('item/commandExecution/requestApproval', {
    command: 'curl example.org',
    networkApprovalContext: { host: 'example.org', protocol: 'https' },
    availableDecisions: ['accept', rule('allow'), rule('deny'), 'cancel'],
  });
  assert.equal(approval?.kind, 'permission');
  assert.equal(approval.title, 'Connect to example.org');
  assert.deepEqual(
    approval.options.map(({ id }) => id),
    ['allow', 'allow-host:example.org', 'deny', 'deny-host:example.org', 'cancel'],
  );
  assert.deepEqual(talk.choose(approval, 'deny-host:example.org'), { id: 0, result: { decision: rule('deny') } });
});

test('a file change is asked with its changes, relative to the folder', () => {
  const talk = new Conversation().work();
  talk.tell('item/started', { item: { type: 'fileChange', id: 'c', changes: [], status: 'inProgress' } });
  const changes = [
    { path: '/home/dev/project/a.txt', kind: { type: 'update', move_path: null }, diff: '@@ -1 +1 @@\n-hi\n+ho\n' },
    { path: '/etc/hosts', kind: { type: 'delete' }, diff: 'x\n' },
  ];
  talk.tell('item/fileChange/patchUpdated', { itemId: 'c', changes });
  const approval = talk.asks('item/fileChange/requestApproval', { itemId: 'c', reason: null, grantRoot: null });
  assert.equal(approval?.title, 'Edit a.txt and change 1 more');
  assert.deepEqual(
    approval.changes?.map(({ path, kind, added, removed }) => [path, kind, added, removed]),
    [
      ['a.txt', 'update', 1, 1],
      ['/etc/hosts', 'delete', 0, 1],
    ],
  );
  assert.deepEqual(talk.choose(approval, 'allow-session'), { id: 0, result: { decision: 'acceptForSession' } });
});

test('permissions are granted as asked or not at all', () => {
  const permissions = { network: { enabled: true }, fileSystem: null };
  for (const [optionId, result] of [
    ['allow', { permissions: { network: { enabled: true } }, scope: 'turn' }],
    ['allow-session', { permissions: { network: { enabled: true } }, scope: 'session' }],
    ['deny', { permissions: {}, scope: 'turn' }],
  ] as const) {
    const talk = new Conversation().work();
    const approval = talk.asks('item/permissions/requestApproval', {
      cwd: '/home/dev/project',
      reason: 'download',
      permissions,
    });
    assert.equal(approval?.kind, 'permission');
    assert.equal(approval.title, 'Use the network');
    assert.deepEqual(talk.choose(approval, optionId), { id: 0, result });
  }
});

test('a cancel that the protocol cannot say is a no and an interrupt', () => {
  const talk = new Conversation().work();
  const approval = talk.asks('item/permissions/requestApproval', { permissions: {} });
  assert.ok(approval);
  const outputs = talk.feed({
    type: 'answer',
    approvalId: approval.id,
    answer: { optionId: 'cancel' },
    option: 'cancel',
  });
  assert.deepEqual(
    writes(outputs).map(({ method, result }) => method ?? result),
    [{ permissions: {}, scope: 'turn' }, 'turn/interrupt'],
  );
  talk.complete('interrupted');
  assert.deepEqual(talk.all.findLast((output) => output.type === 'turn-ended')?.end, { state: 'interrupted' });
});

test('a question of the agent is answered in its own shape', () => {
  const questions = [
    {
      id: 'q',
      header: 'Color',
      question: 'Which?',
      isOther: true,
      isSecret: false,
      options: [{ label: 'Red', description: 'warm' }],
    },
  ];
  const talk = new Conversation().work();
  const approval = talk.asks('item/tool/requestUserInput', { questions });
  assert.equal(approval?.kind, 'question');
  assert.deepEqual(approval.questions, [
    { id: 'q', text: 'Color: Which?', choices: [{ label: 'Red', description: 'warm' }], multiple: false },
  ]);
  assert.deepEqual(talk.choose(approval, 'allow', { q: ['Red'] }), {
    id: 0,
    result: { answers: { q: { answers: ['Red'] } } },
  });
});

test('a form of an MCP server becomes questions, and the answers become its content', () => {
  const talk = new Conversation().work();
  const requestedSchema = {
    type: 'object',
    properties: {
      name: { type: 'string', title: 'Name', description: 'of the thing' },
      count: { type: 'integer' },
      sure: { type: 'boolean' },
      color: { type: 'string', enum: ['r', 'b'], enumNames: ['Red', 'Blue'] },
      sizes: {
        type: 'array',
        items: {
          anyOf: [
            { const: 's', title: 'Small' },
            { const: 'l', title: 'Large' },
          ],
        },
      },
    },
  };
  const approval = talk.asks('mcpServer/elicitation/request', {
    serverName: 'shop',
    mode: 'form',
    message: 'Tell me',
    requestedSchema,
    _meta: null,
  });
  assert.equal(approval?.kind, 'question');
  assert.equal(approval.title, 'shop: Tell me');
  assert.deepEqual(
    approval.questions?.map(({ text, multiple, choices }) => [text, multiple, choices.map(({ label }) => label)]),
    [
      ['Name: of the thing', false, []],
      ['count', false, []],
      ['sure', false, ['Yes', 'No']],
      ['color', false, ['Red', 'Blue']],
      ['sizes', true, ['Small', 'Large']],
    ],
  );
  const answer = talk.choose(approval, 'allow', {
    name: ['x'],
    count: ['3'],
    sure: ['Yes'],
    color: ['Blue'],
    sizes: ['Small', 'Large'],
  });
  const content = { name: 'x', count: 3, sure: true, color: 'b', sizes: ['s', 'l'] };
  assert.deepEqual(answer, { id: 0, result: { action: 'accept', content, _meta: null } });
});

test('leave to run an MCP tool can be given for the session where the server offers that', () => {
  const params = {
    serverName: 'db',
    mode: 'form',
    message: 'Allow query?',
    requestedSchema: { type: 'object', properties: {} },
    _meta: { persist: ['session', 'always'], tool_params: { sql: 'x' } },
  };
  const talk = new Conversation().work();
  const approval = talk.asks('mcpServer/elicitation/request', params);
  assert.equal(approval?.kind, 'tool');
  assert.equal(approval.input, '{"sql":"x"}');
  assert.deepEqual(talk.choose(approval, 'allow-session'), {
    id: 0,
    result: { action: 'accept', content: {}, _meta: { persist: 'session' } },
  });
});

test('the older approval requests get their own words', () => {
  for (const [optionId, decision] of [
    ['allow', 'approved'],
    ['allow-session', 'approved_for_session'],
    ['deny', { denied: { rejection: 'The user denied this.' } }],
    ['cancel', 'abort'],
  ] as const) {
    const talk = new Conversation().work();
    const approval = talk.asks(
      'execCommandApproval',
      { command: ['bash', '-lc', 'rm x'], cwd: '/home/dev/project' },
      7,
    );
    assert.equal(approval?.command, 'rm x');
    assert.deepEqual(talk.choose(approval, optionId), { id: 7, result: { decision } });
  }
  const talk = new Conversation().work();
  const approval = talk.asks(
    'applyPatchApproval',
    { fileChanges: { '/home/dev/project/n.txt': { type: 'add', content: 'one\n' } } },
    7,
  );
  assert.equal(approval?.title, 'Create n.txt');
});

test('what we do not offer is refused with a valid answer', () => {
  const talk = new Conversation().work();
  const tool = writes(talk.say({ id: 0, method: 'item/tool/call', params: { tool: 'x', arguments: {} } }))[0];
  assert.deepEqual(tool, {
    id: 0,
    result: { contentItems: [{ type: 'inputText', text: 'This tool is not available here.' }], success: false },
  });
  for (const method of [
    'account/chatgptAuthTokens/refresh',
    'attestation/generate',
    'currentTime/read',
    'some/newRequest',
  ]) {
    const [answer] = writes(talk.say({ id: 5, method, params: {} }));
    assert.equal(answer?.['id'], 5);
    assert.equal(objectIn(answer?.['error'])['code'], -32601, method);
  }
  const verification = writes(
    talk.say({
      id: 6,
      method: 'mcpServer/elicitation/request',
      params: { mode: 'openai/userVerification', title: 't' },
    }),
  )[0];
  assert.deepEqual(verification, { id: 6, result: { action: 'decline', content: null, _meta: null } });
});

test('outside a turn the answer is no', () => {
  const talk = new Conversation('full').shakeHands();
  const outputs = talk.say({ id: 0, method: 'item/commandExecution/requestApproval', params: { command: 'ls' } });
  assert.deepEqual(writes(outputs), [{ id: 0, result: { decision: 'decline' } }]);
  assert.equal(
    outputs.some(({ type }) => type === 'approval-requested'),
    false,
  );
});

test('a question that Codex settles itself is withdrawn, one that we answered is not', () => {
  const talk = new Conversation().work();
  const first = talk.asks('item/commandExecution/requestApproval', { command: 'ls' }, 0);
  const second = talk.asks('item/commandExecution/requestApproval', { command: 'ls' }, 1);
  assert.ok(first && second);
  talk.choose(first, 'allow');
  assert.deepEqual(talk.tell('serverRequest/resolved', { requestId: 0 }), []);
  assert.deepEqual(talk.tell('serverRequest/resolved', { requestId: 1 }), [
    { type: 'approval-withdrawn', approvalId: second.id },
  ]);
});

test('what a turn still asks when it ends is withdrawn first', () => {
  const talk = new Conversation().work();
  const approval = talk.asks('item/commandExecution/requestApproval', { command: 'ls' });
  const outputs = talk.complete('failed', { message: 'no' });
  assert.deepEqual(
    outputs.map(({ type }) => type),
    ['approval-withdrawn', 'turn-ended'],
  );
  assert.ok(approval);
  assert.deepEqual(
    talk.feed({ type: 'answer', approvalId: approval.id, answer: { optionId: 'allow' }, option: 'allow' }),
    [],
  );
});

test('steered words that come while a question waits are sent', () => {
  const talk = new Conversation().work();
  talk.asks('item/commandExecution/requestApproval', { command: 'ls' });
  const outputs = talk.feed({ type: 'steer', into: turn, turnId: 'trn_2' as TurnId, text: 'rather not' });
  assert.equal(writes(outputs)[0]?.['method'], 'turn/steer');
});
