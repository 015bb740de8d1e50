// The runtime's interfaces: owned processes, and what changed in a session's folder. The engine knows both only by this.

import type { RunId } from './ids.ts';
import type { FileChange } from './item.ts';

export interface RunRequest {
  readonly runId: RunId;
  readonly argv: readonly [string, ...string[]];
  /** The whole environment of the child; the runtime adds its marker. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Files (0600) for this run alone, by names inside the folder `files` of its spool; they go when the run does. */
  readonly files?: readonly { readonly name: string; readonly text: string }[];
}

/** What is needed to find and prove a process again after a restart. Stored before the first byte is sent. */
export interface RunRecord {
  readonly runId: RunId;
  /** Of the wrapper, which leads the process group. */
  readonly pid: number;
  /** As the system tells it (on Linux: clock ticks since boot, and the boot's id); pid alone is never trusted. */
  readonly startTime: string;
  /** Value of `PARLEY_RUN` in the environment of every process of the run. */
  readonly marker: string;
  /** Holds the spool: stdin, stdout, stderr, exit. */
  readonly directory: string;
}

export interface RunExit {
  /** Of the agent itself; null when a signal ended it or nobody could find out. */
  readonly code: number | null;
  readonly signal: string | null;
  /** `recorded`: the wrapper wrote it down; `unknown`: the wrapper itself was killed. */
  readonly source: 'recorded' | 'unknown';
}

export interface RunBatch {
  /** Whole lines without newlines, in order. */
  readonly lines: readonly string[];
  /** Bytes of stdout up to and including the last of these lines. */
  readonly endOffset: number;
}

/** A running or ended process whose spool can be read. */
export interface Run {
  readonly record: RunRecord;
  /** Bytes of stdin that have been handed over so far, over all daemons. */
  readonly written: number;
  /** Append to stdin. What was appended reaches the agent exactly once, even when this process dies right after. Throws `agent_crashed` once its input is closed. */
  write(bytes: Uint8Array): void;
  /** Give the agent EOF on stdin, really. Idempotent. */
  closeInput(): void;
  /**
   * stdout from a byte offset on; ends after the last line of an ended process, or exactly at `until` (a batch end that was told
   * before: an adopted run is replayed piece by piece between the inputs that it got). One batch at a time: the next is read when the consumer
   * asks, so memory stays bounded. Throws `ParleyError` `output_limit` when a line or the run is too large.
   */
  read(offset: number, until?: number): AsyncIterable<RunBatch>;
  /** The end of stderr, at most 4 KiB, whole UTF-8 characters. */
  stderrTail(): Promise<string>;
  /** Resolves when the process is gone and its exit is known. */
  readonly exited: Promise<RunExit>;
  /**
   * Close stdin → TERM to the group → KILL, then a sweep by marker. Idempotent; also does the sweep after a natural exit. `hurry`: TERM at
   * once, for an agent that was told to stop and does not read its stdin any more.
   */
  end(how?: { readonly hurry: boolean }): Promise<RunExit>;
  /** Forget the run: stop watching, remove its directory. Only after it has ended. */
  discard(): Promise<void>;
  /** Stop watching and reading, but leave the process alone (the daemon goes, the agent stays). */
  detach(): void;
}

export interface Runtime {
  /** Resolves when the process exists and its record is known; nothing has been written to it yet. Throws `agent_start_failed`. */
  launch(request: RunRequest): Promise<Run>;
  /** A run of an earlier daemon: living, or ended with its spool still there. Never touches a process that is not provably the recorded one. */
  adopt(record: RunRecord): Promise<Run>;
  /**
   * End marked processes of this state directory that belong to none of these runs (a daemon died between spawn and record), and
   * remove spool folders that nobody claims. Resolves to how many processes were ended.
   */
  sweep(claimed: ReadonlySet<RunId>): Promise<number>;
}

/** The files of a work tree at one moment. Only good for a comparison, by the `WorkTree` that made it. */
export interface Snapshot {
  readonly tree: string;
}

/** The git work tree around a session's folder, as it is looked at while one turn runs. Nothing of the user's repository is written. */
export interface WorkTree {
  /** Absolute, real path of its top. */
  readonly root: string;
  /** The files as they are now. Undefined where that cannot be told: too many changed, git was too slow or failed. Never rejects. */
  snapshot(): Promise<Snapshot | undefined>;
  /** What differs, sorted by path, lines counted. Undefined as above. Never rejects. */
  changes(before: Snapshot, after: Snapshot): Promise<readonly FileChange[] | undefined>;
  /** End what is under way and remove what was kept. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface Workspaces {
  /**
   * A hash of what somebody who works in this folder finds in the work tree that it lies in: commit, index, changed and untracked files,
   * submodules; not what git ignores. Undefined where that cannot be told: no work tree, too many changes, git was too slow or failed. Never
   * rejects.
   */
  state(folder: string): Promise<string | undefined>;
  /** The work tree that this folder lies in. Undefined where there is none, or no git. Never rejects. */
  open(cwd: string): Promise<WorkTree | undefined>;
}
