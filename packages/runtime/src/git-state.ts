// The state of a work tree as one hash: two equal ones mean that whoever reads in it finds the same. Made of the commit, the index, and what
// of the files differs from it, submodules and repositories inside of it too. Git is only asked: nothing in the repository is written or
// locked. It compares in a git folder of our own, which takes over no setting that names a program, each repository on its own: git left to
// look into a submodule runs the filters that are configured there.
//
// Not seen: what git ignores, and files that it was told to take as unchanged (`assume-unchanged`, `skip-worktree`).

import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, readingEnvironment, zeroSeparated } from './git-snapshot-command.ts';
import type { Environment } from './git-snapshot-command.ts';
import { findRepository, makePrivateFolder } from './git-snapshot-folder.ts';
import type { PrivateFolder } from './git-snapshot-folder.ts';

export interface GitStateOptions {
  /** Absolute path of a folder of ours, in which git folders are made for one look. */
  readonly directory: string;
  readonly env: Environment;
  /** Absolute paths of folders that do not count. */
  readonly hidden: readonly string[];
  /** Milliseconds for all of it. Default 2000. */
  readonly limitMs?: number;
  /** Submodules, changed and untracked files, of all repositories together. Default 2000. */
  readonly maxFiles?: number;
  /** Bytes of them that are read; of files beyond, size and times count, which a write always changes. Default 32 MiB. */
  readonly maxBytes?: number;
}

/** Undefined: no work tree, or one that cannot be told of. Never rejects. */
export async function gitState(folder: string, options: GitStateOptions): Promise<string | undefined> {
  const { limitMs = 2000, maxFiles = 2000, maxBytes = 32 * 1024 * 1024 } = options;
  const look = new Look(options, AbortSignal.timeout(limitMs), { maxFiles, maxBytes });
  return look.repository(folder, 0).catch(() => undefined);
}

/** Repositories inside of repositories. */
const maxDepth = 5;

/** Bytes of a list of all files in an index: about half a million of them. */
const maxIndexBytes = 64 * 1024 * 1024;

/** One look at one repository and at those inside of it. */
class Look {
  readonly #options: Pick<GitStateOptions, 'directory' | 'env' | 'hidden'>;
  readonly #signal: AbortSignal;
  #filesLeft: number;
  #bytesLeft: number;

  constructor(
    options: Pick<GitStateOptions, 'directory' | 'env' | 'hidden'>,
    signal: AbortSignal,
    limits: { readonly maxFiles: number; readonly maxBytes: number },
  ) {
    this.#options = options;
    this.#signal = signal;
    this.#filesLeft = limits.maxFiles;
    this.#bytesLeft = limits.maxBytes;
  }

  async repository(folder: string, depth: number): Promise<string> {
    if (depth > maxDepth) throw new Error(`repositories inside of repositories at ${folder}`);
    const place = { cwd: folder, env: this.#options.env, signal: this.#signal };
    const repository = await findRepository(place);
    if (repository === undefined) throw new Error(`no work tree around ${folder}`);
    const own = await makePrivateFolder(repository, place, this.#options);
    try {
      return await this.#stateOf(folder, repository.root, own, depth);
    } finally {
      await rm(own.gitDir, { recursive: true, force: true });
    }
  }

  async #stateOf(folder: string, root: string, { env, gitDir }: PrivateFolder, depth: number): Promise<string> {
    const signal = this.#signal;
    const theirs = { cwd: folder, env: readingEnvironment(this.#options.env), signal, alsoGood: [1] };
    const ours = { cwd: folder, env, signal };
    const [commit, branch, ignored, index] = await Promise.all([
      git(['rev-parse', '--quiet', '--verify', 'HEAD'], theirs),
      git(['symbolic-ref', '--quiet', 'HEAD'], theirs),
      git(['check-ignore', '.'], { ...ours, alsoGood: [1], patterns: true }),
      git(['ls-files', '--stage', '-z'], { ...ours, cwd: root, maxBytes: maxIndexBytes }),
    ]);
    // Of a folder that is ignored as a whole git tells nothing at all.
    if (ignored.length > 0) throw new Error(`${folder} is ignored`);
    if (commit.length > 0) await writeFile(join(gitDir, 'HEAD'), commit);
    const args = ['--untracked-files=all', '--ignore-submodules=dirty', '--no-renames'];
    const status = await git(['status', '--porcelain=v2', '-z', ...args], ours);
    const hash = createHash('sha256').update(`${commit.toString()}\0${branch.toString()}\0`);
    const entries = new Map(zeroSeparated(status).map((entry) => [pathOf(entry), entry]));
    const submodules = submodulesIn(index);
    for (const path of submodules) if (!entries.has(path)) entries.set(path, `submodule ${path}`);
    const bytesOfRoot = Buffer.from(root).toString('latin1');
    for (const [name, entry] of entries) {
      const path = `${bytesOfRoot}/${name}`;
      if (this.#isHidden(path)) continue;
      const content = await this.#contentOf(path, depth, submodules.has(name));
      hash.update(`${entry}\0${content}\0`, 'latin1');
    }
    return hash.digest('base64url');
  }

  /** What is there now, in a word. `path` in Latin-1: git's paths are bytes. */
  async #contentOf(path: string, depth: number, isSubmodule: boolean): Promise<string> {
    this.#filesLeft -= 1;
    if (this.#filesLeft < 0) throw new Error('too many files differ');
    this.#signal.throwIfAborted();
    const bytes = Buffer.from(path, 'latin1');
    const found = await lstat(bytes, { bigint: true }).catch(() => undefined);
    if (found === undefined) return 'gone';
    if (found.isSymbolicLink()) return `link ${(await readlink(bytes, 'buffer')).toString('latin1')}`;
    if (found.isDirectory()) return this.#folder(bytes.toString(), depth, isSubmodule);
    this.#bytesLeft -= Number(found.size);
    if (!found.isFile() || this.#bytesLeft < 0)
      return `stat ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
    const content = await readFile(bytes, { signal: this.#signal });
    return `file ${createHash('sha256').update(content).digest('base64url')}`;
  }

  async #folder(folder: string, depth: number, isSubmodule: boolean): Promise<string> {
    const names = await readdir(folder);
    if (names.includes('.git')) return `repository ${await this.repository(folder, depth + 1)}`;
    // One that is not checked out. Of what lies in its place git tells nothing.
    if (isSubmodule && names.length > 0) throw new Error(`${folder} is no repository`);
    return 'folder';
  }

  #isHidden(path: string): boolean {
    const name = Buffer.from(path, 'latin1').toString();
    return this.#options.hidden.some((folder) => name.startsWith(folder.endsWith('/') ? folder : `${folder}/`));
  }
}

/** `1 … path`, `u … path`, `? path`: the fields before a path hold no spaces. */
function pathOf(entry: string): string {
  const fields = entry.startsWith('? ') ? 1 : entry.startsWith('u ') ? 10 : 8;
  const path = entry.split(' ').slice(fields).join(' ');
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/** The places of submodules, out of `ls-files --stage -z`. In a conflict there are several entries for one. */
function submodulesIn(index: Buffer): ReadonlySet<string> {
  const entries = zeroSeparated(index).filter((entry) => entry.startsWith('160000 '));
  return new Set(entries.map((entry) => entry.slice(entry.indexOf('\t') + 1)));
}
