import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setting } from './test/call-parley.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const run = promisify(execFile);

/** Prints each module that is loaded, on stderr. */
const tracer = `data:text/javascript,import{registerHooks}from'node:module';registerHooks({load(url,context,next){process.stderr.write('loaded '+url+'\\n');return next(url,context)}})`;

const parley = (args: readonly string[], env: NodeJS.ProcessEnv = {}, flags: readonly string[] = []) =>
  run(process.execPath, ['--conditions=source', ...flags, main, ...args], {
    env: { PATH: process.env['PATH'], ...env },
  });

test('--version loads nothing but itself', async () => {
  const { stdout, stderr } = await parley(['--version'], {}, [`--import=${tracer}`]);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  const loaded = stderr.match(/loaded file:.*/g) ?? [];
  assert.deepEqual(
    loaded.map((line) => line.replace(/.*\/apps\/cli\//, '')),
    ['src/main.ts', 'package.json'],
  );
});

test('run loads neither Zod nor what other commands need', async (t) => {
  const { env } = await setting(t);
  const { stdout, stderr } = await parley(['run', 'codex', '-q', 'hello'], env, [`--import=${tracer}`]);
  assert.equal(stdout, 'You said: hello\n');
  assert.match(stderr, /commands\/run\.ts/);
  for (const other of [
    /\/zod\//,
    /packages\/schema/,
    /packages\/daemon/,
    /packages\/rehearsal/,
    /commands\/serve/,
    /bomb\.sh/,
  ]) {
    assert.doesNotMatch(stderr, other);
  }
});

test('a pipe that is closed early ends the command quietly', async (t) => {
  const { env, daemon } = await setting(t);
  daemon.play = (turn) => {
    for (let count = 0; count < 2000; count++)
      turn.emit({ type: 'notice', level: 'info', code: 'x', text: 'x'.repeat(200) });
    turn.complete('Done.');
  };
  const child = spawn(process.execPath, ['--conditions=source', main, 'run', 'codex', '--json', 'hello'], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stderr: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdout.once('data', () => child.stdout.destroy());
  await once(child, 'close');
  assert.equal(Buffer.concat(stderr).toString(), '');
});

test('Ctrl-C as a signal interrupts the turn', async (t) => {
  const { env, daemon } = await setting(t);
  daemon.play = async (turn) => {
    turn.emit({ type: 'notice', level: 'info', code: 'x', text: 'at work' });
    await turn.interrupted;
    turn.end({ type: 'turn.interrupted', turnId: turn.turn.id });
  };
  const child = spawn(process.execPath, ['--conditions=source', main, 'run', 'codex', 'hello'], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.on('data', (chunk: Buffer) => chunk.toString().includes('at work') && child.kill('SIGINT'));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 130);
});

test('completions are printed for each shell, and know agents and sessions', async (t) => {
  const { env, daemon } = await setting(t);
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await parley(['completion', shell], env);
    assert.match(stdout, /parley complete --|parley.*complete/, shell);
  }
  const { id } = daemon.addSession({ title: 'Build times' });
  const complete = async (...words: readonly string[]) => (await parley(['complete', '--', ...words], env)).stdout;
  assert.match(await complete('sess'), /^sessions\t/m);
  assert.match(await complete('sessions', 'sh'), /^show\t/m);
  assert.match(await complete('run', ''), /^codex\tCodex$/m);
  assert.match(await complete('attach', ''), new RegExp(`^${id}\tcodex: Build times$`, 'm'));
  assert.match(await complete('run', '--pol'), /^--policy\t/m);
  assert.match(await complete('run', '--policy', 'r'), /^read-only\t/m);
  assert.match(await complete('run', '--option', 'maxT'), /^maxTurns=/m);
});
