// Which of the two programs called `grok` is here, in which version? The one part of this driver that reads files and runs the program.

import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DetectRequest, Detected } from '@parley/schema';
import { findCommand, findExecutable, resolveLinks } from '../shared/find-executable.ts';
import { objectOfLine, stringIn } from '../shared/json.ts';
import { runVersion } from '../shared/run-version.ts';

export type GrokDialect = 'xai' | 'vibe-kit';

export async function detectGrok(request: DetectRequest): Promise<Detected> {
  const { command, searchPath, env } = request;
  const path =
    command === undefined ? await findExecutable('grok', searchPath) : await findCommand(command, searchPath);
  if (path === undefined)
    return command === undefined
      ? { installed: false }
      : { installed: false, problem: `agents.grok.command names ${command}, which is not an executable file` };
  const file = await resolveLinks(path);
  const packaged = await kitVersion(file);
  // A program that stands in the npm package is no question; any other is asked what it can do.
  const dialect = packaged === undefined ? dialectOf(await helpOf(path, env)) : 'vibe-kit';
  const login = await loginOf(env, dialect);
  const known = { ...(dialect === undefined ? {} : { dialect }), ...(login === undefined ? {} : { login }) };
  if (packaged !== undefined) return { installed: true, path: file, version: packaged, ...known };
  const answer = await runVersion(path, env);
  if (!answer.ok) return { installed: true, path, ...known, problem: answer.problem };
  const problem = 'this `grok` is neither the CLI of xAI nor @vibe-kit/grok-cli, the two that Parley knows';
  return { installed: true, path, version: answer.version, ...known, ...(dialect === undefined ? { problem } : {}) };
}

/** The two tell themselves by flags that only they have. Both help texts name "Grok". */
export function dialectOf(help: string): GrokDialect | undefined {
  if (/--max-tool-rounds\b/.test(help)) return 'vibe-kit';
  return /--(?:output-format|permission-mode|prompt-file)\b/.test(help) ? 'xai' : undefined;
}

/** The package's own version: `--version` of 0.0.34 says 1.0.1. */
async function kitVersion(file: string): Promise<string | undefined> {
  for (const folder of [dirname(dirname(file)), dirname(file)]) {
    const manifest = objectOfLine(await readFile(join(folder, 'package.json'), 'utf8').catch(() => ''));
    if (manifest?.name === '@vibe-kit/grok-cli') return stringIn(manifest.version);
  }
  return undefined;
}

function helpOf(path: string, env: DetectRequest['env']): Promise<string> {
  return new Promise((resolve) => {
    const options = {
      env: { ...env },
      timeout: 10_000,
      killSignal: 'SIGKILL',
      maxBuffer: 1024 * 1024,
      encoding: 'utf8',
    } as const;
    // A program without `--help` may say what it is on stderr, with a failure.
    const child = execFile(path, ['--help'], options, (_error, stdout, stderr) => resolve(`${stdout}\n${stderr}`));
    child.stdin?.end();
  });
}

/** A login that the program itself would use, for people. What is in the files is not kept. */
async function loginOf(env: DetectRequest['env'], dialect: GrokDialect | undefined): Promise<string | undefined> {
  const home = join(env['HOME'] || homedir(), '.grok');
  switch (dialect) {
    case 'xai': {
      const file = join(env['GROK_HOME'] || home, 'auth.json');
      return (await stat(file).catch(() => undefined))?.isFile() === true ? 'xAI login' : undefined;
    }
    case 'vibe-kit': {
      const settings = objectOfLine(await readFile(join(home, 'user-settings.json'), 'utf8').catch(() => ''));
      return (stringIn(settings?.apiKey) ?? '') === '' ? undefined : 'API key in ~/.grok/user-settings.json';
    }
    case undefined:
      return undefined;
  }
}
