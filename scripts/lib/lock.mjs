// Lets one process at a time do a thing, across processes, by a file that names its owner.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inRoot } from './root.mjs';

const pollMs = 200;

/**
 * Waits until nobody else holds the lock of this name in this checkout, then does the work.
 * A lock whose owner is gone is taken over.
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} work
 * @param {(ownerPid: number) => void} [onWait] called once when another process has it
 * @returns {Promise<T>}
 */
export async function withLock(name, work, onWait = () => {}) {
  const path = inRoot('.parley', `${name}.lock`);
  mkdirSync(dirname(path), { recursive: true });
  const me = identityOf(process.pid);
  let told = false;
  while (!take(path, me)) {
    const owner = read(path);
    if (owner === undefined) continue;
    const pid = Number(owner.split(' ')[0]);
    if (identityOf(pid) !== owner) {
      dropStale(path, owner);
      continue;
    }
    if (!told) onWait(pid);
    told = true;
    await pause(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * A pid comes back some day, so on Linux its start time goes with it; elsewhere the pid alone has to do.
 * @param {number} pid
 */
function identityOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command name (second field) may hold spaces and brackets; the start time is field 22, 20th after it.
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return process.platform !== 'linux' && isAlive(pid) ? `${pid} -` : `${pid} gone`;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * Appears with its content in one step (a link), so nobody ever reads an empty lock.
 * @param {string} path
 * @param {string} owner
 */
function take(path, owner) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, owner);
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Moves a dead owner's lock away. Between our reading and our moving another waiter may have done the same and taken the lock:
 * what was moved is looked at, and put back when it is not the dead one's.
 * @param {string} path
 * @param {string} deadOwner
 */
function dropStale(path, deadOwner) {
  const moved = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, moved);
    if (readFileSync(moved, 'utf8') !== deadOwner) linkSync(moved, path);
  } catch {
    // Somebody else was faster; the next round sees what is there now.
  } finally {
    rmSync(moved, { force: true });
  }
}
