// Checks every import of the repository: downward only, packages by name, nothing that a package does not list.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { findImports } from './lib/find-imports.mjs';
import { judgeImport } from './lib/judge-import.mjs';
import { inRoot } from './lib/root.mjs';
import { walk } from './lib/walk.mjs';

/** @typedef {import('./lib/judge-import.mjs').Manifest} Manifest */

const repository = readManifest('package.json');
const packages = ['packages', 'apps']
  .flatMap((folder) => readdirSync(inRoot(folder)).map((name) => `${folder}/${name}`))
  .filter((room) => existsSync(inRoot(room, 'package.json')))
  .map((room) => ({ room, manifest: readManifest(`${room}/package.json`) }));
const byName = new Map(packages.map((entry) => [entry.manifest.name, entry]));

const files = walk('packages', 'apps', 'e2e', 'bench', 'scripts').filter((file) => /\.(ts|tsx|mjs)$/.test(file));

const wrong = files.flatMap((file) => {
  const owner = packages.find(({ room }) => file.startsWith(`${room}/`)) ?? { room: '', manifest: repository };
  return findImports(readFileSync(inRoot(file), 'utf8')).flatMap(({ specifier, line }) => {
    const reason = judgeImport({ file, ...owner }, specifier, { byName, repository });
    return reason === undefined ? [] : [`${file}:${line}: '${specifier}': ${reason}`];
  });
});

if (wrong.length > 0) {
  process.stdout.write(`${wrong.join('\n')}\n${wrong.length} imports are not allowed\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`${files.length} files, all imports allowed\n`);
}

/**
 * @param {string} path
 * @returns {Manifest}
 */
function readManifest(path) {
  return JSON.parse(readFileSync(inRoot(path), 'utf8'));
}
