// Is gemini here, in which version, with whose login? The one part of this driver that reads files and runs the program.

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DetectRequest, Detected } from '@parley/schema';
import { findCommand, findExecutable, resolveLinks } from '../shared/find-executable.ts';
import { objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { runVersion } from '../shared/run-version.ts';

type Env = DetectRequest['env'];

/** `gemini --version` takes 3.4 s on two cores, more on a busy machine. */
const versionTimeoutMs = 30_000;

/** Never rejects: what is wrong is in `problem`. */
export async function detectGemini({ command, searchPath, env }: DetectRequest): Promise<Detected> {
  const found =
    command === undefined ? await findExecutable('gemini', searchPath) : await findCommand(command, searchPath);
  const login = await loginOf(env);
  const known = login === undefined ? {} : { login };
  if (found === undefined)
    return {
      installed: false,
      ...known,
      ...(command === undefined
        ? {}
        : { problem: `agents.gemini.command names ${command}, which is not an executable file` }),
    };
  const path = await resolveLinks(found);
  const packaged = await versionBeside(path);
  if (packaged !== undefined) return { installed: true, path, version: packaged, ...known };
  const answer = await runVersion(found, { ...env, GEMINI_CLI_NO_RELAUNCH: 'true' }, versionTimeoutMs);
  return answer.ok
    ? { installed: true, path, version: answer.version, ...known }
    : { installed: false, path, problem: answer.problem, ...known };
}

/** npm's program is `@google/gemini-cli/bundle/gemini.js`: its package says the version at once. */
async function versionBeside(program: string): Promise<string | undefined> {
  const facts = await readJson(join(dirname(dirname(program)), 'package.json'));
  return facts?.['name'] === '@google/gemini-cli' ? stringIn(facts['version']) : undefined;
}

/** The login that gemini would use without a `GEMINI_API_KEY` in the environment, for people. */
async function loginOf(env: Env): Promise<string | undefined> {
  const folder = join(env['GEMINI_CLI_HOME'] || env['HOME'] || env['USERPROFILE'] || homedir(), '.gemini');
  const settings = await readJson(join(folder, 'settings.json'));
  const auth = objectIn(objectIn(settings?.['security'])['auth']);
  switch (stringIn(auth['selectedType']) ?? typeOfEnvironment(env)) {
    case 'oauth-personal':
      return (await hasText(join(folder, 'oauth_creds.json'), /"refresh_token"|"access_token"/)) ||
        (await hasText(join(folder, 'google_accounts.json'), /"active"\s*:\s*"[^"]/))
        ? 'a Google account'
        : undefined;
    case 'gemini-api-key':
      return (await hasText(join(folder, '.env'), /^\s*(?:export\s+)?GEMINI_API_KEY\s*=\s*\S/m))
        ? 'the key in ~/.gemini/.env'
        : undefined;
    case 'vertex-ai':
      return 'Google Vertex AI';
    case 'compute-default-credentials':
      return "the machine's Google credentials";
    default:
      return undefined;
  }
}

function typeOfEnvironment(env: Env): string | undefined {
  if (env['GOOGLE_GENAI_USE_GCA'] === 'true') return 'oauth-personal';
  if (env['GOOGLE_GENAI_USE_VERTEXAI'] === 'true') return 'vertex-ai';
  return undefined;
}

async function hasText(file: string, pattern: RegExp): Promise<boolean> {
  const text = await readText(file);
  return text !== undefined && pattern.test(text);
}

async function readJson(file: string): Promise<Json | undefined> {
  const text = await readText(file);
  return text === undefined ? undefined : objectOfLine(text);
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    // Missing or unreadable means: nothing there.
    return undefined;
  }
}
