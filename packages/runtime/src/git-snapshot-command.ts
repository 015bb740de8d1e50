// Running git so that it only answers: no prompt, no lock, no output or time without a limit, nothing inherited from a surrounding git.

import { spawn } from 'node:child_process';
import { devNull } from 'node:os';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface GitCall {
  readonly cwd: string;
  readonly env: Environment;
  /** Ends git, and the promise with an error. */
  readonly signal: AbortSignal;
  readonly input?: Buffer;
  /** Bytes of output; more is an error. Default 8 MiB. */
  readonly maxBytes?: number;
  /** Exit codes that are an answer too. */
  readonly alsoGood?: readonly number[];
  /** For commands that refuse to be told that paths are no patterns (`check-ignore`). */
  readonly patterns?: boolean;
}

/** Of the caller's git variables only these are kept: they say where git finds its configuration and how far up it looks. */
const kept: ReadonlySet<string> = new Set([
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CEILING_DIRECTORIES',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
]);

/** For reading facts about the user's own repository. */
export function readingEnvironment(env: Environment): Environment {
  const own = Object.entries(env).filter(([name]) => !name.startsWith('GIT_') || kept.has(name));
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
  };
}

/** For work in a git folder of our own: no configuration but these settings. */
export function privateEnvironment(
  env: Environment,
  folder: { readonly gitDir: string; readonly root: string; readonly settings: readonly (readonly [string, string])[] },
): Environment {
  const entries = folder.settings.flatMap(([key, value], n) => [
    [`GIT_CONFIG_KEY_${n}`, key],
    [`GIT_CONFIG_VALUE_${n}`, value],
  ]);
  return {
    ...readingEnvironment(env),
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_SYSTEM: devNull,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_DIR: folder.gitDir,
    GIT_WORK_TREE: folder.root,
    GIT_CONFIG_COUNT: String(folder.settings.length),
    ...Object.fromEntries(entries),
  };
}

/** What git prints. Rejects when it is missing, fails, prints too much or is stopped. */
export function git(args: readonly string[], call: GitCall): Promise<Buffer> {
  const { cwd, env, signal, input, maxBytes = 8 * 1024 * 1024, alsoGood = [], patterns = false } = call;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn('git', ['--no-pager', ...(patterns ? [] : ['--literal-pathspecs']), ...args], {
      cwd,
      env: { ...env },
      signal,
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        child.kill('SIGKILL');
        reject(new Error(`git ${args[0]} printed more than ${maxBytes} bytes`));
      } else {
        chunks.push(chunk);
      }
    });
    child.stdin.on('error', () => undefined); // It ended without reading all of it: its exit code says why.
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== null && (code === 0 || alsoGood.includes(code))) resolve(Buffer.concat(chunks));
      else reject(new Error(`git ${args[0]} ended with ${code ?? 'a signal'}`));
    });
    child.stdin.end(input);
  });
}

/** Output of `-z`, in Latin-1: git's paths are bytes, and this keeps each of them. */
export function zeroSeparated(output: Buffer): readonly string[] {
  const parts = output.toString('latin1').split('\0');
  parts.pop();
  return parts;
}
