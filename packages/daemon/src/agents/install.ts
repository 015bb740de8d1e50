// Installs an agent's pinned version from npm into Parley's own folder, beside the finished ones, so that a broken download never
// looks like an installed agent.

import { execFile, spawn } from 'node:child_process';
import { access, constants, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { drivers } from '@parley/drivers';
import { ParleyError } from '@parley/schema';
import type { Driver } from '@parley/schema';

/** `<agentsDir>/<agent>/<version>` */
export function installFolder(
  agentsDir: string,
  { agent, provenVersion }: Pick<Driver, 'agent' | 'provenVersion'>,
  version = provenVersion,
): string {
  return join(agentsDir, agent.replaceAll(/[^\w.-]/g, '_'), version);
}

const underWay = new Map<string, Promise<void>>();

/**
 * Install, telling what happens in lines. Two callers at once share one installation. Throws `agent_start_failed` with npm's words, and
 * `invalid_request` for an agent that npm does not have.
 */
export async function installAgent(
  agentsDir: string,
  driver: Driver,
  env: NodeJS.ProcessEnv,
  tell: (text: string) => void,
): Promise<void> {
  const { npmPackage, installHint = '' } = driver;
  if (npmPackage === undefined) {
    throw new ParleyError('invalid_request', `npm does not have ${driver.title}: ${installHint}`, { field: 'name' });
  }
  const folder = installFolder(agentsDir, driver);
  const running = underWay.get(folder);
  if (running !== undefined) {
    tell('Another installation of it is under way; waiting for that.');
    return running;
  }
  const work = install(folder, { ...driver, npmPackage }, env, tell).finally(() => underWay.delete(folder));
  underWay.set(folder, work);
  return work;
}

async function install(
  folder: string,
  driver: Driver & { readonly npmPackage: string },
  env: NodeJS.ProcessEnv,
  tell: (text: string) => void,
): Promise<void> {
  const started = Date.now();
  const building = `${folder}.${process.pid}.part`;
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await removeLeftovers(dirname(folder));
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { mode: 0o700 });
  await writeFile(
    join(building, 'package.json'),
    JSON.stringify({ private: true, name: `parley-agent-${driver.agent}` }),
  );
  tell(`Installing ${driver.title} ${driver.provenVersion} (${driver.npmPackage}) from npm…`);
  const heartbeat = setInterval(
    () => tell(`… still installing (${Math.round((Date.now() - started) / 1000)} s)`),
    5000,
  );
  try {
    await npm(building, [`${driver.npmPackage}@${driver.provenVersion}`], withoutKeys(env), tell);
    await rm(folder, { recursive: true, force: true });
    await rename(building, folder).catch(async (error: unknown) => {
      // A Parley with another state directory may have been faster: its agent is as good.
      if (!(await stat(join(folder, 'node_modules')).catch(() => undefined))?.isDirectory()) throw error;
    });
  } finally {
    clearInterval(heartbeat);
    await rm(building, { recursive: true, force: true });
  }
  tell(`${driver.title} ${driver.provenVersion} is installed (${Math.round((Date.now() - started) / 100) / 10} s).`);
}

/** Half an installation of a daemon that was killed. One of a living process is left alone. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /\.(\d+)\.part$/.exec(name)?.[1];
    if (pid !== undefined && !lives(Number(pid))) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Packages bring scripts that npm runs: no key is their business. */
function withoutKeys(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const keys = new Set(drivers.flatMap(({ keyEnv, secretEnv = [] }) => [keyEnv, ...secretEnv]));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !keys.has(name) && !name.startsWith('PARLEY_')));
}

/** npm finds its global configuration beside the Node that runs it; with ours first on PATH, a proxy or registry set there would be lost. */
async function globalNpmConfig(env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  if (env['npm_config_globalconfig'] !== undefined) return {};
  const file = await promisify(execFile)('npm', ['config', 'get', 'globalconfig'], { env, timeout: 10_000 }).then(
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
      folder !== '' &&
      (await access(program, constants.X_OK)
        .then(() => true)
        .catch(() => false));
    if (runs) return program;
  }
  return 'npm';
}

async function npm(
  cwd: string,
  packages: readonly string[],
  env: NodeJS.ProcessEnv,
  tell: (text: string) => void,
): Promise<void> {
  const [program, globalConfig] = await Promise.all([findNpm(env), globalNpmConfig(env)]);
  return new Promise((resolve, reject) => {
    const child = spawn(
      program,
      ['install', '--save-exact', '--no-audit', '--no-fund', '--loglevel=error', ...packages],
      {
        cwd,
        // npm picks versions by the Node that runs it, and runs the packages' scripts with the first on PATH.
        env: {
          ...env,
          ...globalConfig,
          npm_config_update_notifier: 'false',
          PATH: `${dirname(process.execPath)}${delimiter}${env['PATH'] ?? ''}`,
          NODE_OPTIONS: '',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
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
      else
        reject(
          new ParleyError('agent_start_failed', `npm install ended with code ${code}: ${said.slice(-5).join(' ')}`),
        );
    });
  });
}
