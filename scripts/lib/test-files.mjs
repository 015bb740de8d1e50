// Which test files there are, in which order they run, and how long each may take.
import { statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { root } from './root.mjs';
import { walk } from './walk.mjs';

/**
 * @typedef {object} Stage
 * @property {boolean} needsBuilds whether its files use the page or the bundled command
 * @property {readonly string[]} files
 * @property {number} timeoutMs for each file
 * @property {number} atOnce files that run at the same time
 */

/**
 * The stages of a test run with the files that the patterns select; without patterns, all of them.
 * @param {readonly string[]} patterns paths of files or folders (as seen from the working directory), else parts of a path
 * @param {{ cpus: number, cwd?: string }} options
 * @returns {readonly Stage[]}
 */
export function findStages(patterns, { cpus, cwd = process.cwd() }) {
  const select = selector(patterns, cwd);
  const unit = walk('scripts', 'packages', 'apps').filter((file) => isTest(file) && select(file));
  return [
    {
      // The others run on the sources; the page's run the page as it is built.
      needsBuilds: unit.some((file) => file.startsWith('apps/web/test/')),
      files: unit,
      timeoutMs: 3 * 60_000,
      atOnce: cpus,
    },
    {
      needsBuilds: true,
      files: walk('e2e').filter((file) => isTest(file) && select(file)),
      timeoutMs: 15 * 60_000,
      // Each starts daemons, agents and browsers of its own.
      atOnce: Math.max(1, Math.floor(cpus / 2)),
    },
  ];
}

/** @param {string} file */
const isTest = (file) => /\.test\.(ts|mjs)$/.test(file);

/**
 * @param {readonly string[]} patterns
 * @param {string} cwd
 * @returns {(file: string) => boolean}
 */
function selector(patterns, cwd) {
  const tests = patterns.map((pattern) => {
    const path = relative(root, resolve(cwd, pattern)).split(sep).join('/');
    const stat = statSync(resolve(cwd, pattern), { throwIfNoEntry: false });
    if (stat?.isDirectory()) return (/** @type {string} */ file) => path === '' || file.startsWith(`${path}/`);
    if (stat?.isFile()) return (/** @type {string} */ file) => file === path;
    return (/** @type {string} */ file) => file.includes(pattern);
  });
  return (file) => tests.length === 0 || tests.some((matches) => matches(file));
}
