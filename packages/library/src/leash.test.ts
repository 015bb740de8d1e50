// What is left of a program that uses `createAgent` and dies: nothing.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { createAgent } from './index.ts';
import { enterWorld, eventually, processesIn } from './test/world.ts';

const world = enterWorld();
const nothing = (): readonly string[] => [...processesIn(world), ...readdirSync(world.temporary)];
const isNothing = (left: readonly string[]): boolean => left.length === 0;

/** Runs a turn without end and says `working` when the agent works; then does as it is told. */
const program = (end: string): string => `
  import { createAgent } from ${JSON.stringify(import.meta.resolve('./index.ts'))};
  const agent = createAgent(${JSON.stringify({ agent: 'grok', cwd: world.cwd, config: { agents: { grok: world.scripted } } })});
  const talk = await agent.openConversation();
  const prompt = "(trap '' TERM HUP; setsid sleep 1000) & say working; next; wait";
  const onRawEvent = (event) => event.line?.includes('working') && ${end};
  void agent.run({ prompt, onRawEvent });
`;

async function start(end: string) {
  const argv = ['--conditions=source', '--input-type=module', '-e', program(end)];
  const child = spawn(process.execPath, argv, { env: { ...process.env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  return { child, said: once(lines, 'line'), exited: once(child, 'exit') };
}

test('a program that is killed leaves neither agents nor their children nor a temporary folder', async () => {
  const { child, said, exited } = await start(`console.log('working')`);
  await said;
  assert.ok(processesIn(world).some((process) => process.includes('sleep 1000')));
  child.kill('SIGKILL');
  await exited;
  assert.deepEqual(await eventually(nothing, isNothing), []);
});

test('a program that leaves in the middle of a turn leaves nothing either', async () => {
  const { exited } = await start('process.exit(3)');
  assert.deepEqual((await exited)[0], 3);
  assert.deepEqual(await eventually(nothing, isNothing), []);
});

test('an open conversation does not keep a program from ending', async () => {
  const text = `
    import { createAgent } from ${JSON.stringify(import.meta.resolve('./index.ts'))};
    const agent = createAgent(${JSON.stringify({ agent: 'grok', cwd: world.cwd, config: { agents: { grok: world.scripted } } })});
    await agent.openConversation();
  `;
  const argv = ['--conditions=source', '--input-type=module', '-e', text];
  const child = spawn(process.execPath, argv, { stdio: 'inherit' });
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  assert.deepEqual(await eventually(nothing, isNothing), []);
});

test('a leash that somebody ended does not hold up the program', async () => {
  const agent = createAgent({ agent: 'grok', cwd: world.cwd, config: { agents: { grok: world.scripted } } });
  const talk = await agent.openConversation();
  const leash = processesIn(world).find((process) => process.includes('parley-leash'));
  process.kill(Number(leash?.split(' ')[0]), 'SIGKILL');
  await eventually(() => processesIn(world), isNothing);
  await talk.close();
  assert.deepEqual(nothing(), []);
});
