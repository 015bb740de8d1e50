// Finds a Chromium for the tests of the page; on Debian, as root, installs the distribution's package when there is none.
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { isMain } from './lib/is-main.mjs';
import { withLock } from './lib/lock.mjs';
import { say, step } from './lib/progress.mjs';
import { runCommand } from './lib/run-command.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Where Chromium is, or why there is none: a reason to give to a skipped test, so that it is counted and read.
 * `PARLEY_CHROMIUM` names another executable.
 * @returns {Promise<{ path: string } | { skip: string }>}
 */
export async function findChromium() {
  const named = process.env['PARLEY_CHROMIUM'];
  if (named !== undefined)
    return isExecutable(named) ? { path: named } : { skip: `PARLEY_CHROMIUM=${named} cannot be executed` };
  const present = findOnPath(names);
  if (present !== undefined) return { path: present };
  if (process.getuid?.() !== 0)
    return { skip: 'no chromium in PATH, and only root can install it (apt-get install chromium)' };
  if (findOnPath(['apt-get']) === undefined) return { skip: 'no chromium in PATH, and no apt-get to install it with' };
  return await withLock('chromium', installWithApt, (pid) =>
    say(`waiting for the installation of chromium (process ${pid}) …`),
  );
}

/** @returns {Promise<{ path: string } | { skip: string }>} */
async function installWithApt() {
  const already = findOnPath(names);
  if (already !== undefined) return { path: already };
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const commands = [
    ['update', '-q'],
    // Without a font its screenshots show boxes.
    ['install', '-q', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'],
  ];
  return await step('installing chromium with apt-get (about a minute)', async () => {
    for (const args of commands) {
      const result = await runCommand('apt-get', args, { env });
      if (result.code !== 0) {
        return { skip: `apt-get ${args.join(' ')} failed: ${result.output.trim().split('\n').slice(-3).join(' | ')}` };
      }
    }
    const path = findOnPath(names);
    return path === undefined ? { skip: 'apt-get installed chromium, but it is not in PATH' } : { path };
  });
}

/** @param {readonly string[]} candidates */
function findOnPath(candidates) {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  return candidates.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (isMain(import.meta.url)) {
  const found = await findChromium();
  process.stdout.write(`${JSON.stringify(found)}\n`);
  if ('skip' in found) process.exitCode = 1;
}
