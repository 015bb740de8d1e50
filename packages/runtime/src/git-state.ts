// The state of a work tree as one hash: two equal ones mean that whoever reads in it finds the same. Made of the commit, the index, and what
// of the files differs from it, submodules and repositories inside of it too. Git is only asked: nothing is written or locked, and no hook,
// filter or monitor that is configured there is run.
//
// Not seen: what git ignores, and files that it was told to take as unchanged (`assume-unchanged`, `skip-worktree`).

import { createHash } from 'node:crypto';
import { lstat, readFile, readlink } from 'node:fs/promises';
import { devNull } from 'node:os';
import { git, readingEnvironment, zeroSeparated } from './git-snapshot-command.ts';
import type { Environment, GitCall } from './git-snapshot-command.ts';

export interface GitStateOptions {
  readonly env: Environment;
  /** Absolute paths of folders that do not count. */
  readonly hidden: readonly string[];
  /** Milliseconds for all of it. Default 2000. */
  readonly limitMs?: number;
  /** Changed and untracked files, of all repositories together. Default 2000. */
  readonly maxFiles?: number;
  /** Bytes of them that are read; of files beyond, size and times count, which a write always changes. Default 32 MiB. */
  readonly maxBytes?: number;
}

/** Undefined: no work tree, or one that cannot be told of. Never rejects. */
export async function gitState(folder: string, options: GitStateOptions): Promise<string | undefined> {
  const { env, hidden, limitMs = 2000, maxFiles = 2000, maxBytes = 32 * 1024 * 1024 } = options;
  const look = new Look(readingEnvironment(env), hidden, AbortSignal.timeout(limitMs), { maxFiles, maxBytes });
  return look.repository(folder, 0).catch(() => undefined);
}

/** Repositories inside of repositories. */
const maxDepth = 5;

/** One look at one repository and at those inside of it. */
class Look {
  readonly #env: Environment;
  readonly #hidden: readonly string[];
  readonly #signal: AbortSignal;
  #filesLeft: number;
  #bytesLeft: number;

  constructor(
    env: Environment,
    hidden: readonly string[],
    signal: AbortSignal,
    limits: { readonly maxFiles: number; readonly maxBytes: number },
  ) {
    this.#env = env;
    this.#hidden = hidden;
    this.#signal = signal;
    this.#filesLeft = limits.maxFiles;
    this.#bytesLeft = limits.maxBytes;
  }

  async repository(folder: string, depth: number): Promise<string> {
    if (depth > maxDepth) throw new Error(`repositories inside of repositories at ${folder}`);
    const [told, filters, ignored] = await Promise.all([
      this.#git(folder, ['rev-parse', '--show-toplevel']),
      this.#git(folder, ['config', '-z', '--name-only', '--get-regexp', '^filter\\.'], { alsoGood: [1] }),
      this.#git(folder, ['check-ignore', '.'], { alsoGood: [1], patterns: true }),
    ]);
    // Of a folder that is ignored as a whole git tells nothing at all.
    if (ignored.length > 0) throw new Error(`${folder} is ignored`);
    const root = told.toString('latin1').replace(/\n$/, '');
    const args = ['--untracked-files=all', '--ignore-submodules=none', '--no-renames', '--no-ahead-behind'];
    const env = withSettings(this.#env, [...noPrograms, ...noFilters(zeroSeparated(filters))]);
    const status = await this.#git(folder, ['status', '--porcelain=v2', '--branch', '-z', ...args], { env });
    const hash = createHash('sha256');
    for (const entry of zeroSeparated(status)) {
      if (entry.startsWith('# ')) {
        if (/^# branch\.(?:oid|head) /.test(entry)) hash.update(`${entry}\0`, 'latin1');
        continue;
      }
      const path = `${root}/${pathOf(entry)}`;
      if (this.#isHidden(path)) continue;
      hash.update(`${entry}\0${await this.#contentOf(path, depth)}\0`, 'latin1');
    }
    return hash.digest('base64url');
  }

  /** What is there now, in a word. `path` in Latin-1: git's paths are bytes. */
  async #contentOf(path: string, depth: number): Promise<string> {
    this.#filesLeft -= 1;
    if (this.#filesLeft < 0) throw new Error('too many files differ');
    this.#signal.throwIfAborted();
    const bytes = Buffer.from(path, 'latin1');
    const found = await lstat(bytes, { bigint: true }).catch(() => undefined);
    if (found === undefined) return 'gone';
    if (found.isSymbolicLink()) return `link ${(await readlink(bytes, 'buffer')).toString('latin1')}`;
    if (found.isDirectory()) return `repository ${await this.repository(bytes.toString(), depth + 1)}`;
    this.#bytesLeft -= Number(found.size);
    if (!found.isFile() || this.#bytesLeft < 0)
      return `stat ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
    const content = await readFile(bytes, { signal: this.#signal });
    return `file ${createHash('sha256').update(content).digest('base64url')}`;
  }

  #isHidden(path: string): boolean {
    const name = Buffer.from(path, 'latin1').toString();
    return this.#hidden.some((folder) => name.startsWith(folder.endsWith('/') ? folder : `${folder}/`));
  }

  #git(cwd: string, args: readonly string[], call: Partial<GitCall> = {}): Promise<Buffer> {
    return git(args, { cwd, env: withSettings(this.#env, noPrograms), signal: this.#signal, ...call });
  }
}

/** `1 … path`, `u … path`, `? path`: the fields before a path hold no spaces. */
function pathOf(entry: string): string {
  const fields = entry.startsWith('? ') ? 1 : entry.startsWith('u ') ? 10 : 8;
  const path = entry.split(' ').slice(fields).join(' ');
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

type Setting = readonly [key: string, value: string];

/** Keep git from running the monitor and the hooks that the configuration names. */
const noPrograms: readonly Setting[] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', devNull],
];

/** The same for filters, out of the keys of their settings (`filter.<name>.<key>`). */
function noFilters(keys: readonly string[]): readonly Setting[] {
  const names = new Set(keys.map((key) => key.slice(0, key.lastIndexOf('.'))));
  return [...names].flatMap((name): readonly Setting[] => [
    [`${name}.clean`, ''],
    [`${name}.process`, ''],
    [`${name}.required`, 'false'],
  ]);
}

function withSettings(env: Environment, settings: readonly Setting[]): Environment {
  const entries = settings.flatMap(([key, value], n) => [
    [`GIT_CONFIG_KEY_${n}`, key],
    [`GIT_CONFIG_VALUE_${n}`, value],
  ]);
  return { ...env, GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(entries) };
}
