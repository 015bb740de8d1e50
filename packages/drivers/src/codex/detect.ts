// Is Codex here, in which version, with whose login? The one part of this driver that reads files and runs the program.

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { DetectRequest, Detected } from '@parley/schema';
import { findCommand, findExecutable, isExecutable, resolveLinks } from '../shared/find-executable.ts';
import { isObject, objectOfLine } from '../shared/json.ts';
import { runVersion } from '../shared/run-version.ts';

export async function detectCodex(request: DetectRequest): Promise<Detected> {
  const { command, searchPath, env } = request;
  const found =
    command === undefined ? await findExecutable('codex', searchPath) : await findCommand(command, searchPath);
  const login = await readLogin(env);
  const known = login === undefined ? {} : { login };
  if (found === undefined) {
    return command === undefined
      ? { installed: false, ...known }
      : {
          installed: false,
          ...known,
          problem: `agents.codex.command names ${command}, which is not an executable file`,
        };
  }
  const path = (await nativeProgram(await resolveLinks(found))) ?? found;
  const answer = await runVersion(path, env);
  return answer.ok
    ? { installed: true, path, version: answer.version, ...known }
    : { installed: true, path, ...known, problem: answer.problem };
}

/** Rust target of each platform's npm package, which is `@openai/codex-<platform>-<arch>` (0.169.0). */
const targets: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
  'win32-x64': 'x86_64-pc-windows-msvc',
  'win32-arm64': 'aarch64-pc-windows-msvc',
};

/**
 * npm's `codex` is a Node launcher (`@openai/codex/bin/codex.js`) around a native program: without it there is one process less, and no
 * orphan when it is killed. Undefined when `file` is not that launcher or its platform package is not there.
 */
async function nativeProgram(file: string): Promise<string | undefined> {
  if (basename(file) !== 'codex.js' || basename(dirname(file)) !== 'bin') return undefined;
  const platform = `${process.platform}-${process.arch}`;
  const target = targets[platform];
  if (target === undefined) return undefined;
  const launcherPackage = dirname(dirname(file));
  const program = join('vendor', target, 'bin', process.platform === 'win32' ? 'codex.exe' : 'codex');
  const places = [
    join(dirname(launcherPackage), `codex-${platform}`),
    join(launcherPackage, 'node_modules', '@openai', `codex-${platform}`),
    launcherPackage,
  ];
  for (const place of places) {
    const path = join(place, program);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/** What kind of login Codex's own home holds. The secret itself is read past and never kept. */
async function readLogin(env: DetectRequest['env']): Promise<string | undefined> {
  const home = env['CODEX_HOME'] || join(env['HOME'] || homedir(), '.codex');
  let text: string;
  try {
    text = await readFile(join(home, 'auth.json'), 'utf8');
  } catch {
    return undefined; // No file, or none that we may read: Codex itself would find no login either.
  }
  const auth = objectOfLine(text);
  if (auth === undefined) return undefined;
  if (isObject(auth['tokens'])) return 'ChatGPT login';
  return typeof auth['OPENAI_API_KEY'] === 'string' && auth['OPENAI_API_KEY'] !== ''
    ? 'API key in auth.json'
    : undefined;
}
