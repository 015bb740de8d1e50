// Finds and ends what a test file left running: every process that has the file's mark in its environment (Linux), and its group.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Name of the environment variable whose value marks all processes of one test file. */
export const markName = 'TEST_FILE_MARK';

/** A process that was told to end may need this long; afterwards it counts as left behind. */
const graceMs = 3000;
const pollMs = 50;

/**
 * Waits a moment for the marked processes to end, then kills those that did not.
 * @param {string} mark
 * @returns {Promise<string[]>} what had to be killed, one line each
 */
export async function endLeftProcesses(mark) {
  const deadline = Date.now() + graceMs;
  while (findMarked(mark).length > 0 && Date.now() < deadline) await pause(pollMs);
  return killMarked(mark);
}

/**
 * Kills the marked processes at once, again until none is left (one may just have started another).
 * @param {string} mark
 */
export function killMarked(mark) {
  const killed = new Map();
  for (let round = 0; round < 10; round += 1) {
    const found = findMarked(mark);
    if (found.length === 0) break;
    for (const pid of found) {
      killed.set(pid, `${pid} ${commandOf(pid)}`);
      kill(pid);
    }
  }
  return [...killed.values()];
}

/**
 * Kills a process (a positive number) or a group (a negative one), if it is still there.
 * @param {number} pid
 */
export function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** @param {string} mark */
function findMarked(mark) {
  if (process.platform !== 'linux') return [];
  const wanted = `${markName}=${mark}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && read(`/proc/${name}/environ`).split('\0').includes(wanted))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

/** @param {number} pid */
function commandOf(pid) {
  return read(`/proc/${pid}/cmdline`).split('\0').join(' ').trim().slice(0, 200);
}

/**
 * Empty for a process that is gone, a zombie, or somebody else's.
 * @param {string} path
 */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
