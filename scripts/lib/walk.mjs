// Lists the repository's own files below some folders (`fs.globSync` is newer than Node 20).
import { readdirSync, statSync } from 'node:fs';
import { inRoot } from './root.mjs';

const foreign = /^(node_modules|dist|fixtures)$/;

/**
 * Files below folders of the repository, as sorted paths in it with slashes; without what was installed, built or recorded.
 * @param {...string} folders those that do not exist are skipped
 * @returns {string[]}
 */
export function walk(...folders) {
  return folders.flatMap((folder) => [...filesBelow(folder)]).sort();
}

/**
 * @param {string} folder
 * @returns {Generator<string>}
 */
function* filesBelow(folder) {
  if (!statSync(inRoot(folder), { throwIfNoEntry: false })?.isDirectory()) return;
  for (const entry of readdirSync(inRoot(folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isFile()) yield path;
    else if (entry.isDirectory() && !foreign.test(entry.name)) yield* filesBelow(path);
  }
}
