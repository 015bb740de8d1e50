import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorBody } from '@parley/schema';
import type { AgentCapabilities, AgentView } from '@parley/schema';
import { connect } from './test/connect.ts';
import { FakeDaemon } from './test/fake-daemon.ts';

const capabilities: AgentCapabilities = {
  steer: 'native',
  interrupt: true,
  resume: true,
  fork: true,
  approvals: true,
  questions: true,
  images: false,
  models: true,
  deltas: true,
  reasoning: true,
  usage: true,
  cost: false,
};

function daemonWith(...views: readonly Partial<AgentView>[]): FakeDaemon {
  const daemon = new FakeDaemon();
  daemon.views = views.map((view) => ({
    name: 'codex',
    title: 'Codex',
    installed: true,
    path: '/somewhere/codex',
    provenVersion: '1.0.0',
    backend: { kind: 'rehearsal', detail: '' },
    modes: ['app-server'],
    loginHint: 'Log in',
    capabilities,
    options: {},
    ...view,
  }));
  return daemon;
}

const ours = { installable: { package: '@openai/codex', version: '1.0.0' } } as const;
const byParley = { ...ours, installedBy: { by: 'parley', name: 'codex', program: 'parley' } } as const;
const vibe = {
  name: 'vibe',
  title: 'Mistral Vibe',
  path: '/opt/own/vibe',
  installHint: 'Install it with `uv tool install mistral-vibe`',
};

test('cli_upgrade only plans unless it is told otherwise (G 46)', async (t) => {
  const { call, daemon } = await connect(t, { daemon: daemonWith(byParley) });
  const { structuredContent } = await call('cli_upgrade', { cli: 'codex' });
  assert.deepEqual(structuredContent, {
    success: true,
    dryRun: true,
    plan: {
      cli: 'codex',
      target: 'latest',
      command: 'parley',
      args: ['agents', 'install', 'codex', 'latest'],
      strategy: 'parley-install',
      requiresNetwork: true,
      note: 'This brings Codex latest; Parley was proven on 1.0.0.',
    },
  });
  assert.deepEqual(daemon.installed, []);
});

test('a target that is empty, looks like a flag or holds spaces is refused (G 46)', async (t) => {
  const { call, daemon } = await connect(t, { daemon: daemonWith(byParley) });
  for (const target of ['', '--x', '-g', '1.0 && rm', '1.0\n', 'a\u0007b']) {
    const { isError, structuredContent } = await call('cli_upgrade', { cli: 'codex', target, dryRun: false });
    assert.equal(isError, true);
    assert.equal(structuredContent?.['success'], false);
    assert.match(JSON.stringify(structuredContent?.['error']), /target: must/);
  }
  assert.deepEqual(daemon.installed, []);
});

test('an upgrade tells what happens, and one that fails is no success (G 46)', async (t) => {
  const { call, daemon } = await connect(t, { daemon: daemonWith(byParley) });
  daemon.installation = [{ text: 'fetching' }, { text: 'Done.', done: true }];
  const heard: (string | undefined)[] = [];
  const good = await call(
    'cli_upgrade',
    { cli: 'codex', target: '2.0.0', dryRun: false },
    {
      onprogress: ({ message }) => heard.push(message),
    },
  );
  assert.deepEqual(
    [good.structuredContent?.['success'], good.structuredContent?.['stdout']],
    [true, 'fetching\nDone.'],
  );
  assert.deepEqual(heard, ['fetching', 'Done.']);

  const error = errorBody('agent_start_failed', 'npm says no');
  daemon.installation = [{ text: 'npm says no', done: true, error }];
  const bad = await call('cli_upgrade', { cli: 'codex', target: 'proven', dryRun: false });
  assert.equal(bad.isError, true);
  assert.equal(bad.structuredContent?.['success'], false);
  assert.match(JSON.stringify(bad.structuredContent?.['error']), /npm says no/);
  assert.deepEqual(daemon.installed, ['codex@2.0.0', 'codex@proven']);
});

test('what the user installed is never touched: the plan names the command (G 46)', async (t) => {
  const cases = [
    [
      { ...ours, installedBy: { by: 'npm', name: '@openai/codex', program: 'npm' } },
      'npm install -g @openai/codex@2.0.0',
    ],
    [
      { installedBy: { by: 'uv', name: 'mistral-vibe', program: 'uv' }, ...vibe },
      'uv tool install mistral-vibe==2.0.0',
    ],
    [
      { installedBy: { by: 'pip', name: 'mistral-vibe', program: '/usr/bin/python3' }, ...vibe },
      '/usr/bin/python3 -m pip install -U mistral-vibe==2.0.0',
    ],
    [
      { installedBy: { by: 'vendor', name: 'claude', program: '/bin/claude' }, name: 'claude' },
      '/bin/claude install 2.0.0',
    ],
  ] as const;
  for (const [view, command] of cases) {
    const { call, daemon } = await connect(t, { daemon: daemonWith(view) });
    const cli = 'name' in view ? view.name : 'codex';
    const reply = await call('cli_upgrade', { cli, target: '2.0.0' });
    const plan = reply.structuredContent?.['plan'] as { readonly command: string; readonly args: readonly string[] };
    assert.equal([plan.command, ...plan.args].join(' '), command);
    const refused = await call('cli_upgrade', { cli, target: '2.0.0', dryRun: false });
    assert.equal(refused.structuredContent?.['success'], false);
    assert.ok(JSON.stringify(refused.structuredContent?.['error']).includes(`Run: ${command}`));
    assert.deepEqual(daemon.installed, []);
  }
  const brewed = daemonWith({ installedBy: { by: 'brew', name: 'codex', program: 'brew' } });
  const { call } = await connect(t, { daemon: brewed });
  const newest = await call('cli_upgrade', { cli: 'codex' });
  assert.match(JSON.stringify(newest.structuredContent), /"command":"brew","args":\["upgrade","codex"\]/);
  assert.match(JSON.stringify(await call('cli_upgrade', { cli: 'codex', target: '2.0.0' })), /newest version only/);
});

test('an installation of Vibe that nothing is known of is an error that says what to do (G 46)', async (t) => {
  const { call } = await connect(t, { daemon: daemonWith(vibe, { ...ours, installed: true }) });
  const { isError, structuredContent } = await call('cli_upgrade', { cli: 'mistral' });
  assert.equal(isError, true);
  assert.match(
    JSON.stringify(structuredContent),
    /not known how Mistral Vibe at \/opt\/own\/vibe.*uv tool install mistral-vibe/,
  );
  const unknown = await call('cli_upgrade', { cli: 'codex' });
  assert.match(JSON.stringify(unknown.structuredContent), /parley-install.*would install a copy of its own/);
});
