// What changed in a folder, by git: the files of the work tree around it are written as a tree into a git folder of our own, once before
// and once after, and git tells the difference between the two trees. So the counts are exact for each step, however often a file changes
// and whatever the agent commits, stages or checks out meanwhile.
//
// Limits: only files that git does not ignore, outside of submodules; a rename is one where git sees one; the lines of binary files and of
// files above `maxFileBytes` are not counted; a repository with more than `maxFiles` uncommitted files, or one that git needs more than
// `limitMs` for, is not looked at.

import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { access, constants, lstat, rm } from 'node:fs/promises';
import type { FileChange, Snapshot, Workspaces, WorkTree } from '@parley/schema';
import { changedPaths, fileChangesOf, standInMode } from './git-snapshot-changes.ts';
import { git, zeroSeparated } from './git-snapshot-command.ts';
import type { Environment } from './git-snapshot-command.ts';
import { findRepository, makePrivateFolder } from './git-snapshot-folder.ts';
import type { PrivateFolder, Repository } from './git-snapshot-folder.ts';
import { gitState } from './git-state.ts';

export interface GitWorkspacesOptions {
  /** Absolute path; ours alone. What is in it is removed now. Copies of changed files live in it while a turn runs. */
  readonly directory: string;
  /** Finds git, the user's home and the user's git configuration. */
  readonly env: Environment;
  /** Absolute paths of folders that are never told of, such as the state directory. */
  readonly hidden?: readonly string[];
  /** Milliseconds for one look. Default 5000. */
  readonly limitMs?: number;
  /** Files that may differ from the index at one look. Default 2000. */
  readonly maxFiles?: number;
  /** Bytes of a file whose lines are counted. Default 8 MiB. */
  readonly maxFileBytes?: number;
  /** Bytes that are kept for one turn; what comes after is not counted. Default 256 MiB. */
  readonly maxKeptBytes?: number;
}

/** File changes by git. Where git is missing, nothing is told. */
export function createGitWorkspaces(options: GitWorkspacesOptions): Workspaces {
  const limits = {
    limitMs: 5000,
    maxFiles: 2000,
    maxFileBytes: 8 * 1024 * 1024,
    maxKeptBytes: 256 * 1024 * 1024,
    ...options,
  };
  rmSync(options.directory, { recursive: true, force: true });
  const { env, directory, hidden = [] } = options;
  return {
    state: (folder) => gitState(folder, { directory, env, hidden: [directory, ...hidden] }),
    async open(cwd) {
      const place = { cwd, env: options.env, signal: AbortSignal.timeout(limits.limitMs) };
      const repository = await findRepository(place);
      return repository === undefined ? undefined : new GitWorkTree(repository, cwd, limits);
    },
  };
}

type Limits = GitWorkspacesOptions &
  Required<Pick<GitWorkspacesOptions, 'limitMs' | 'maxFiles' | 'maxFileBytes' | 'maxKeptBytes'>>;

class GitWorkTree implements WorkTree {
  readonly root: string;
  readonly #repository: Repository;
  readonly #cwd: string;
  readonly #limits: Limits;
  readonly #closing = new AbortController();
  /** One git at a time works on the index. */
  #last: Promise<unknown> = Promise.resolve();
  #folder: PrivateFolder | undefined;
  #tree: string | undefined;
  #keptBytes = 0;

  constructor(repository: Repository, cwd: string, limits: Limits) {
    this.root = repository.root;
    this.#repository = repository;
    this.#cwd = cwd;
    this.#limits = limits;
  }

  snapshot(): Promise<Snapshot | undefined> {
    return this.#alone(async (signal) => ({ tree: await this.#writeTree(signal) }));
  }

  changes(before: Snapshot, after: Snapshot): Promise<readonly FileChange[] | undefined> {
    if (before.tree === after.tree) return Promise.resolve([]);
    return this.#alone(async (signal) => {
      const args = ['diff-tree', '-r', '-z', '-M', '--raw', '--numstat', '--no-ext-diff', '--no-textconv'];
      const output = await this.#git([...args, before.tree, after.tree], signal);
      return fileChangesOf(zeroSeparated(output), this.root, this.#cwd);
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#last;
    const gitDir = this.#folder?.gitDir;
    this.#folder = undefined;
    if (gitDir !== undefined) await rm(gitDir, { recursive: true, force: true }).catch(() => undefined);
  }

  /** Undefined instead of an error: git is missing or too old, the repository is gone, broken or too large, the time is over. */
  #alone<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result | undefined> {
    const result = this.#last.then(async () => {
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#limits.limitMs)]);
      return signal.aborted ? undefined : work(signal).catch(() => undefined);
    });
    this.#last = result;
    return result;
  }

  async #git(args: readonly string[], signal: AbortSignal, input?: Buffer): Promise<Buffer> {
    const env = (await this.#open(signal)).env;
    return git(args, { cwd: this.root, env, signal, ...(input === undefined ? {} : { input }) });
  }

  async #open(signal: AbortSignal): Promise<PrivateFolder> {
    if (this.#folder !== undefined) return this.#folder;
    const { env, directory, hidden = [] } = this.#limits;
    const place = { cwd: this.root, env, signal };
    this.#folder = await makePrivateFolder(this.#repository, place, { directory, hidden });
    // Files that were only touched are not changed. Exit code 1: some are changed.
    const args = ['update-index', '-q', '--refresh', '--ignore-submodules'];
    await git(args, { cwd: this.root, env: this.#folder.env, signal, alsoGood: [1] });
    return this.#folder;
  }

  async #writeTree(signal: AbortSignal): Promise<string> {
    await this.#open(signal);
    const [changed, untracked] = await Promise.all([
      this.#git(['diff-files', '-z', '--raw', '--no-renames', '--no-ext-diff', '--ignore-submodules=dirty'], signal),
      this.#git(['ls-files', '-z', '--others', '--exclude-standard'], signal),
    ]);
    // A path with a slash at its end is a repository inside of this one.
    const added = zeroSeparated(untracked).filter((path) => !path.endsWith('/'));
    const paths = [...new Set([...changedPaths(zeroSeparated(changed)), ...added])];
    if (paths.length > this.#limits.maxFiles) throw new Error(`${paths.length} files are not committed`);
    if (paths.length > 0 || this.#tree === undefined) {
      await this.#take(paths, signal);
      this.#tree = (await this.#git(['write-tree', '--missing-ok'], signal)).toString().trim();
    }
    return this.#tree;
  }

  /** Bring these paths up to date in our index. */
  async #take(paths: readonly string[], signal: AbortSignal): Promise<void> {
    const whole: string[] = [];
    const entries: string[] = [];
    for (const path of paths) {
      switch (await this.#kindOf(path)) {
        case 'whole':
          whole.push(path);
          break;
        case 'gone':
          entries.push(`0 ${''.padStart(this.#idLength, '0')}\t${path}`);
          break;
        default:
          entries.push(`${standInMode} ${await this.#standInId(path)}\t${path}`);
      }
    }
    // What is gone goes first: something else may stand in its place.
    if (entries.length > 0) await this.#git(['update-index', '-z', '--index-info'], signal, zeroEnded(entries));
    if (whole.length > 0)
      await this.#git(['update-index', '-z', '--add', '--remove', '--replace', '--stdin'], signal, zeroEnded(whole));
  }

  async #kindOf(path: string): Promise<'whole' | 'gone' | 'too much'> {
    const file = this.#absolute(path);
    const found = await lstat(file).catch(() => undefined);
    if (found?.isSymbolicLink() === true) return 'whole';
    if (found?.isDirectory() === true) return 'whole'; // A submodule at another commit, or a folder where a file was: git knows.
    if (found?.isFile() !== true) return 'gone';
    const isKept = found.size <= this.#limits.maxFileBytes && this.#keptBytes + found.size <= this.#limits.maxKeptBytes;
    if (!isKept || !(await isReadable(file))) return 'too much';
    this.#keptBytes += found.size;
    return 'whole';
  }

  /** What stands for the content of a file that is not read: its size and its time, as long as an object's id is here. */
  async #standInId(path: string): Promise<string> {
    const { size, mtimeNs } = await lstat(this.#absolute(path), { bigint: true });
    return createHash('sha256').update(`${size} ${mtimeNs}`).digest('hex').slice(0, this.#idLength);
  }

  get #idLength(): number {
    return this.#repository.format === 'sha256' ? 64 : 40;
  }

  #absolute(path: string): Buffer {
    return Buffer.concat([Buffer.from(`${this.root}/`), Buffer.from(path, 'latin1')]);
  }
}

function isReadable(file: Buffer): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

function zeroEnded(parts: readonly string[]): Buffer {
  return Buffer.from(parts.map((part) => `${part}\0`).join(''), 'latin1');
}
