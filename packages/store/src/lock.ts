// One owner per state directory. The lock itself is the kernel's: SQLite holds it on a small file of its own, and it is gone the moment
// its process is, however it died. So there is no stale lock to judge and no race in taking one over. Beside it lies who the owner is
// (pid and start time), for the message to whoever comes second.

import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { ParleyError } from '@parley/schema';
import { guarded } from './sqlite/errors.ts';

export interface StateLock {
  /** Idempotent. */
  release(): void;
}

interface Owner {
  readonly pid: number;
  /** Clock ticks since boot on Linux, empty where the system does not tell. */
  readonly startTime: string;
}

/** Milliseconds. Starters that meet can make each other stumble; one of them is through long before this. */
const patienceMs = 5000;

// A connection that nobody refers to is collected, and its lock with it.
const held = new Set<DatabaseSync>();

/** Makes the directory (0700) when it is missing. Throws `state_locked`, naming the owner's pid, when a living process has it. */
export async function lockStateDirectory(directory: string): Promise<StateLock> {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lockFile = path.join(directory, 'lock');
  const ownerFile = path.join(directory, 'lock-owner.json');

  const giveUp = performance.now() + patienceMs;
  for (;;) {
    const database = exclusively(lockFile);
    if (database !== undefined) {
      writeOwner(ownerFile);
      held.add(database);
      return { release: () => release(database, ownerFile) };
    }
    const owner = readOwner(ownerFile);
    // An owner that does not live is the one before; the new one is about to write itself down.
    const living = owner !== undefined && startTime(owner.pid) === owner.startTime;
    if (living || performance.now() > giveUp) {
      const who = living ? `process ${owner.pid}` : 'another process';
      throw new ParleyError(
        'state_locked',
        `The state directory ${directory} belongs to ${who}.`,
        living ? { pid: owner.pid } : undefined,
      );
    }
    await setTimeout(5 + Math.random() * 20);
  }
}

/**
 * Undefined when somebody else has it. Never open this file by other means in this process: closing any descriptor of it gives up the
 * process's locks (POSIX). That is why the owner stands in another file.
 */
function exclusively(lockFile: string): DatabaseSync | undefined {
  const database = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    fs.chmodSync(lockFile, 0o600);
    // Nothing is ever written, so there is nothing to keep a journal of on the disk.
    guarded(() => database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE'));
    return database;
  } catch (error) {
    database.close();
    if (ParleyError.is(error) && error.code === 'state_locked') return undefined;
    throw error;
  }
}

function release(database: DatabaseSync, ownerFile: string): void {
  if (!held.delete(database)) return;
  fs.rmSync(ownerFile, { force: true });
  database.close();
}

function writeOwner(ownerFile: string): void {
  const owner: Owner = { pid: process.pid, startTime: startTime(process.pid) ?? '' };
  const draft = `${ownerFile}.new`;
  fs.writeFileSync(draft, JSON.stringify(owner), { mode: 0o600 });
  fs.renameSync(draft, ownerFile);
}

function readOwner(ownerFile: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(fs.readFileSync(ownerFile, 'utf8'));
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || !('startTime' in owner)) return undefined;
    return typeof owner.pid === 'number' && typeof owner.startTime === 'string'
      ? { pid: owner.pid, startTime: owner.startTime }
      : undefined;
  } catch {
    // Not there, or not whole: nobody to name.
    return undefined;
  }
}

/** Undefined when there is no such process. */
function startTime(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and is another user's.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return undefined;
  }
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return '';
  }
}
