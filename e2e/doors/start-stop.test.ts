// Starting and stopping the daemon: who comes second is told so and harms nobody; a stop leaves what it should and nothing else.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { openParley, within } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';
import { addressOf, tokenOf } from './knock.ts';

const waiting = {
  rules: [{ when: 'wait', steps: [{ say: 'I begin ' }, { gate: 'go' }, { say: 'and end' }] }],
};

/** `parley serve`, until it ends by itself. */
function serve(parley: ParleyUnderTest, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const [program, ...first] = parley.command;
  return spawnSync(program, [...first, 'serve', '--no-install', ...args], {
    env: { ...parley.env, ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
}

test('start: a taken port is told before anything of an earlier daemon is taken up', async (t) => {
  const parley = await openParley(t, { agents: ['codex'], scenario: waiting });
  const { id } = await parley.session('codex');
  const { turnId } = await parley.client.submit(id, { text: 'wait' });
  await parley.event(id, (event) => event.type === 'item.delta');
  await parley.kill();
  // The agent itself: what it starts for a moment comes and goes.
  const agents = async (): Promise<readonly number[]> =>
    (await parley.ownedProcesses()).filter(({ command }) => command.includes('app-server')).map(({ pid }) => pid);
  const before = await agents();
  assert.ok(before.length > 0);

  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  taken.unref();
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const ended = serve(parley, ['--port', String(port)]);
  assert.equal(ended.status, 1, ended.stderr);
  assert.match(ended.stderr, new RegExp(`${port}`));
  assert.match(ended.stderr, /--port/, 'it says what to do');
  assert.deepEqual(await agents(), before, 'the working agent was not touched');

  await parley.start();
  parley.models.open('go');
  assert.equal((await parley.ended(id, turnId)).state, 'completed');
});

test('start: an address that is none of this machine, and a state directory that is a file, are told', async (t) => {
  const parley = await openParley(t, { agents: ['codex'] });
  const elsewhere = { PARLEY_STATE_DIR: join(parley.root, 'other-state') };
  const address = serve(parley, ['--port', '0', '--host', '192.0.2.1'], elsewhere);
  assert.equal(address.status, 1, address.stderr);
  assert.match(address.stderr, /192\.0\.2\.1/);
  const file = join(parley.root, 'a-file');
  await writeFile(file, '');
  const state = serve(parley, ['--port', '0'], { PARLEY_STATE_DIR: file });
  assert.notEqual(state.status, 0);
  assert.match(state.stderr, /a-file/);
  assert.doesNotMatch(state.stderr, /This is a defect/, state.stderr);
});

test('start: a socket and spools that a dead daemon left are no obstacle', async (t) => {
  const parley = await openParley(t, { agents: ['codex'] });
  await parley.kill();
  const stray = join(parley.root, 'state', 'runs', 'run_nobody');
  await mkdir(stray, { recursive: true });
  await writeFile(join(stray, 'stdout'), 'x');
  await parley.start();
  assert.deepEqual(await readdir(join(parley.root, 'state', 'runs')), []);
  assert.equal((await parley.client.health()).ok, true);
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`stop: ${signal} ends an idle daemon with all its agents, and does not wait for one who hangs`, async (t) => {
    const parley = await openParley(t, { agents: ['codex'] });
    const { id } = await parley.session('codex');
    assert.equal((await parley.ask(id, 'say "hi"')).state, 'completed');
    assert.ok((await parley.ownedProcesses()).length > 0, 'the agent is kept warm');
    const hanging = new WebSocket(`ws://${addressOf(parley).host}/api/ws`, {
      headers: { authorization: `Bearer ${await tokenOf(parley)}` },
    });
    t.after(() => hanging.terminate());
    await once(hanging, 'open');
    hanging.pause();
    process.kill(parley.pid, signal);
    await within(parley.gone(), 'the daemon to stop', 20_000);
    assert.deepEqual(await parley.ownedProcesses(), []);
  });
}

for (const agent of ['codex', 'claude'] as const) {
  test(`stop: with {runs: "end"} a working turn of ${agent} is stopped, and nothing is left`, async (t) => {
    const parley = await openParley(t, {
      scenario: {
        rules: [
          { when: 'wait', steps: [{ say: 'I begin ' }, { tool: { kind: 'shell', command: 'echo $$; sleep 600' } }] },
        ],
      },
    });
    const { id } = await parley.session(agent);
    const { turnId } = await parley.client.submit(id, { text: 'wait' });
    const queued = await parley.client.submit(id, { text: 'say "later"', when: 'queue' });
    await parley.event(id, (event) => event.type === 'item.started' && event.item.type === 'command');
    await parley.client.stopDaemon({ runs: 'end' });
    await within(parley.gone(), 'the daemon to stop', 30_000);
    assert.deepEqual(await parley.ownedProcesses(), []);
    await parley.start();
    assert.match((await parley.ended(id, turnId)).state, /interrupted|failed/);
    assert.equal((await parley.ended(id, queued.turnId)).state, 'completed', 'what waited is not lost');
  });
}

test('stop: while it stops it takes nothing more in, and a second request is no second stop', async (t) => {
  const parley = await openParley(t, { agents: ['codex'] });
  const { id } = await parley.session('codex');
  await parley.ask(id, 'say "hi"');
  const { head } = await parley.client.session(id);
  const results = await Promise.allSettled([
    parley.client.stopDaemon({ runs: 'keep' }),
    parley.client.stopDaemon({ runs: 'end' }),
    ...Array.from({ length: 5 }, () => parley.client.submit(id, { text: 'say "more"' })),
  ]);
  await within(parley.gone(), 'the daemon to stop');
  await parley.start();
  // Whatever was promised is kept. (What was cut off without an answer may have been accepted: idempotency keys are for that.)
  const promised = results
    .slice(2)
    .flatMap((result) => (result.status === 'fulfilled' && result.value !== undefined ? [result.value.turnId] : []));
  for (const turnId of promised) assert.notEqual((await parley.ended(id, turnId)).state, 'lost');
  const started = (await parley.events(id)).flatMap((event) =>
    event.seq > head && event.type === 'turn.started' ? [event.turnId] : [],
  );
  assert.equal(new Set(started).size, started.length, 'none ran twice');
  assert.ok(started.length <= 5);
  assert.deepEqual(
    promised.filter((turnId) => !started.includes(turnId)),
    [],
  );
});
