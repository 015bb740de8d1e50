// Asks a program for its version. The one place where detection runs an agent.

import { execFile } from 'node:child_process';

export type VersionAnswer =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly problem: string };

/**
 * The first version number that `<executable> --version` prints. Waits at most `timeoutMs` milliseconds (default 10 s); never rejects.
 * `env` is the whole environment of the program.
 */
export function runVersion(
  executable: string,
  env: Readonly<Record<string, string | undefined>>,
  timeoutMs = 10_000,
): Promise<VersionAnswer> {
  return new Promise((resolve) => {
    const child = execFile(
      executable,
      ['--version'],
      { env: { ...env }, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024, encoding: 'utf8' },
      (error, stdout, stderr) => resolve(read(executable, timeoutMs, error, stdout, stderr)),
    );
    child.stdin?.end();
  });
}

function read(
  executable: string,
  timeoutMs: number,
  error: (Error & { readonly killed?: boolean; readonly code?: number | string | null }) | null,
  stdout: string,
  stderr: string,
): VersionAnswer {
  const version = /\b\d+\.\d+(?:\.\d+)?(?:[-+][0-9A-Za-z.-]+)?/.exec(stdout)?.[0];
  if (error === null && version !== undefined) return { ok: true, version };
  const asked = `\`${executable} --version\``;
  if (error?.killed === true) return { ok: false, problem: `${asked} did not answer within ${timeoutMs / 1000} s` };
  const said = (stderr || stdout).trim().split('\n')[0] ?? '';
  const detail = said === '' ? (error?.message ?? 'it printed nothing') : said;
  return { ok: false, problem: `${asked} gave no version: ${detail.slice(0, 300)}` };
}
