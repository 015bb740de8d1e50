import assert from 'node:assert/strict';
import test from 'node:test';
import type { DriverInput, DriverOutput, RunId, TurnId } from '@parley/schema';
import { vibeAcp } from './driver.ts';

const turnId = 'trn_1' as TurnId;

/** As `vibe-acp` 2.18.4 answers, by its source. */
function answersTo(line: string): readonly object[] {
  const { id, method } = JSON.parse(line);
  const result = (value: object) => ({ jsonrpc: '2.0', id, result: value });
  switch (method) {
    case 'initialize':
      return [
        result({
          protocolVersion: 1,
          agentCapabilities: { loadSession: true, promptCapabilities: { image: true, embeddedContext: true } },
          agentInfo: { name: '@mistralai/mistral-vibe', title: 'Mistral Vibe', version: '2.18.4' },
          authMethods: [],
        }),
      ];
    case 'session/new':
      return [
        result({
          sessionId: 'session-1',
          modes: {
            currentModeId: 'default',
            availableModes: ['default', 'plan', 'accept-edits', 'auto-approve'].map((name) => ({ id: name, name })),
          },
        }),
      ];
    case 'session/set_mode':
      return [result({})];
    case 'session/prompt': {
      const update = (content: object) => ({
        jsonrpc: '2.0',
        method: 'session/update',
        params: { sessionId: 'session-1', update: content },
      });
      return [
        update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'Hello' } }),
        result({ stopReason: 'end_turn', usage: { inputTokens: 12, outputTokens: 3, totalTokens: 15 } }),
      ];
    }
    default:
      return [];
  }
}

test("over ACP the policy is one of Vibe's own agents, and a turn ends at the answer to its prompt", () => {
  let state = vibeAcp.protocol.begin({ runId: 'run_1' as RunId, cwd: '/code', policy: 'full', endpoint: 'own' });
  const outputs: DriverOutput[] = [];
  const give = (input: DriverInput): void => {
    const next = vibeAcp.protocol.step(state, input);
    state = next.state;
    outputs.push(...next.outputs);
    for (const output of next.outputs)
      if (output.type === 'write')
        for (const answer of answersTo(output.line)) give({ type: 'line', line: JSON.stringify(answer) });
  };
  give({ type: 'opened' });
  give({ type: 'start', turnId, text: 'hello' });
  const written = outputs.flatMap((output) => (output.type === 'write' ? [output.line] : [])).join('\n');
  assert.match(written, /"session\/set_mode".*"auto-approve"/);
  assert.deepEqual(outputs.find((output) => output.type === 'turn-ended')?.end, { state: 'completed' });
  assert.ok(outputs.some((output) => output.type === 'thread' && output.threadId === 'session-1'));
});

test('its model and its home are named by variables; prompts go over stdin', () => {
  const plan = vibeAcp.launch({
    runId: 'run_1' as RunId,
    executable: '/opt/vibe-acp',
    cwd: '/code',
    policy: 'ask',
    model: 'devstral-small',
    agentHome: '/state/home',
    endpoint: { kind: 'own' },
    root: false,
    extraArgs: [],
    adapter: ['parley', 'adapter'],
    node: '/opt/node',
    filesFolder: '/state/run_1/files',
  });
  assert.deepEqual(plan.argv, ['/opt/vibe-acp']);
  assert.partialDeepStrictEqual(plan.env, { VIBE_HOME: '/state/home', VIBE_ACTIVE_MODEL: 'devstral-small' });
});
