// Tells whether something built is older than what it is built from, by modification times alone.
//
// A build stamps its result with the time at which it *began*, so that an edit during the build counts as newer.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Tests and recorded data are in no build. `bin/parley` skips the same. */
const ignored = /^(node_modules|dist|fixtures)$|\.test\.tsx?$/;

/**
 * Whether `built` is missing or older than anything in `sources` (files or folders; those that do not exist are skipped).
 * A folder's own time counts too: that is what changes when a file in it is deleted.
 * @param {string} built
 * @param {readonly string[]} sources
 */
export function isStale(built, sources) {
  const builtAt = statSync(built, { throwIfNoEntry: false })?.mtimeMs;
  return builtAt === undefined || sources.some((path) => hasNewer(path, builtAt));
}

/**
 * @param {string} path
 * @param {number} time
 * @returns {boolean}
 */
function hasNewer(path, time) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (stat.mtimeMs > time) return true;
  if (!stat.isDirectory()) return false;
  return readdirSync(path).some((name) => !ignored.test(name) && hasNewer(join(path, name), time));
}
