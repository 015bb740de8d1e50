// A git folder of our own beside the user's repository: own index, own objects, own configuration. So nothing in theirs is written or
// locked, and no hook, filter, monitor or external program that is configured there is ever run. Their objects are read.

import { copyFile, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { git, privateEnvironment, readingEnvironment } from './git-snapshot-command.ts';
import type { Environment } from './git-snapshot-command.ts';

export interface Repository {
  readonly root: string;
  readonly index: string;
  readonly objects: string;
  readonly exclude: string;
  readonly attributes: string;
  readonly format: string;
}

interface Place {
  readonly cwd: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** The work tree around a folder; undefined where git has none to tell of. */
export async function findRepository({ cwd, env, signal }: Place): Promise<Repository | undefined> {
  const ask = ['--show-toplevel', ...['index', 'objects', 'info/exclude', 'info/attributes'].flatMap(gitPath)];
  const args = ['rev-parse', '--path-format=absolute', ...ask, '--show-object-format'];
  const told = await git(args, { cwd, env: readingEnvironment(env), signal }).catch(() => undefined);
  const lines = told?.toString().split('\n') ?? [];
  const [root, index, objects, exclude, attributes, format] = lines;
  // A path with a newline in it would shift the lines.
  if (lines.length !== 7 || root === undefined || index === undefined || objects === undefined) return undefined;
  if (exclude === undefined || attributes === undefined || format === undefined) return undefined;
  return { root, index, objects, exclude, attributes, format };
}

const gitPath = (path: string): readonly string[] => ['--git-path', path];

/** Settings of the user that say what is a change and what is ignored. None of them names a program. */
const copied =
  'filemode|symlinks|ignorecase|precomposeunicode|trustctime|checkstat|autocrlf|eol|excludesfile|attributesfile';

const ours: readonly (readonly [string, string])[] = [
  ['core.safecrlf', 'false'],
  ['core.fsmonitor', 'false'],
  ['core.untrackedCache', 'false'],
  ['core.splitIndex', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.fsync', 'none'],
  ['core.looseCompression', '0'],
];

async function settingsOf(
  { root }: Repository,
  { env, signal }: Place,
): Promise<readonly (readonly [string, string])[]> {
  const args = ['config', '-z', '--get-regexp', `^core\\.(${copied})$`];
  const told = await git(args, { cwd: root, env: readingEnvironment(env), signal, alsoGood: [1] });
  const theirs = told
    .toString()
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry): readonly [string, string] => {
      const end = entry.indexOf('\n');
      return end === -1 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    });
  return [...theirs, ...ours];
}

export interface PrivateFolder {
  readonly gitDir: string;
  readonly env: Environment;
}

/**
 * Make the folder inside `directory`. It begins with a copy of the user's index, whose file times spare git reading files that have not
 * changed. `hidden`: absolute folders that are none of the agent's doing.
 */
export async function makePrivateFolder(
  repository: Repository,
  place: Place,
  { directory, hidden }: { readonly directory: string; readonly hidden: readonly string[] },
): Promise<PrivateFolder> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const gitDir = await mkdtemp(join(directory, 'turn-'));
  try {
    return { gitDir, env: await fill(gitDir, repository, place, [directory, ...hidden]) };
  } catch (error) {
    await rm(gitDir, { recursive: true, force: true });
    throw error;
  }
}

async function fill(
  gitDir: string,
  repository: Repository,
  place: Place,
  hidden: readonly string[],
): Promise<Environment> {
  const inside = (name: string): string => join(gitDir, name);
  await Promise.all(['objects/info', 'refs', 'info'].map((name) => mkdir(inside(name), { recursive: true })));
  const [settings, exclude, attributes] = await Promise.all([
    settingsOf(repository, place),
    textOf(repository.exclude),
    textOf(repository.attributes),
    copyIndex(repository.index, inside('index')),
  ]);
  const isSha1 = repository.format === 'sha1';
  const extension = isSha1 ? '' : `[extensions]\n\tobjectFormat = ${repository.format}\n`;
  const patterns = hidden.flatMap((folder) => excludePattern(repository.root, folder));
  await Promise.all([
    writeFile(inside('HEAD'), 'ref: refs/heads/none\n'),
    writeFile(inside('config'), `[core]\n\trepositoryformatversion = ${isSha1 ? 0 : 1}\n\tbare = false\n${extension}`),
    writeFile(inside('objects/info/alternates'), `${repository.objects}\n`),
    writeFile(inside('info/exclude'), [exclude, ...patterns, ''].join('\n')),
    // The last word on attributes: no filter runs, and a file that is not UTF-8 fails nothing.
    writeFile(inside('info/attributes'), `${attributes}\n* -filter -working-tree-encoding\n`),
  ]);
  return privateEnvironment(place.env, { gitDir, root: repository.root, settings });
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

/** A repository without a commit may have none. */
async function copyIndex(from: string, to: string): Promise<void> {
  const found = await stat(from).catch(() => undefined);
  if (found === undefined) return;
  await copyFile(from, to);
  // Git reads a file again that is not older than the index. The copy must not look newer than the original was.
  const seconds = Math.floor(found.mtimeMs) / 1000;
  await utimes(to, seconds, seconds);
}

function excludePattern(root: string, folder: string): readonly string[] {
  const path = relative(root, folder);
  if (path === '' || path === '..' || path.startsWith('../') || path.includes('\n')) return [];
  return [`/${path.replace(/[\\*?[\]]/g, '\\$&').replace(/ $/, '\\ ')}`];
}
