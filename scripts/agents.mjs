// The vendors' real command lines that end-to-end tests drive: pinned in e2e/agents, installed there on first use.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMain } from './lib/is-main.mjs';
import { withLock } from './lib/lock.mjs';
import { findNode24 } from './lib/node24.mjs';
import { say, step } from './lib/progress.mjs';
import { inRoot } from './lib/root.mjs';
import { runCommand, withPathFirst } from './lib/run-command.mjs';
import { reportFailure, SetupError } from './lib/setup-error.mjs';

const folder = inRoot('e2e', 'agents');
const modules = join(folder, 'node_modules');
const stamp = join(modules, '.parley-install');

/**
 * @typedef {object} RealAgents
 * @property {string} claude the executable as npm links it; a native binary
 * @property {string} codex the executable as npm links it; a Node script that starts the native binary and needs Node in PATH
 * @property {string} codexNative the native binary itself
 * @property {string} gemini a Node script
 * @property {string} grokKit a Node script: vibe-kit's, not xAI's
 * @property {string} kimi a Node script: Kimi Code
 * @property {string} opencode a native binary
 */

/**
 * Paths of the agents' executables, after installing them where they are missing (some 1.4 GB; 20 s with a warm npm cache).
 * @returns {Promise<RealAgents>}
 * @throws {SetupError} when npm cannot install them
 */
export async function installRealAgents() {
  if (!areInstalled()) {
    await withLock(
      'agents',
      async () => {
        if (!areInstalled()) await install();
      },
      (pid) => say(`waiting for another installation of the agents (process ${pid}) …`),
    );
  }
  const bin = join(modules, '.bin');
  return {
    claude: join(bin, 'claude'),
    codex: join(bin, 'codex'),
    codexNative: findCodexNative(),
    gemini: join(bin, 'gemini'),
    grokKit: join(bin, 'grok'),
    kimi: join(bin, 'kimi'),
    opencode: join(bin, 'opencode'),
  };
}

/** Whether the agents of the lockfile are installed, for tests that would rather be skipped than wait for a download. */
export function areInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted();
}

async function install() {
  await step('installing the agents that the tests drive', async () => {
    // npm and not pnpm: it is what users install these with, and claude's install script must run to put its binary in place.
    // Under the Node that Parley runs on: an older one is outside the `engines` of these packages.
    const env = withPathFirst(dirname(findNode24()), withoutOuterNpm(process.env));
    // Not `npm ci`: a registry may lack opencode's packages for other platforms, and then it holds the lockfile for incomplete.
    const result = await runCommand('npm', ['install', '--no-save', '--no-audit', '--no-fund'], { cwd: folder, env });
    if (result.code !== 0) throw new SetupError(`npm install failed in ${folder}:\n${result.output.trim()}`);
  });
  writeFileSync(stamp, wanted());
}

function wanted() {
  const hash = createHash('sha256').update(readFileSync(join(folder, 'package-lock.json')));
  return `${hash.digest('hex')} ${process.platform}-${process.arch}\n`;
}

/**
 * What `npm test` tells its scripts about itself would make the npm in here believe that it works on the outer project.
 * @param {NodeJS.ProcessEnv} env
 */
function withoutOuterNpm(env) {
  const outer =
    /^npm_(package_|lifecycle_|command$|execpath$|node_execpath$|config_(local_prefix|global_prefix|prefix)$)|^INIT_CWD$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !outer.test(name)));
}

/** Seen in 0.169.0: `@openai/codex-<platform>/vendor/<target triple>/bin/codex`. */
function findCodexNative() {
  const vendor = join(modules, '@openai', `codex-${process.platform}-${process.arch}`, 'vendor');
  const paths = readdirSync(vendor).map((triple) => join(vendor, triple, 'bin', 'codex'));
  const path = paths.find((candidate) => existsSync(candidate));
  if (path === undefined) throw new SetupError(`no codex binary under ${vendor}`);
  return path;
}

if (isMain(import.meta.url)) {
  try {
    process.stdout.write(`${JSON.stringify(await installRealAgents(), null, 2)}\n`);
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}
