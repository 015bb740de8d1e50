// Installs an agent's pinned version from npm into Parley's own folder, beside the finished ones, so that a broken download never
// looks like an installed agent.

import { execFile, spawn } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ParleyError } from '@parley/schema';
import type { Driver } from '@parley/schema';

/** `<agentsDir>/<agent>/<version>` */
export function installFolder(
  agentsDir: string,
  { agent, provenVersion }: Pick<Driver, 'agent' | 'provenVersion'>,
): string {
  return join(agentsDir, agent, provenVersion);
}

const underWay = new Map<string, Promise<void>>();

/** Install, telling what happens in lines. Two callers at once share one installation. Throws `agent_start_failed` with npm's words. */
export async function installAgent(
  agentsDir: string,
  driver: Driver,
  env: NodeJS.ProcessEnv,
  tell: (text: string) => void,
): Promise<void> {
  const folder = installFolder(agentsDir, driver);
  const running = underWay.get(folder);
  if (running !== undefined) {
    tell('Another installation of it is under way; waiting for that.');
    return running;
  }
  const work = install(folder, driver, env, tell).finally(() => underWay.delete(folder));
  underWay.set(folder, work);
  return work;
}

async function install(
  folder: string,
  driver: Driver,
  env: NodeJS.ProcessEnv,
  tell: (text: string) => void,
): Promise<void> {
  const started = Date.now();
  const building = `${folder}.${process.pid}.part`;
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true, mode: 0o700 });
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
    await npm(building, [`${driver.npmPackage}@${driver.provenVersion}`], env, tell);
    await rm(folder, { recursive: true, force: true });
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
    await rename(building, folder);
  } finally {
    clearInterval(heartbeat);
    await rm(building, { recursive: true, force: true });
  }
  tell(`${driver.title} ${driver.provenVersion} is installed (${Math.round((Date.now() - started) / 100) / 10} s).`);
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

async function npm(
  cwd: string,
  packages: readonly string[],
  env: NodeJS.ProcessEnv,
  tell: (text: string) => void,
): Promise<void> {
  const globalConfig = await globalNpmConfig(env);
  return new Promise((resolve, reject) => {
    const child = spawn(
      'npm',
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
