// Finds the Node that runs Parley: the one that came with the packages, else a new enough one that is here already.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inRoot } from './root.mjs';
import { SetupError } from './setup-error.mjs';

/** `node:sqlite` and type stripping without a flag: the first version with both is what Parley is tested on. */
const leastMajor = 24;

/** Where the npm package with Node's binary puts it; such a package exists for Linux only (package.json, optionalDependencies). */
export const bundledNode = inRoot('node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');

/**
 * Path of the Node to run Parley with.
 * @returns {string}
 * @throws {SetupError} when there is none
 */
export function findNode24() {
  if (existsSync(bundledNode)) return bundledNode;
  if (majorOf(process.version) >= leastMajor) return process.execPath;
  const onPath = spawnSync('node', ['--version'], { encoding: 'utf8' });
  if (onPath.status === 0 && majorOf(onPath.stdout) >= leastMajor) return 'node';
  throw new SetupError(
    `Parley needs Node ${leastMajor} or newer; this is ${process.version}, and there is no npm package that brings it to ` +
      `${process.platform} on ${process.arch}.\nInstall it from https://nodejs.org/en/download, put it first in PATH, and try again.`,
  );
}

/** @param {string} version as `v24.21.0` */
function majorOf(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
}
