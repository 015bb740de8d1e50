// The rehearsal server as an owned process of its own: agents that go on working while the daemon is gone still find their model.

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId, ParleyError } from '@parley/schema';
import type { Run, RunRecord, Runtime } from '@parley/schema';

export interface RehearsalServiceOptions {
  readonly stateDir: string;
  /** A runtime of its own, so that sweeping agents never sweeps this. */
  readonly runtime: Runtime;
  /** The parley command: program and first arguments. */
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
}

interface Kept {
  readonly record: RunRecord;
  readonly url: string;
}

const startMs = 10_000;
/** One that dies is brought back; but so many times only when it did not live this long (milliseconds). */
const maxQuickDeaths = 3;
const quickMs = 10_000;

export class RehearsalService {
  readonly #options: RehearsalServiceOptions;
  #run: Run | undefined;
  #starting: Promise<string> | undefined;
  #swept = false;
  #closing = false;
  #quickDeaths = 0;

  constructor(options: RehearsalServiceOptions) {
    this.#options = options;
  }

  /** The server's root URL; brings it up when it is not there. A living agent keeps its URL: the port stays the same. */
  url(): Promise<string> {
    this.#starting ??= this.#ensure().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async #ensure(): Promise<string> {
    const kept = await this.#kept();
    await this.#sweep(kept);
    if (kept !== undefined) {
      if (this.#run === undefined) this.#watch((this.#run = await this.#options.runtime.adopt(kept.record)));
      if (await answers(kept.url)) return kept.url;
      await this.#run.end();
      await this.#run.discard();
      this.#run = undefined;
    }
    return this.#start(kept === undefined ? 0 : Number(new URL(kept.url).port));
  }

  async #start(port: number): Promise<string> {
    const { runtime, command, env, stateDir } = this.#options;
    const [program, ...args] = command;
    const cleaned = Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const runId = newId('run');
    const run = await runtime.launch({
      runId,
      argv: [program, ...args, 'rehearsal', '--json', '--port', String(port)],
      env: cleaned,
      cwd: stateDir,
    });
    this.#run = run;
    const url = await firstUrl(run);
    if (url === undefined) {
      const tail = await run.stderrTail();
      await run.end();
      await run.discard();
      this.#run = undefined;
      if (port !== 0) return this.#start(0); // Somebody else has the old port now.
      throw new ParleyError('agent_start_failed', `The rehearsal server did not start: ${tail}`);
    }
    const file = this.#file;
    await writeFile(`${file}.part`, JSON.stringify({ record: run.record, url } satisfies Kept), { mode: 0o600 });
    await rename(`${file}.part`, file);
    this.#watch(run);
    return url;
  }

  /** Agents that are up keep asking at its address, so when it dies it comes back there. */
  #watch(run: Run): void {
    const since = Date.now();
    void run.exited.then(async () => {
      await this.#starting?.catch(() => undefined); // It may have died before its start was over.
      if (this.#closing || this.#run !== run) return;
      this.#quickDeaths = Date.now() - since < quickMs ? this.#quickDeaths + 1 : 0;
      await this.#bringBack();
    });
  }

  /** One that cannot even be started has died too. When it is given up, the next session that needs it tries again and tells what is wrong. */
  async #bringBack(): Promise<void> {
    while (!this.#closing && this.#quickDeaths <= maxQuickDeaths) {
      const isUp = await this.url().then(
        () => true,
        () => false,
      );
      if (isUp) return;
      this.#quickDeaths += 1;
    }
  }

  /** Leave it running, or end it too. */
  async close(runs: 'keep' | 'end'): Promise<void> {
    this.#closing = true;
    await this.#starting?.catch(() => undefined);
    if (runs === 'keep') {
      this.#run?.detach();
      return;
    }
    const kept = await this.#kept();
    await this.#sweep(kept);
    this.#run ??= kept === undefined ? undefined : await this.#options.runtime.adopt(kept.record);
    await this.#run?.end({ hurry: true }); // It has nothing to finish and does not read its stdin.
    await this.#run?.discard();
    this.#run = undefined;
    await rm(this.#file, { force: true });
  }

  /** End one that an earlier daemon started and did not live to write down. */
  async #sweep(kept: Kept | undefined): Promise<void> {
    if (this.#swept) return;
    this.#swept = true;
    await this.#options.runtime.sweep(new Set(kept === undefined ? [] : [kept.record.runId]));
  }

  get #file(): string {
    return join(this.#options.stateDir, 'rehearsal.json');
  }

  async #kept(): Promise<Kept | undefined> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8')) as Kept;
    } catch {
      return undefined; // Not there, or cut off by a power cut: then a new one is started, and the sweep ends an old one.
    }
  }
}

/** The URL that the server prints as its first line. */
async function firstUrl(run: Run): Promise<string | undefined> {
  const timer = setTimeout(() => void run.end(), startMs);
  try {
    for await (const { lines } of run.read(0)) {
      for (const line of lines) {
        const { url } = JSON.parse(line) as { url?: string };
        if (url !== undefined) return url;
      }
    }
    return undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Whether it is there, and is what it should be: after a crash somebody else may have its port. */
async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/rehearsal`, { signal: AbortSignal.timeout(2000) });
    return answer.ok && ((await answer.json()) as { readonly name?: unknown }).name === 'parley rehearsal';
  } catch {
    return false;
  }
}
