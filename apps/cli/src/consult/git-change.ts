// The change that is to be reviewed, as git shows it.

import { execFile } from 'node:child_process';
import { failure } from '@parley/client';

/** Bytes of a diff that are put before a reviewer. What is beyond, it can read itself: it works in the same folder. */
export const maxDiffBytes = 400_000;

const maxOutputBytes = 64 * 1024 * 1024;

/**
 * The uncommitted changes of a folder's repository, or those of a revision or range (`main`, `HEAD~3..HEAD`), with the names of files
 * that git does not track yet. Empty when nothing has changed. Throws `invalid_request` with git's own words.
 */
export async function gitChange(cwd: string, revision: string | undefined, env: NodeJS.ProcessEnv): Promise<string> {
  // A repository may name programs for showing diffs: those are not ours to run.
  const diff = [
    'diff',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--end-of-options',
    revision ?? (await base(cwd, env)),
    '--',
  ];
  const changes = clip(await git(diff, cwd, env));
  if (revision !== undefined) return changes;
  const files = (await git(['ls-files', '--others', '--exclude-standard'], cwd, env)).trim();
  const untracked = files === '' ? '' : `New files that git does not track yet (read them in the folder):\n${files}\n`;
  return [changes, untracked].filter((part) => part.trim() !== '').join('\n');
}

/** The newest commit, or in a repository that has none the empty tree. */
async function base(cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const head = await git(['rev-parse', '--verify', '--quiet', 'HEAD'], cwd, env).catch(() => '');
  return head.trim() === '' ? (await git(['hash-object', '-t', 'tree', '--stdin'], cwd, env)).trim() : 'HEAD';
}

function clip(diff: string): string {
  const bytes = Buffer.byteLength(diff);
  if (bytes <= maxDiffBytes) return diff;
  const kept = Buffer.from(diff).subarray(0, maxDiffBytes).toString();
  const whole = kept.slice(0, kept.lastIndexOf('\n') + 1);
  return `${whole}[cut here: ${Buffer.byteLength(whole)} of ${bytes} bytes; read the rest with git in the folder]\n`;
}

function git(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const quiet = { ...env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };
  // A repository's file system monitor is a program too.
  const safe = ['--no-pager', '-c', 'core.fsmonitor=false', ...args];
  return new Promise((resolve, reject) => {
    const child = execFile('git', safe, { cwd, env: quiet, maxBuffer: maxOutputBytes }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const words = stderr.trim().split('\n')[0] ?? '';
      failure('invalid_request', `git in ${cwd}: ${words === '' ? error.message : words}`, error).then(reject, reject);
    });
    child.stdin?.end();
  });
}
