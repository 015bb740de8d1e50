// A state directory of a test's own without a daemon, programs that play the agents, and all processes that belong to it.

import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@parley/client';
import { findDaemon, placesOf } from '@parley/client/node';
import { inRoot } from '../../scripts/lib/root.mjs';
import { McpProcess } from './mcp-process.ts';
import type { McpProcessOptions } from './mcp-process.ts';

export interface PlaceOptions {
  /** Programs on PATH: a name, and the text of the script. */
  readonly programs?: Readonly<Record<string, string>>;
  /** More of config.toml. */
  readonly config?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** More arguments of Node, for every process of Parley. */
  readonly nodeArgs?: readonly string[];
}

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

/** Milliseconds between two looks at processes that are about to end. */
const lookMs = 20;

export class Place {
  readonly root: string;
  readonly work: string;
  readonly env: NodeJS.ProcessEnv;
  readonly command: readonly [string, ...string[]];
  readonly #windows = new Set<McpProcess>();

  private constructor(root: string, { env, nodeArgs = [] }: PlaceOptions) {
    this.root = root;
    this.work = join(root, 'work');
    this.command = [process.execPath, '--conditions=source', ...nodeArgs, inRoot('apps', 'cli', 'src', 'main.ts')];
    const path = [join(root, 'bin'), dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)];
    this.env = {
      PATH: path.join(delimiter),
      HOME: join(root, 'home'),
      TMPDIR: join(root, 'tmp'),
      LANG: 'C.UTF-8',
      PARLEY_STATE_DIR: join(root, 'state'),
      PARLEY_DATA_DIR: join(root, 'data'),
      PARLEY_CONFIG: join(root, 'config.toml'),
      TEST_PARLEY_ROOT: root,
      ...(process.env['TEST_FILE_MARK'] !== undefined && { TEST_FILE_MARK: process.env['TEST_FILE_MARK'] }),
      ...env,
    };
  }

  /** It ends with the test; then nothing of it may be left running. */
  static async open(t: TestContext, options: PlaceOptions = {}): Promise<Place> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'parley-mcp-')));
    const place = new Place(root, options);
    for (const name of ['home', 'work', 'tmp', 'bin']) await mkdir(join(root, name), { mode: 0o700 });
    for (const [name, text] of Object.entries(options.programs ?? {})) await place.program(name, text);
    const config = `[policy]\nfull = [${JSON.stringify(place.work)}]\n${options.config ?? ''}`;
    await writeFile(join(root, 'config.toml'), config);
    t.after(() => place.#close());
    return place;
  }

  async program(name: string, text: string): Promise<void> {
    const file = join(this.root, 'bin', name);
    await writeFile(file, text);
    await chmod(file, 0o700);
  }

  /** A client that has opened a window of its own: `parley mcp`, ready. */
  async window(options: Partial<McpProcessOptions> = {}): Promise<McpProcess> {
    const window = await McpProcess.start({ command: this.command, env: this.env, cwd: this.work, ...options });
    this.#windows.add(window);
    return window;
  }

  /** The daemon by its own API. */
  async client(): Promise<Client> {
    const client = await findDaemon(placesOf(this.env));
    assert.ok(client !== undefined, 'a daemon listens');
    return client;
  }

  async listens(): Promise<boolean> {
    return (await findDaemon(placesOf(this.env))) !== undefined;
  }

  /** All living processes of this place. */
  async processes(): Promise<readonly FoundProcess[]> {
    const found: FoundProcess[] = [];
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
      const read = (file: string): Promise<string> => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '');
      if (!(await read('environ')).split('\0').includes(`TEST_PARLEY_ROOT=${this.root}`)) continue;
      const command = (await read('cmdline')).replaceAll('\0', ' ');
      if (command !== '') found.push({ pid: Number(name), command });
    }
    return found;
  }

  async daemons(): Promise<readonly FoundProcess[]> {
    return (await this.processes()).filter(({ command }) => / serve( |$)/.test(command));
  }

  /** Processes that agents run in. */
  async agents(): Promise<readonly FoundProcess[]> {
    return (await this.processes()).filter(({ command }) => !/main\.(ts|mjs) (serve|mcp)\b/.test(command));
  }

  /** Resolves when none is left that fits. */
  async gone(which: () => Promise<readonly FoundProcess[]>, ms = 20_000): Promise<void> {
    const end = performance.now() + ms;
    while ((await which()).length > 0 && performance.now() < end) await pause(lookMs);
    assert.deepEqual(await which(), []);
  }

  /** As `parley daemon stop`. */
  async stopDaemon(runs: 'keep' | 'end' = 'end'): Promise<void> {
    const client = await findDaemon(placesOf(this.env));
    await client?.stopDaemon({ runs });
    await this.gone(() => this.daemons());
  }

  async #close(): Promise<void> {
    for (const window of this.#windows) window.kill();
    await this.stopDaemon().catch(() => undefined);
    const left = await this.processes();
    for (const { pid } of left) killQuietly(pid);
    await rm(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    const windows = new Set([...this.#windows].map(({ child }) => child.pid));
    assert.deepEqual(
      left.filter(({ pid }) => !windows.has(pid)),
      [],
      'nothing is left running',
    );
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
