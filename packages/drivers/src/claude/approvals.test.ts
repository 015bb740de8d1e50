import assert from 'node:assert/strict';
import test from 'node:test';
import type { ApprovalId } from '@parley/schema';
import { objectIn } from '../shared/json.ts';
import { answerLine, approvalOf } from './approvals.ts';

const id = 'apr_1' as ApprovalId;
const ask = (tool_name: string, input: object, more: object = {}) =>
  approvalOf(id, 'r1', { subtype: 'can_use_tool', tool_name, input, ...more }, '/code');

test('what is asked is a command, a file change, a question or a tool', () => {
  const command = ask('Bash', { command: 'npm test', description: 'Run the tests' }).approval;
  assert.deepEqual([command.kind, command.command, command.title], ['command', 'npm test', 'Run the tests']);
  const change = ask('Write', { file_path: '/code/a', content: 'x' }).approval;
  assert.deepEqual([change.kind, change.changes?.[0]?.path, change.title], ['file_change', 'a', 'Write a']);
  const tool = ask('mcp__tracker__create_issue', { title: 'Broken' }, { decision_reason: 'Not allowed yet' }).approval;
  assert.deepEqual(
    [tool.kind, tool.title, tool.input, tool.reason],
    ['tool', 'tracker: create_issue Broken', '{"title":"Broken"}', 'Not allowed yet'],
  );
});

test('"always" keeps to the rules that claude suggests, for this session, and never writes them into the workspace', () => {
  const rule = {
    type: 'addRules',
    behavior: 'allow',
    rules: [{ toolName: 'Bash', ruleContent: 'npm test *' }],
    destination: 'localSettings',
  };
  const mode = { type: 'setMode', mode: 'acceptEdits', destination: 'session' };
  const folders = { type: 'addDirectories', directories: ['/elsewhere'], destination: 'session' };
  const both = ask('Bash', { command: 'npm test' }, { permission_suggestions: [rule, folders, mode] });
  assert.deepEqual(both.open.lasting, [{ ...rule, destination: 'session' }]);
  assert.equal(both.approval.options[1]?.label, 'Always allow npm test *');
  const edits = ask('Write', { file_path: '/code/a' }, { permission_suggestions: [mode] });
  assert.deepEqual(edits.open.lasting, [mode]);
  assert.equal(edits.approval.options[1]?.label, 'Allow edits from now on');
  // A mode that asks for nothing is more than anybody agreed to.
  const laxer = ask('Write', {}, { permission_suggestions: [{ ...mode, mode: 'bypassPermissions' }] });
  assert.equal(
    laxer.approval.options.some(({ effect }) => effect === 'allow-always'),
    false,
  );
});

test("the answers to a question go back under the question's own words", () => {
  const questions = [
    { question: 'Which colour?', options: [{ label: 'Red', description: 'warm' }], multiSelect: false },
    { question: 'Which sizes?', options: [{ label: 'S' }, { label: 'M' }], multiSelect: true },
  ];
  const { approval, open } = ask('AskUserQuestion', { questions });
  assert.deepEqual(approval.questions, [
    { id: '1', text: 'Which colour?', choices: [{ label: 'Red', description: 'warm' }], multiple: false },
    { id: '2', text: 'Which sizes?', choices: [{ label: 'S' }, { label: 'M' }], multiple: true },
  ]);
  const line = answerLine(open, 'allow', { optionId: 'allow', answers: { 1: ['violet'], 2: ['S', 'M'] } });
  const { updatedInput } = objectIn(objectIn(line.response).response);
  assert.deepEqual(updatedInput, { questions, answers: { 'Which colour?': 'violet', 'Which sizes?': 'S, M' } });
});
