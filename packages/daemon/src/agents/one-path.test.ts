// One rule of where an agent's program is: whoever asks, gets the same answer.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { driverOf } from '@parley/drivers';
import { ConfigSchema, newId, ParleyError } from '@parley/schema';
import type { Session } from '@parley/schema';
import { viewAgents } from '../inspect.ts';
import { InstalledAgents } from './installed-agents.ts';
import { installFolder, programsIn } from './installations.ts';

const codex = driverOf('codex');

function machine(t: TestContext): { readonly root: string; readonly program: (path: string) => string } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'parley-path-')));
  t.after(() => rmSync(root, { recursive: true }));
  const program = (path: string): string => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "#!/bin/sh\necho 'codex-cli 0.169.0'\n");
    chmodSync(file, 0o755);
    return file;
  };
  return { root, program };
}

/** What versions, requests, validation and the doctor take for the program of Codex; undefined where one says there is none. */
async function answers(root: string, configuration: unknown, PATH: string): Promise<readonly (string | undefined)[]> {
  const config = ConfigSchema.parse(configuration);
  const env = { HOME: root, PATH, OPENAI_API_KEY: 'canary' };
  const agentsDir = join(root, 'agents');
  const agents = new InstalledAgents({
    config,
    env,
    agentsDir,
    homesDir: join(root, 'homes'),
    rehearsal: () => Promise.reject(new Error('no rehearsal here')),
    adapter: ['parley', 'adapter'],
  });
  const ofCodex = (views: Awaited<ReturnType<typeof viewAgents>>) => views.find(({ name }) => name === 'codex')?.path;
  const none = (error: unknown): undefined => {
    assert.ok(ParleyError.is(error) && error.code === 'agent_not_installed', String(error));
  };
  const started = async (): Promise<string | undefined> => {
    const { mode, backend, policy } = await agents.defaults({ agent: 'codex', cwd: root });
    const session: Session = {
      ...{ id: newId('session'), agent: 'codex', cwd: root, title: '', mode, backend, policy },
      ...{ state: 'idle', queue: [], pendingApprovals: 0, usage: {}, head: 0, limits: [], createdAt: 0, updatedAt: 0 },
    };
    const { request } = await agents.prepare(session, { runId: newId('run'), prompt: 'x' });
    return request.argv[0];
  };
  return [
    ofCodex(await agents.views()),
    (await agents.plan('codex', codex.provenVersion)).found?.path,
    await started().catch(none),
    ofCodex(await viewAgents({ stateDir: root, agentsDir }, config, env)),
  ];
}

const all = (path: string | undefined) => [path, path, path, path];

test('a program that is only in the extended search path is there for requests, versions, validation and the doctor alike (G 48)', async (t) => {
  const { root, program } = machine(t);
  const empty = join(root, 'empty');
  mkdirSync(empty);
  assert.deepEqual(await answers(root, {}, empty), all(undefined), 'nobody finds what is not there');
  const own = program(join('agents', 'codex', codex.provenVersion, 'node_modules', '.bin', 'codex'));
  assert.equal(dirname(own), programsIn(installFolder(join(root, 'agents'), codex)));
  assert.deepEqual(await answers(root, {}, empty), all(own), "Parley's own folder is on nobody's PATH");
});

test('the order is the same for all: the configured program, then that of Parley, then PATH; relative folders of PATH never count (G 48)', async (t) => {
  const { root, program } = machine(t);
  const onPath = program('bin/codex');
  assert.deepEqual(await answers(root, {}, `.:bin:${dirname(onPath)}`), all(onPath));
  assert.deepEqual(await answers(root, {}, '.:bin'), all(undefined));
  const own = program(join('agents', 'codex', codex.provenVersion, 'node_modules', '.bin', 'codex'));
  assert.deepEqual(await answers(root, {}, dirname(onPath)), all(own));
  const command = program('opt/codex');
  assert.deepEqual(await answers(root, { agents: { codex: { command } } }, dirname(onPath)), all(command));
});
