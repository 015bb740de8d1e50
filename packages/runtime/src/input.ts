// stdin of a run: a file that only grows, and a bell. What is in the file reaches the agent exactly once, whoever wrote it and whatever
// became of the writer: the feeder in the wrapper remembers how far it is.

import fs from 'node:fs';
import { ParleyError } from '@parley/schema';
import type { SpoolPaths } from './spool.ts';

export class RunInput {
  readonly #paths: SpoolPaths;
  #file: number | undefined;
  #written: number;
  #closed: boolean;

  constructor(paths: SpoolPaths) {
    this.#paths = paths;
    this.#written = fs.statSync(paths.stdin, { throwIfNoEntry: false })?.size ?? 0;
    this.#closed = fs.existsSync(paths.closed);
  }

  /** Bytes of the file. */
  get written(): number {
    return this.#written;
  }

  /** Throws `agent_crashed` after `close`, `internal` when the disk does not take it (`written` then tells how much it took). */
  write(bytes: Uint8Array): void {
    if (this.#closed) throw new ParleyError('agent_crashed', 'The input of the agent is closed already.');
    try {
      this.#file ??= fs.openSync(this.#paths.stdin, fs.constants.O_WRONLY | fs.constants.O_APPEND);
      for (let at = 0; at < bytes.length;) {
        const took = fs.writeSync(this.#file, bytes, at);
        at += took;
        this.#written += took;
      }
    } catch (cause) {
      throw new ParleyError('internal', `Cannot write to ${this.#paths.stdin}: ${String(cause)}`, undefined, { cause });
    } finally {
      this.ring();
    }
  }

  /** The feeder delivers what is in the file, then lets the agent see the end of it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      fs.closeSync(fs.openSync(this.#paths.closed, 'w', 0o600));
    } catch (error) {
      // The spool was removed under us: nobody is left who could read.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
    this.ring();
    this.release();
  }

  /**
   * Wake the feeder. Also after an adoption: the daemon before may have died between its write and its ring. Without effect where nobody
   * listens: a feeder that has not come up yet looks by itself, and one that has ended has nobody to feed.
   */
  ring(): void {
    try {
      const bell = fs.openSync(this.#paths.bell, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
      try {
        fs.writeSync(bell, '\n');
      } finally {
        fs.closeSync(bell);
      }
    } catch (error) {
      // ENOENT, ENXIO: nobody listens. EPIPE: it went just now. EAGAIN: thousands of rings wait to be heard.
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'ENOENT' && code !== 'ENXIO' && code !== 'EPIPE' && code !== 'EAGAIN') throw error;
    }
  }

  /** Let go of the file, without closing the agent's input. */
  release(): void {
    if (this.#file === undefined) return;
    fs.closeSync(this.#file);
    this.#file = undefined;
  }
}
