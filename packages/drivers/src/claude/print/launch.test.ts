import assert from 'node:assert/strict';
import test from 'node:test';
import { newId, policies } from '@parley/schema';
import type { LaunchRequest } from '@parley/schema';
import { launch } from '../launch.ts';
import { launchPrint } from './launch.ts';

const request: LaunchRequest = {
  executable: '/opt/claude',
  cwd: '/code',
  policy: 'ask',
  endpoint: { kind: 'own' },
  root: false,
  extraArgs: [],
  runId: newId('run', 0),
  adapter: ['/opt/parley', 'adapter'],
  node: '/opt/node',
  filesFolder: '/state/run_1/files',
};
const interactive = ['--input-format', '--replay-user-messages', '--permission-prompt-tool'];

test('one-shot claude gets plain text, streams JSON, and has nobody to ask', () => {
  const { argv } = launchPrint(request);
  assert.deepEqual(argv.slice(0, 8), [
    '/opt/claude',
    '-p',
    '--output-format',
    'stream-json',
    '--verbose',
    '--include-partial-messages',
    '--permission-prompts',
    'none',
  ]);
  for (const flag of interactive) assert.equal(argv.includes(flag), false, flag);
});

test('policies, model, thread and environment are as for the interactive claude', () => {
  for (const policy of policies) {
    const change = { ...request, policy, root: true, model: 'opus', threadId: 'T', agentHome: '/home/agent' };
    const [one, live] = [launchPrint(change), launch(change)];
    const rest = (argv: readonly string[]) => argv.slice(argv.indexOf('--permission-mode'));
    assert.deepEqual(rest(one.argv), rest(live.argv));
    assert.deepEqual(one.env, live.env);
  }
});

test('people are told that what would ask is denied', () => {
  for (const policy of policies)
    assert.equal(
      launchPrint({ ...request, policy }).limits.some((limit) => limit.includes('cannot ask')),
      policy !== 'full',
    );
});
