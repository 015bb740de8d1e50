// How the processes of runs are: alive, what they do, processor and memory. On Linux by /proc, elsewhere only whether they live.

import fs from 'node:fs';
import type { ProcessHealth, RunId, RunRecord } from '@parley/schema';

/** Ticks a second in /proc: USER_HZ, which is 100 wherever Node runs on Linux. */
const ticksPerSecond = 100;
/** Milliseconds below which two looks are one: a shorter time has too few ticks to tell anything. */
const shortestMs = 250;

export interface SamplerOptions {
  /** Where the system's /proc is; null where it has none. Default: as the platform has it. */
  readonly proc?: string | null;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

interface Entry {
  readonly pid: number;
  readonly state: string;
  readonly session: number;
  /** Ticks that it and the children that it has buried have used. */
  readonly used: number;
  /** Ticks after the boot at which it started. */
  readonly started: number;
}

interface Earlier {
  readonly at: number;
  readonly used: number;
  readonly cpuPercent: number | null;
}

export class ProcessSampler {
  readonly #proc: string | null;
  readonly #now: () => number;
  readonly #earlier = new Map<RunId, Earlier>();

  constructor({ proc = process.platform === 'linux' ? '/proc' : null, now = Date.now }: SamplerOptions = {}) {
    this.#proc = proc;
    this.#now = now;
  }

  /** How these runs are now. A look takes some 20 µs for each process of the system. */
  sample(runs: readonly RunRecord[]): ReadonlyMap<RunId, ProcessHealth> {
    const wanted = new Set(runs.map(({ runId }) => runId));
    for (const runId of this.#earlier.keys()) if (!wanted.has(runId)) this.#earlier.delete(runId);
    const proc = this.#proc;
    const groups = proc === null || runs.length === 0 ? undefined : groupsOf(proc, runs);
    return new Map(
      runs.map((run) => [
        run.runId,
        proc === null || groups === undefined
          ? this.#onlyAlive(run)
          : this.#health(proc, run, groups.get(run.pid) ?? []),
      ]),
    );
  }

  #onlyAlive({ pid }: RunRecord): ProcessHealth {
    const unknown = { state: null, cpuPercent: null, memoryRssKb: null, processes: null };
    return { pid, alive: lives(pid), ...unknown, sampledAt: this.#now() };
  }

  #health(proc: string, run: RunRecord, group: readonly Entry[]): ProcessHealth {
    const sampledAt = this.#now();
    const leader = group.find(({ pid, started }) => pid === run.pid && run.startTime.split('@', 1)[0] === `${started}`);
    const alive = leader !== undefined && leader.state !== 'Z' && leader.state !== 'X';
    if (!alive) {
      const gone = { cpuPercent: null, memoryRssKb: null, processes: null };
      return { pid: run.pid, alive, state: leader?.state ?? null, ...gone, sampledAt };
    }
    const living = group.filter(({ state }) => state !== 'Z' && state !== 'X');
    return {
      pid: run.pid,
      alive,
      state: stateOf(living),
      cpuPercent: this.#cpu(proc, run.runId, living, leader.started, sampledAt),
      memoryRssKb: living.reduce((sum, { pid }) => sum + residentKb(proc, pid), 0),
      processes: living.length,
      sampledAt,
    };
  }

  /** Since the last look that is not too near; at the first one since the start. */
  #cpu(proc: string, runId: RunId, living: readonly Entry[], started: number, now: number): number | null {
    const used = living.reduce((sum, entry) => sum + entry.used, 0);
    const earlier = this.#earlier.get(runId);
    if (earlier !== undefined && now - earlier.at < shortestMs) return earlier.cpuPercent;
    const seconds = earlier === undefined ? uptime(proc) - started / ticksPerSecond : (now - earlier.at) / 1000;
    const ticks = Math.max(0, used - (earlier?.used ?? 0));
    const cpuPercent = seconds > 0 ? Math.round((ticks / ticksPerSecond / seconds) * 1000) / 10 : null;
    this.#earlier.set(runId, { at: now, used, cpuPercent });
    return cpuPercent;
  }
}

/** The processes of each run: all whose session its wrapper leads. */
function groupsOf(proc: string, runs: readonly RunRecord[]): ReadonlyMap<number, readonly Entry[]> {
  const groups = new Map<number, Entry[]>(runs.map(({ pid }) => [pid, []]));
  for (const name of fs.readdirSync(proc)) {
    const pid = Number(name);
    const entry = Number.isInteger(pid) ? entryOf(proc, pid) : undefined;
    if (entry !== undefined) groups.get(entry.session)?.push(entry);
  }
  return groups;
}

function entryOf(proc: string, pid: number): Entry | undefined {
  const stat = read(`${proc}/${pid}/stat`);
  // The name stands in brackets and may itself hold brackets and spaces; nothing after it does.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields?.[0];
  if (fields === undefined || state === undefined) return undefined;
  const field = (n: number): number => Number(fields[n - 3]); // Numbered as in proc_pid_stat(5).
  return {
    pid,
    state,
    session: field(6),
    used: field(14) + field(15) + field(16) + field(17),
    started: field(22),
  };
}

/** What the group does: it runs when one of it does. */
function stateOf(living: readonly Entry[]): string | null {
  for (const state of ['R', 'D', 'T']) if (living.some((entry) => entry.state === state)) return state;
  return living[0]?.state ?? null;
}

function residentKb(proc: string, pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`${proc}/${pid}/status`) ?? '')?.[1] ?? 0);
}

/** Seconds since the boot. */
function uptime(proc: string): number {
  return Number.parseFloat(read(`${proc}/uptime`) ?? '0');
}

/** Undefined when the process is gone. */
function read(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
