// Finds kimi and tells its two programs apart: legacy kimi (Python, archived) and Kimi Code (TypeScript, npm) share the name. Reads files
// and runs `kimi --version`; never looks at a secret, only whether one is there.

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DetectRequest, Detected } from '@parley/schema';
import { findCommand, findExecutable, resolveLinks } from '../shared/find-executable.ts';

type Env = DetectRequest['env'];
type Dialect = 'code' | 'legacy';

/** Never rejects: what is wrong is in `problem`. Takes as long as `kimi --version`: about 1 s. */
export async function detectKimi(request: DetectRequest): Promise<Detected> {
  const { command, searchPath, env, node } = request;
  const found =
    command === undefined ? await findExecutable('kimi', searchPath) : await findCommand(command, searchPath);
  if (found === undefined) {
    return command === undefined
      ? { installed: false }
      : { installed: false, problem: `Nothing executable is at ${command}` };
  }
  const path = await resolveLinks(found);
  // A script of Kimi Code needs a newer Node than the user's may be.
  const program = node !== undefined && /\.[cm]?js$/.test(path) ? [node, path] : [path];
  const answer = await askVersion(program, env);
  if ('problem' in answer) return { installed: false, path, problem: answer.problem };
  const { version, dialect } = answer;
  const login = await loginOf(dialect, env);
  return { installed: true, path, version, dialect, ...(login === undefined ? {} : { login }) };
}

type Answer = { readonly version: string; readonly dialect: Dialect } | { readonly problem: string };

const timeoutMs = 20_000;

/** Legacy kimi says "kimi, version 1.49.0", Kimi Code only "2.1.0". */
function askVersion([program = '', ...args]: readonly string[], env: Env): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...args, '--version'],
      {
        env: { ...env, KIMI_CODE_NO_AUTO_UPDATE: '1', KIMI_CLI_NO_AUTO_UPDATE: '1', KIMI_DISABLE_TELEMETRY: '1' },
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 1024 * 1024,
        encoding: 'utf8',
      },
      (error, stdout, stderr) => resolve(readVersion(error, stdout, stderr)),
    );
    child.stdin?.end();
  });
}

function readVersion(error: (Error & { readonly killed?: boolean }) | null, stdout: string, stderr: string): Answer {
  const version = /\b\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.-]+)?/.exec(stdout)?.[0];
  if (error === null && version !== undefined)
    return { version, dialect: /\bkimi(?:-cli)?, version\b/i.test(stdout) ? 'legacy' : 'code' };
  if (error?.killed === true) return { problem: `\`kimi --version\` did not answer within ${timeoutMs / 1000} s` };
  const said = (stderr || stdout).trim().split('\n').at(-1) ?? '';
  return {
    problem: `\`kimi --version\` gave no version: ${(said || error?.message || 'it printed nothing').slice(0, 300)}`,
  };
}

/** The login that kimi itself would use, for people. */
async function loginOf(dialect: Dialect, env: Env): Promise<string | undefined> {
  const home = env.HOME ?? env.USERPROFILE;
  const named = dialect === 'code' ? env.KIMI_CODE_HOME : env.KIMI_SHARE_DIR;
  const folder = named || (home === undefined ? undefined : join(home, dialect === 'code' ? '.kimi-code' : '.kimi'));
  if (folder === undefined) return undefined;
  const [credentials, config] = await Promise.all([
    readdir(join(folder, 'credentials')).catch(() => []),
    readFile(join(folder, 'config.toml'), 'utf8').catch(() => ''),
  ]);
  if (credentials.some((name) => name.endsWith('.json'))) return 'a Kimi account';
  return /^\s*api_key\s*=\s*["'][^"']+["']/m.test(config) ? "a key in kimi's config.toml" : undefined;
}
