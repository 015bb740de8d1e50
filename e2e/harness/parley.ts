// A whole Parley for a test: state, home and folder of its own, the real daemon as a process, the real agents, an offline model server.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { connectDaemon, placesOf } from '@parley/client/node';
import type { Client } from '@parley/client';
import { createRehearsal } from '@parley/rehearsal';
import type { RehearsalServer, Scenario } from '@parley/rehearsal';
import { isTerminal } from '@parley/schema';
import type { ParleyEvent, Session, SessionId, Turn, TurnId } from '@parley/schema';
import { installRealAgents } from '../../scripts/agents.mjs';
import type { RealAgents } from '../../scripts/agents.mjs';
import { inRoot } from '../../scripts/lib/root.mjs';

export type AgentUnderTest = 'codex' | 'claude';

export interface ParleyOptions {
  readonly scenario?: Scenario;
  /** More of config.toml. */
  readonly config?: string;
  /** Without it the agents find no model server and use Parley's own rehearsal. */
  readonly modelServer?: boolean;
  /** Agents on PATH; both when absent. */
  readonly agents?: readonly AgentUnderTest[];
  /** More programs on PATH: a name, and the line of the shell that runs it. */
  readonly programs?: (agents: RealAgents) => Readonly<Record<string, string>>;
  /** The agents' part of config.toml, when it is not to be the usual one. */
  readonly configWith?: (models: RehearsalServer) => string;
  /** More of the daemon's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Files in the home, by their paths in it. */
  readonly home?: Readonly<Record<string, string>>;
}

/** Real agents need a second or two; this is for a machine that is busy with other tests. */
const patienceMs = 120_000;

export class ParleyUnderTest {
  readonly root: string;
  readonly work: string;
  readonly env: NodeJS.ProcessEnv;
  readonly models: RehearsalServer;
  #daemon: ChildProcess | undefined;
  #client: Client | undefined;
  /** What the daemon printed, over all its lives. */
  readonly printed: string[] = [];

  constructor(root: string, work: string, env: NodeJS.ProcessEnv, models: RehearsalServer) {
    this.root = root;
    this.work = work;
    this.env = env;
    this.models = models;
  }

  get client(): Client {
    assert.ok(this.#client, 'the daemon is up');
    return this.#client;
  }

  get pid(): number {
    assert.ok(this.#daemon?.pid !== undefined);
    return this.#daemon.pid;
  }

  /** The command of this checkout. */
  get command(): readonly [string, ...string[]] {
    return [process.execPath, '--conditions=source', inRoot('apps', 'cli', 'src', 'main.ts')];
  }

  /** Start the daemon and wait until it says that it is ready. */
  async start(args: readonly string[] = ['--port', '0', '--no-install']): Promise<void> {
    const [program, ...first] = this.command;
    const child = spawn(program, [...first, 'serve', ...args], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: this.root,
    });
    this.#daemon = child;
    const ready = Promise.withResolvers<void>();
    const failed: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.printed.push(line);
      if (line.includes('Open') || line.includes('Socket')) ready.resolve();
    });
    createInterface({ input: child.stderr }).on('line', (line) => failed.push(line));
    child.once('exit', (code, signal) =>
      ready.reject(
        new Error(`the daemon ended with ${signal ?? code}: ${failed.join('\n')} ${this.printed.join('\n')}`),
      ),
    );
    await within(ready.promise, 'the daemon to be ready');
    this.#client = await connectDaemon({ socket: placesOf(this.env).socket });
  }

  /** As a power cut would. Agents go on. */
  async kill(): Promise<void> {
    const child = this.#daemon;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Resolves when the daemon's process has ended. */
  async gone(): Promise<void> {
    const child = this.#daemon;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** The address that the page is at, and a fresh pairing link. */
  get pairingLink(): string {
    const line = this.printed.findLast((one) => one.includes('/pair?code='));
    assert.ok(line !== undefined, 'a pairing link was printed');
    return line.trim().split(/\s+/).at(-1) ?? '';
  }

  session(agent: AgentUnderTest, more: { policy?: Session['policy']; model?: string } = {}): Promise<Session> {
    return this.client.createSession({ agent, cwd: this.work, policy: 'full', ...more });
  }

  /** Send words and wait for the end of their turn. */
  async ask(id: SessionId, text: string): Promise<Turn> {
    const { turnId } = await this.client.submit(id, { text });
    return this.ended(id, turnId);
  }

  async ended(id: SessionId, turnId: TurnId): Promise<Turn> {
    await this.event(id, (event) => isTerminal(event) && event.turnId === turnId);
    return this.client.turn(id, turnId);
  }

  /** The first event that fits, from the beginning of the session on. */
  async event(id: SessionId, fits: (event: ParleyEvent) => boolean, after = 0): Promise<ParleyEvent> {
    const stop = new AbortController();
    const find = async (): Promise<ParleyEvent> => {
      for await (const event of this.client.events(id, { after, signal: stop.signal })) if (fits(event)) return event;
      throw new Error('the events ended');
    };
    try {
      return await within(find(), 'an event of the session');
    } finally {
      stop.abort();
    }
  }

  async events(id: SessionId): Promise<readonly ParleyEvent[]> {
    const all: ParleyEvent[] = [];
    for (;;) {
      const { events, head } = await this.client.eventPage(id, { after: all.at(-1)?.seq ?? 0, limit: 1000 });
      all.push(...events);
      if (events.length === 0 || (all.at(-1)?.seq ?? 0) >= head) return all;
    }
  }

  read(file: string): Promise<string> {
    return readFile(join(this.work, file), 'utf8');
  }

  /** Processes of agents that this Parley owns and that live. */
  async ownedProcesses(): Promise<readonly { readonly pid: number; readonly command: string }[]> {
    const found: { pid: number; command: string }[] = [];
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const environ = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
      if (!environ.includes(`TEST_PARLEY_ROOT=${this.root}`) || !/(^|\0)PARLEY_RUN=/.test(environ)) continue;
      const command = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
      if (command !== '') found.push({ pid: Number(name), command });
    }
    return found;
  }

  async close(): Promise<void> {
    if (this.#daemon !== undefined && this.#daemon.exitCode === null && this.#daemon.signalCode === null) {
      const exited = once(this.#daemon, 'exit');
      await this.client.stopDaemon({ runs: 'end' }).catch(() => this.#daemon?.kill('SIGKILL'));
      await within(exited, 'the daemon to stop');
    }
    await this.models.close();
  }
}

/** A Parley that ends with the test; then nothing of it may be left running. */
export async function openParley(test: TestContext, options: ParleyOptions = {}): Promise<ParleyUnderTest> {
  const agents = await installRealAgents();
  const root = await mkdtemp(join(tmpdir(), 'parley-e2e-'));
  const folders = {
    home: join(root, 'home'),
    work: join(root, 'work'),
    tmp: join(root, 'tmp'),
    bin: join(root, 'bin'),
  };
  for (const folder of Object.values(folders)) await mkdir(folder, { mode: 0o700 });
  for (const agent of options.agents ?? (['codex', 'claude'] as const)) {
    const program = agent === 'codex' ? agents.codexNative : agents.claude;
    await addProgram(folders.bin, agent, `exec '${program}' "$@"`);
  }
  for (const [name, line] of Object.entries(options.programs?.(agents) ?? {}))
    await addProgram(folders.bin, name, line);
  for (const [path, text] of Object.entries(options.home ?? {})) {
    await mkdir(dirname(join(folders.home, path)), { recursive: true });
    await writeFile(join(folders.home, path), text);
  }
  const models = await createRehearsal({
    pace: 0,
    ...(options.scenario === undefined ? {} : { scenario: options.scenario }),
  });
  const modelServer = options.modelServer ?? true;
  await writeFile(
    join(root, 'config.toml'),
    `[policy]
full = [${JSON.stringify(folders.work)}]
[deadlines]
end_step = 1
${options.configWith === undefined ? usualAgents(models, modelServer) : options.configWith(models)}
${options.config ?? ''}
`,
  );
  const env: NodeJS.ProcessEnv = {
    PATH: [folders.bin, dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)].join(delimiter),
    HOME: folders.home,
    TMPDIR: folders.tmp,
    LANG: 'C.UTF-8',
    PARLEY_STATE_DIR: join(root, 'state'),
    PARLEY_DATA_DIR: join(root, 'data'),
    PARLEY_CONFIG: join(root, 'config.toml'),
    TEST_PARLEY_ROOT: root,
    ...options.env,
  };
  if (process.env['TEST_FILE_MARK'] !== undefined) env['TEST_FILE_MARK'] = process.env['TEST_FILE_MARK'];
  const parley = new ParleyUnderTest(root, folders.work, env, models);
  test.after(async () => {
    await parley.close();
    const left = await parley.ownedProcesses();
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    assert.deepEqual(left, [], 'nothing is left running');
  });
  await parley.start();
  return parley;
}

function usualAgents(models: RehearsalServer, modelServer: boolean): string {
  return `[agents.codex]
${modelServer ? `model_url = "${models.openaiUrl}"\nmodel = "gpt-5.5"` : ''}
[agents.claude]
${modelServer ? `model_url = "${models.anthropicUrl}"` : ''}
[agents.claude.env]
CLAUDE_CODE_MAX_RETRIES = "1"`;
}

async function addProgram(folder: string, name: string, line: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${line}\n`);
  await chmod(join(folder, name), 0o700);
}

/** A wait that is too long says what it waited for. */
export async function within<Result>(work: Promise<Result>, what: string, ms = patienceMs): Promise<Result> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new Error(`waited ${ms / 1000} s for ${what}`)), ms);
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
