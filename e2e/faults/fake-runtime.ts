// Processes in memory: what the engine knows of a runtime, with a peer for an agent. They outlive engines, as real ones do.

import type { Run, RunBatch, RunExit, RunId, RunRecord, RunRequest, Runtime } from '@parley/schema';
import type { Fence } from './fence.ts';
import type { Peer } from './peer.ts';

interface PrintedLine {
  readonly line: string;
  /** Offset behind its newline. */
  readonly end: number;
}

export class FakeProcess {
  readonly record: RunRecord;
  readonly peer: Peer;
  readonly exited: Promise<RunExit>;
  /** Somebody asked for its end; it may still say something. */
  ending = false;
  ended = false;
  written = 0;
  readonly #stdout: PrintedLine[] = [];
  readonly #exit = Promise.withResolvers<RunExit>();
  #changed = Promise.withResolvers<void>();
  #partial = '';
  #inputOpen = true;

  constructor(runId: RunId, peer: Peer) {
    this.record = { runId, pid: 1, startTime: '1', marker: runId, directory: `/${runId}` };
    this.peer = peer;
    this.exited = this.#exit.promise;
  }

  hear(bytes: Uint8Array): void {
    if (this.ended || !this.#inputOpen) throw new Error('its input is closed');
    this.written += bytes.length;
    const lines = (this.#partial + Buffer.from(bytes).toString()).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) this.peer.hear(line);
  }

  closeInput(): void {
    if (!this.#inputOpen || this.ended) return;
    this.#inputOpen = false;
    this.peer.endOfInput();
  }

  print(line: string): void {
    if (this.ended) return;
    // What is cut in two by a newline is two lines, as it would be for the real runtime.
    for (const each of line.split('\n'))
      this.#stdout.push({ line: each, end: (this.#stdout.at(-1)?.end ?? 0) + Buffer.byteLength(each) + 1 });
    this.#notify();
  }

  die(exit: { readonly code: number | null; readonly signal: string | null }): void {
    if (this.ended) return;
    this.ended = true;
    this.#exit.resolve({ ...exit, source: exit.code === null && exit.signal === null ? 'unknown' : 'recorded' });
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** In batches of at most `most` lines. */
  async *read(offset: number, until: number, most: number): AsyncGenerator<RunBatch> {
    let from = offset;
    for (;;) {
      const start = this.#stdout.findIndex(({ end }) => end > from);
      const fresh = start < 0 ? [] : this.#stdout.slice(start, start + most).filter(({ end }) => end <= until);
      const last = fresh.at(-1);
      if (last !== undefined) {
        from = last.end;
        yield { lines: fresh.map(({ line }) => line), endOffset: last.end };
      } else if (this.ended || from >= until) {
        return;
      } else {
        await this.#changed.promise;
      }
    }
  }
}

const never = new Promise<never>(() => undefined);

/** One daemon's view of the processes. */
export class FakeRuntime implements Runtime {
  readonly #processes: Map<RunId, FakeProcess>;
  readonly #fence: Fence;
  readonly #start: (request: RunRequest) => Peer;

  constructor(processes: Map<RunId, FakeProcess>, fence: Fence, start: (request: RunRequest) => Peer) {
    this.#processes = processes;
    this.#fence = fence;
    this.#start = start;
  }

  launch(request: RunRequest): Promise<Run> {
    const process = new FakeProcess(request.runId, this.#start(request));
    this.#processes.set(request.runId, process);
    return Promise.resolve(view(process, this.#fence));
  }

  adopt({ runId }: RunRecord): Promise<Run> {
    const process = this.#processes.get(runId);
    return process === undefined
      ? Promise.reject(new Error('no such process'))
      : Promise.resolve(view(process, this.#fence));
  }

  sweep(claimed: ReadonlySet<RunId>): Promise<number> {
    let ended = 0;
    for (const [runId, process] of this.#processes) {
      if (claimed.has(runId) || process.ended) continue;
      process.die({ code: null, signal: 'SIGKILL' });
      ended += 1;
    }
    return Promise.resolve(ended);
  }
}

function view(process: FakeProcess, fence: Fence): Run {
  let detached = false;
  const gone = (): boolean => detached || fence.down;
  const exited = process.exited.then((exit) => (gone() ? never : exit));
  return {
    record: process.record,
    get written() {
      return process.written;
    },
    write: (bytes) => {
      if (!gone()) process.hear(bytes);
    },
    closeInput: () => {
      if (!gone()) process.closeInput();
    },
    async *read(offset, until = Infinity) {
      // Batches of different sizes.
      for await (const batch of process.read(offset, until, 1 + (offset % 5))) {
        if (gone()) await never;
        yield batch;
      }
      if (gone()) await never;
    },
    stderrTail: () => Promise.resolve('its last words'),
    exited,
    end: () => {
      if (!process.ended && !gone()) process.ending = true;
      return exited;
    },
    discard: () => Promise.resolve(),
    detach: () => {
      detached = true;
    },
  };
}
