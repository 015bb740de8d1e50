// Finds claude, its version and its login. Reads files and runs `claude --version`; never looks at a secret, only whether one is there.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Detected, DetectRequest } from '@parley/schema';
import { findCommand, findExecutable, resolveLinks } from '../shared/find-executable.ts';
import { isObject, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { runVersion } from '../shared/run-version.ts';

type Env = DetectRequest['env'];

/** Never rejects: what is wrong is in `problem`. Takes as long as `claude --version`, some 0.05 s. */
export async function detect(request: DetectRequest): Promise<Detected> {
  const found =
    request.command === undefined
      ? await findExecutable('claude', request.searchPath)
      : await findCommand(request.command, request.searchPath);
  if (found === undefined) {
    return request.command === undefined
      ? { installed: false }
      : { installed: false, problem: `Nothing executable is at ${request.command}` };
  }
  const [path, answer, login] = await Promise.all([
    resolveLinks(found),
    runVersion(found, request.env),
    loginOf(request.env),
  ]);
  return {
    // A package whose install script did not run leaves a stub that cannot even tell its version.
    installed: answer.ok,
    path,
    ...(answer.ok ? { version: answer.version } : { problem: answer.problem }),
    ...(login === undefined ? {} : { login }),
  };
}

const cloudVariables = [
  ['CLAUDE_CODE_USE_BEDROCK', 'Amazon Bedrock'],
  ['CLAUDE_CODE_USE_VERTEX', 'Google Vertex AI'],
  ['CLAUDE_CODE_USE_FOUNDRY', 'Microsoft Foundry'],
] as const;

/** The login that claude itself would use besides `ANTHROPIC_API_KEY`, for people. */
async function loginOf(env: Env): Promise<string | undefined> {
  for (const [variable, name] of cloudVariables) {
    if (isOn(env[variable])) return name;
  }
  for (const variable of ['ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN']) {
    if ((env[variable] ?? '') !== '') return `the token in ${variable}`;
  }
  const home = env.HOME ?? env.USERPROFILE;
  const own = env.CLAUDE_CONFIG_DIR;
  const folder = own ?? (home === undefined ? undefined : join(home, '.claude'));
  if (folder === undefined) return undefined;
  // With CLAUDE_CONFIG_DIR the state file lies inside it, else beside ~/.claude.
  const stateFile = own === undefined ? join(home ?? folder, '.claude.json') : join(own, '.claude.json');
  const [credentials, state, settings] = await Promise.all([
    readJson(join(folder, '.credentials.json')),
    readJson(stateFile),
    readJson(join(folder, 'settings.json')),
  ]);
  const oauth = objectIn(credentials?.claudeAiOauth);
  if ((stringIn(oauth.accessToken) ?? '') !== '') {
    const plan = stringIn(oauth.subscriptionType);
    return plan === undefined ? 'a Claude account' : `a Claude account (${plan})`;
  }
  // Where the system keeps the tokens in a key chain only the account's description is in a file.
  if (isObject(state?.oauthAccount)) return 'a Claude account';
  if ((stringIn(state?.primaryApiKey) ?? '') !== '') return 'a Console key in the Claude settings';
  return (stringIn(settings?.apiKeyHelper) ?? '') === '' ? undefined : 'the key helper of the Claude settings';
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.toLowerCase());
}

async function readJson(path: string): Promise<Json | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    // Missing or unreadable means: no login there.
    return undefined;
  }
}
