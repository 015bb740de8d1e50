import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentOptions, Policy } from '@parley/schema';
import { filesFolder, launchRequest, valueOf } from '../test-request.ts';
import { launchAcp, launchPrint } from './launch.ts';
import { attachmentWords, checkGeminiOptions, checkPrintOptions } from './options.ts';

const home = { agentHome: '/state/home' };
const textOf = (options: AgentOptions, policy: Policy, plan = launchAcp): string =>
  plan(launchRequest(options, policy, home)).files?.[0]?.text ?? '';
const facts = { policy: 'edit', cwd: '/code', addedFolders: ['/lib'] } as const;

test('no tool at all is one rule that denies every tool (G 42)', () => {
  for (const plan of [launchAcp, launchPrint]) {
    const { argv, files } = plan(launchRequest({ allowedTools: [] }, 'full', home));
    assert.equal(valueOf(argv, '--admin-policy'), `${filesFolder}/policy.toml`);
    assert.equal(files?.[0]?.text, '[[rule]]\ntoolName = "*"\ndecision = "deny"\npriority = 500\n');
    assert.ok(!argv.includes('--allowed-tools'));
  }
});

test('allowed tools ask as the policy wants', () => {
  const options = { allowedTools: ['read_file', 'write_file', 'run_shell_command(git)'] };
  const decisions = (text: string) =>
    [...text.matchAll(/toolName = "(.+)"\ndecision = "(.+)"/g)].map(([, tool, decision]) => `${tool} ${decision}`);
  const asking = ['read_file allow', 'write_file ask_user', 'run_shell_command ask_user', '* deny'];
  assert.deepEqual(decisions(textOf(options, 'ask')), asking);
  assert.deepEqual(decisions(textOf(options, 'edit')), asking, 'Parley itself allows the edits inside the folder');
  assert.deepEqual(decisions(textOf(options, 'edit', launchPrint)), [
    'read_file allow',
    'write_file allow',
    'run_shell_command ask_user',
    '* deny',
  ]);
  assert.deepEqual(decisions(textOf(options, 'full')).slice(0, 3), [
    'read_file allow',
    'write_file allow',
    'run_shell_command allow',
  ]);
  assert.throws(() => checkGeminiOptions({ allowedTools: ['exit_plan_mode'] }, facts), /every permission/);
});

test('named servers are the only ones, and naming one does not let it run unasked (G 58)', () => {
  const { argv } = launchAcp(launchRequest({ mcpServers: ['docs', { name: 'own', command: 'node' }] }, 'ask', home));
  assert.deepEqual(
    argv.filter((_, place) => argv[place - 1] === '--allowed-mcp-server-names'),
    ['docs', 'own'],
  );
  assert.match(textOf({ mcpServers: ['docs'] }, 'ask'), /mcpName = "\*"\ntoolName = "\*"\ndecision = "ask_user"/);
  const none = launchPrint(launchRequest({ mcpServers: [] }, 'full', home));
  assert.equal(valueOf(none.argv, '--allowed-mcp-server-names'), 'parley-names-no-server');
  assert.throws(() => checkPrintOptions({ mcpServers: [{ name: 'own', command: 'node' }] }, facts), /mode "acp"/);
});

test('policy files could allow anything, so they need the policy full', () => {
  for (const name of ['policyFiles', 'adminPolicyFiles'])
    assert.throws(() => checkGeminiOptions({ [name]: ['/p.toml'] }, facts), /policy "edit"/);
  const options = { policyFiles: ['/p.toml', '/q.toml'], adminPolicyFiles: ['/r.toml'], sandbox: true };
  checkGeminiOptions(options, { ...facts, policy: 'full' });
  const { argv } = launchAcp(launchRequest(options, 'full', home));
  assert.deepEqual(
    argv.filter((_, place) => argv[place - 1] === '--policy'),
    ['/p.toml', '/q.toml'],
  );
  assert.equal(valueOf(argv, '--admin-policy'), '/r.toml');
  valueOf(argv, '--sandbox');
});

test('attachments stand before the prompt, escaped, and lie in folders of the session (G 17)', () => {
  assert.equal(attachmentWords(['/code/a b.txt', '/lib/ä.png']), '@/code/a\\ b.txt @/lib/ä.png ');
  checkGeminiOptions({ attachments: ['/code/a.txt', '/lib/b.txt'] }, facts);
  assert.throws(() => checkGeminiOptions({ attachments: ['/else/a.txt'] }, facts), /addedFolders/);
});
