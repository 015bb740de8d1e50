// Runs npm: to ask for a version, and to install a package into a folder.

import { execFile, spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { drivers } from '@parley/drivers';
import { ParleyError } from '@parley/schema';
import { isParleys, vendorKeys } from './vendor-keys.ts';

const exactVersion = /^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;

/** Milliseconds for an answer of the registry. */
const askMs = 60_000;

/**
 * The exact version that a version or a tag (`latest`) of a package means. Throws `invalid_request` when npm has no such version, and
 * `agent_start_failed` when it cannot be asked.
 */
export async function askVersion(npmPackage: string, wanted: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { program, env: npmEnv } = await npmFor(env);
  const spec = `${npmPackage}@${wanted}`;
  const answer = await promisify(execFile)(program, ['view', spec, 'version', '--json', '--loglevel=error'], {
    env: npmEnv,
    timeout: askMs,
    maxBuffer: 16 * 1024 * 1024,
  }).then(
    ({ stdout }) => stdout,
    (error: unknown) => {
      const said = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
      throw isMissing(said) ? noSuchVersion(spec) : notAsked(spec, said, error);
    },
  );
  const version: unknown = readJson(answer);
  // A tag that reads like a range gives several.
  if (typeof version !== 'string' || !exactVersion.test(version)) throw noSuchVersion(spec);
  return version;
}

/**
 * `npm install` of one package in an exact version, in a folder with a `package.json`. Throws as `askVersion`.
 */
export async function installPackage(
  cwd: string,
  spec: string,
  env: NodeJS.ProcessEnv,
  tell: (text: string) => void,
): Promise<void> {
  const { program, env: npmEnv } = await npmFor(env);
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['install', '--save-exact', '--no-audit', '--no-fund', '--loglevel=error', spec], {
      cwd,
      env: npmEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (line.trim() === '') return;
        said.push(line);
        tell(line);
      });
    }
    child.once('error', (error) =>
      reject(new ParleyError('agent_start_failed', `npm could not be run: ${error.message}`)),
    );
    child.once('close', (code) => {
      if (code === 0) resolve();
      else if (isMissing(said.join('\n'))) reject(noSuchVersion(spec));
      else
        reject(
          new ParleyError('agent_start_failed', `npm install ended with code ${code}: ${said.slice(-5).join(' ')}`),
        );
    });
  });
}

/** Packages bring scripts that npm runs, and programs that are tried out: no key is their business. */
export function withoutKeys(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const keys = new Set([...vendorKeys, ...drivers.flatMap(({ keyEnv, secretEnv = [] }) => [keyEnv, ...secretEnv])]);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !keys.has(name) && !isParleys(name)));
}

/** npm 11 says E404 for a missing package and for a missing version, older ones ETARGET for the latter. */
function isMissing(said: string): boolean {
  return /\bE404\b|\bETARGET\b/.test(said);
}

function noSuchVersion(spec: string): ParleyError {
  return new ParleyError('invalid_request', `npm has no ${spec}.`, { field: 'version' });
}

function notAsked(spec: string, said: string, error: unknown): ParleyError {
  const answer = readJson(said) as { readonly error?: { readonly summary?: unknown } } | undefined;
  const words = answer?.error?.summary ?? (error instanceof Error ? error.message : error);
  return new ParleyError('agent_start_failed', `npm could not be asked for ${spec}: ${String(words).trim()}`);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not an answer.
  }
}

interface Npm {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

/** npm picks versions by the Node that runs it, and runs the packages' scripts with the first on PATH: that is Parley's own. */
async function npmFor(env: NodeJS.ProcessEnv): Promise<Npm> {
  const clean = withoutKeys(env);
  const program = await findNpm(clean);
  return {
    program,
    env: {
      ...clean,
      ...(await globalNpmConfig(program, clean)),
      npm_config_update_notifier: 'false',
      PATH: `${dirname(process.execPath)}${delimiter}${clean['PATH'] ?? ''}`,
      NODE_OPTIONS: '',
    },
  };
}

/** npm finds its global configuration beside the Node that runs it; with ours first on PATH, a proxy or registry set there would be lost. */
async function globalNpmConfig(program: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  if (env['npm_config_globalconfig'] !== undefined) return {};
  const file = await promisify(execFile)(program, ['config', 'get', 'globalconfig'], { env, timeout: 10_000 }).then(
    ({ stdout }) => stdout.trim(),
    () => '', // npm itself says what is wrong, in a moment.
  );
  return file === '' ? {} : { npm_config_globalconfig: file };
}

/** The user's own, as their shell finds it; else the one that came with our Node. */
async function findNpm(env: NodeJS.ProcessEnv): Promise<string> {
  for (const folder of [...(env['PATH'] ?? '').split(delimiter), dirname(process.execPath)]) {
    const program = join(folder, 'npm');
    const runs =
      isAbsolute(folder) &&
      (await access(program, constants.X_OK)
        .then(() => true)
        .catch(() => false));
    if (runs) return program;
  }
  return 'npm';
}
