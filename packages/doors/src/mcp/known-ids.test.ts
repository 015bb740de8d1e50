import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '@parley/schema';
import { connect } from './test/connect.ts';

const sessions = ['session_get', 'session_delete', 'session_set_active'];
const jobs = ['llm_job_status', 'llm_job_result', 'llm_job_watch', 'llm_job_cancel', 'job_status', 'job_result'];

test('an id that is none is unknown, in the words of the tool that was called', async (t) => {
  const { call } = await connect(t);
  const told = async (tool: string, input: object): Promise<unknown> => {
    const { isError, structuredContent } = await call(tool, { ...input });
    assert.equal(isError, true, tool);
    const { error } = structuredContent as { readonly error: { readonly code: string; readonly message: string } };
    return [error.code, error.message];
  };
  for (const tool of sessions) {
    const input = { sessionId: 'bogus', ...(tool === 'session_set_active' && { cli: 'codex' }) };
    assert.deepEqual(await told(tool, input), ['unknown_session', 'sessionId: there is no session "bogus".']);
  }
  assert.deepEqual(await told('approval_answer', { approvalId: 'nope', optionId: 'x' }), [
    'unknown_approval',
    'approvalId: there is no approval "nope".',
  ]);
  const none = ['unknown_consultation', 'validationId: there is no consultation "bogus".'];
  assert.deepEqual(await told('validation_report', { validationId: 'bogus' }), none);
  assert.deepEqual(await told('synthesize_validation', { question: 'x', validationId: 'bogus' }), none);
  for (const jobId of ['bogus', newId('turn')])
    for (const tool of jobs) assert.deepEqual(await told(tool, { jobId }), ['unknown_turn', `Job not found: ${jobId}`]);
});
