// Decides whether one import is allowed. Pure: files are read by check-imports.mjs.
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { rooms } from './rooms.mjs';

/**
 * @typedef {object} Manifest what matters here of a package.json
 * @property {string} name
 * @property {Readonly<Record<string, unknown>>} [exports]
 * @property {Readonly<Record<string, string>>} [dependencies]
 * @property {Readonly<Record<string, string>>} [devDependencies]
 */

/**
 * @typedef {object} Importer
 * @property {string} file path in the repository, with slashes
 * @property {string} room folder of its package (`packages/engine`), or '' for what belongs to none (e2e, bench, scripts)
 * @property {Manifest} manifest of its package, or of the repository
 */

/**
 * Why an import is not allowed, or undefined when it is.
 * @param {Importer} importer
 * @param {string} specifier
 * @param {{ byName: ReadonlyMap<string, { room: string, manifest: Manifest }>, repository: Manifest }} workspace
 * @returns {string | undefined}
 */
export function judgeImport(importer, specifier, workspace) {
  if (specifier.startsWith('.')) return judgeRelative(importer, specifier);
  if (isBuiltin(specifier)) return judgeBuiltin(importer, specifier);
  const name = packageName(specifier);
  const target = workspace.byName.get(name);
  return (
    (target && judgeDirection(importer, target.room)) ??
    (target && judgeDepth(specifier, name, target.manifest)) ??
    judgeListing(importer, name, workspace.repository)
  );
}

/** @param {string} file */
const isTest = (file) => /\.test\.tsx?$|(^|\/)test\//.test(file);

/**
 * @param {Importer} importer
 * @param {string} specifier
 */
function judgeRelative({ file, room }, specifier) {
  const target = posix.join(posix.dirname(file), specifier);
  const inside = room === '' ? !/^(packages|apps)\//.test(target) : target.startsWith(`${room}/`);
  return inside ? undefined : `reaches into ${target}: import a package by its name, and only what its index exports`;
}

/**
 * @param {Importer} importer
 * @param {string} specifier
 */
function judgeBuiltin({ file, room }, specifier) {
  const { builtins: allowed, effects } = rooms[room] ?? {};
  if (allowed === undefined || allowed.includes(specifier) || isTest(file) || effects?.test(file)) return undefined;
  return `${room} stays free of effects and may not import ${specifier} (allowed: ${allowed.join(', ')})`;
}

/**
 * @param {Importer} importer
 * @param {string} target
 */
function judgeDirection({ room }, target) {
  if (room === '') return undefined;
  const known = rooms[room];
  if (known === undefined) return `${room} is not in the table of rooms (scripts/lib/rooms.mjs)`;
  if (known.mayImport.includes(target)) return undefined;
  return `${room} may not import ${target} (it may import: ${known.mayImport.join(', ') || 'nothing'})`;
}

/**
 * @param {string} specifier
 * @param {string} name
 * @param {Manifest} manifest
 */
function judgeDepth(specifier, name, manifest) {
  const entry = `.${specifier.slice(name.length)}`;
  return entry in (manifest.exports ?? {}) ? undefined : `${name} does not export ${entry}`;
}

/**
 * @param {Importer} importer
 * @param {string} name
 * @param {Manifest} repository
 */
function judgeListing({ file, room, manifest }, name, repository) {
  const forTests = room === '' || isTest(file) || /(^|\/)vite\.config\.ts$/.test(file);
  const listed = {
    ...manifest.dependencies,
    ...(forTests && { ...repository.devDependencies, ...manifest.devDependencies }),
  };
  // Types come from @types/<name>, and Vite's client types are ambient: both are development dependencies by nature.
  if (name in listed || name === 'vite') return undefined;
  return `${name} is not in the ${forTests ? 'dependencies or devDependencies' : 'dependencies'} of ${manifest.name}`;
}

/** @param {string} specifier */
function packageName(specifier) {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
