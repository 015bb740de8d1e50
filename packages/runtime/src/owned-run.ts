// One run: its input, its output, its end. Made for a process that was just launched and for one of an earlier daemon alike: all it
// knows comes from the record and the spool.

import fs from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { ParleyError } from '@parley/schema';
import type { Run, RunBatch, RunExit, RunRecord } from '@parley/schema';
import { readExit, unknownExit } from './exit-status.ts';
import { RunInput } from './input.ts';
import { endAll, goneWithin, membersOf } from './members.ts';
import { Notification } from './notification.ts';
import type { Settings } from './options.ts';
import { lives } from './process-table.ts';
import type { LivingProcess, ProcessTable } from './process-table.ts';
import { readLines } from './read-lines.ts';
import { spoolPaths } from './spool.ts';
import type { SpoolPaths } from './spool.ts';
import { stderrTail } from './stderr-tail.ts';
import { terminate } from './terminate.ts';
import type { Manners } from './terminate.ts';
import { watchSpool } from './watch-spool.ts';
import type { SpoolWatch } from './watch-spool.ts';

/** `leaving`: the agent is gone, what it left behind is being ended. */
type Phase = 'running' | 'leaving' | 'ended';

export class OwnedRun implements Run {
  readonly record: RunRecord;
  readonly exited: Promise<RunExit>;
  readonly #settings: Settings;
  readonly #table: ProcessTable;
  readonly #paths: SpoolPaths;
  readonly #input: RunInput;
  readonly #watch: SpoolWatch;
  /** Whether the process that bears the record's pid was proven to be the recorded one, when this run was made. */
  readonly #proven: boolean;
  readonly #changed = new Notification();
  readonly #agentGone = Promise.withResolvers<void>();
  readonly #exit = Promise.withResolvers<RunExit>();
  #phase: Phase = 'running';
  #detached = false;
  #overLimit = false;
  #remembered: readonly LivingProcess[] = [];
  #ending: Promise<RunExit> | undefined;

  constructor(record: RunRecord, settings: Settings, table: ProcessTable) {
    this.record = record;
    this.exited = this.#exit.promise;
    this.#settings = settings;
    this.#table = table;
    this.#paths = spoolPaths(record.directory);
    this.#proven = lives(table, record) && table.marker(record.pid) === record.marker;
    this.#input = new RunInput(this.#paths);
    this.#watch = watchSpool(record.directory, {
      lookMs: settings.lookMs,
      onChange: (file) => this.#onChange(file),
      onLook: () => this.look(),
    });
    this.#input.ring();
    this.look();
  }

  get written(): number {
    return this.#input.written;
  }

  write(bytes: Uint8Array): void {
    this.#input.write(bytes);
  }

  closeInput(): void {
    this.#input.close();
  }

  async *read(offset: number, until?: number): AsyncGenerator<RunBatch, void> {
    let file: number;
    try {
      file = fs.openSync(this.#paths.stdout, 'r');
    } catch (error) {
      // Adopted without its spool: it has ended and there is nothing to read.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      throw error;
    }
    const changed = this.#changed;
    try {
      yield* readLines(
        {
          file,
          maxLineBytes: this.#settings.maxLineBytes,
          state: () => this.#readState(until !== undefined),
          get changed() {
            return changed.next;
          },
        },
        offset,
        until,
      );
    } finally {
      fs.closeSync(file);
    }
  }

  stderrTail(): Promise<string> {
    return stderrTail(this.#paths.stderr);
  }

  end({ hurry } = { hurry: false }): Promise<RunExit> {
    this.#ending ??= this.#terminate(hurry ? 'hurried' : 'gentle').then(() => this.exited);
    return this.#ending;
  }

  async discard(): Promise<void> {
    if (this.#phase !== 'ended')
      throw new ParleyError('internal', `Run ${this.record.runId} has not ended, it cannot be discarded.`);
    this.detach();
    await fs.promises.rm(this.record.directory, { recursive: true, force: true });
  }

  detach(): void {
    this.#detached = true;
    this.#stopWatching();
  }

  /** Look whether the agent is gone or printed too much. Called when something changed, now and then, and when our child has exited. */
  look(): void {
    if (this.#phase === 'running' && !this.#detached) {
      this.#checkLimit();
      const exit = readExit(this.#paths.exit);
      if (exit !== undefined) void this.#leave(exit);
      // Its last deed may have been to record the exit, after we looked for it.
      else if (!this.#proven || !lives(this.#table, this.record))
        void this.#leave(readExit(this.#paths.exit) ?? unknownExit);
    }
    this.#changed.raise();
  }

  #onChange(file: string | null): void {
    switch (file) {
      case 'stdout':
      case 'stderr':
        this.#checkLimit();
        this.#changed.raise();
        break;
      case 'exit':
      case null:
        this.look();
        break;
      default:
    }
  }

  #checkLimit(): void {
    if (this.#overLimit) return;
    const size = (path: string): number => fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size(this.#paths.stdout) + size(this.#paths.stderr) <= this.#settings.maxOutputBytes) return;
    this.#overLimit = true;
    // Not left to the reader, who may be busy or gone: the disk fills up meanwhile.
    void this.#terminate('at once');
  }

  /** `replayed`: what was read before is read again, whatever came after it. */
  #readState(replayed: boolean): 'open' | 'final' | 'stopped' {
    if (this.#detached) return 'stopped';
    if (this.#overLimit && !replayed) {
      throw new ParleyError('output_limit', `The agent printed more than ${this.#settings.maxOutputBytes} bytes.`);
    }
    return this.#phase === 'ended' ? 'final' : 'open';
  }

  async #terminate(manners: Manners): Promise<void> {
    const target = {
      record: this.record,
      table: this.#table,
      closeInput: () => this.closeInput(),
      remember: (members: readonly LivingProcess[]) => {
        this.#remembered = members;
      },
      isGone: () => this.#phase !== 'running',
      goneWithin: (milliseconds: number) => this.#goneWithin(milliseconds),
    };
    const gone = this.#phase !== 'running' || (await terminate(target, { stepMs: this.#settings.endStepMs, manners }));
    if (!gone) await this.#leave(unknownExit);
  }

  async #goneWithin(milliseconds: number): Promise<boolean> {
    this.look();
    const giveUp = new AbortController();
    await Promise.race([this.#agentGone.promise, setTimeout(milliseconds, undefined, giveUp).catch(() => undefined)]);
    giveUp.abort();
    this.look();
    return this.#phase !== 'running';
  }

  /** The agent is gone: end what it left behind, then the spool is final. */
  async #leave(exit: RunExit): Promise<void> {
    if (this.#phase !== 'running') return;
    this.#phase = 'leaving';
    this.#agentGone.resolve();
    const { record } = this;
    // The wrapper itself needs another moment; no reason to shoot at it.
    if (exit.source === 'recorded') await goneWithin(this.#table, [{ ...record, leader: record.pid }], 100);
    const find = async () => {
      const members = membersOf(record, await this.#table.living(record.startTime));
      return [
        ...members,
        ...this.#remembered.filter((one) => lives(this.#table, one) && !members.some(({ pid }) => pid === one.pid)),
      ];
    };
    await endAll(this.#table, find, this.#settings.endStepMs);
    this.#phase = 'ended';
    this.#stopWatching();
    this.#exit.resolve(exit);
  }

  #stopWatching(): void {
    this.#watch.close();
    this.#input.release();
    this.#changed.raise();
  }
}
