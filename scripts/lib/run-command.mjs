// Runs a command to its end, never through a shell.
import { spawn } from 'node:child_process';

/**
 * @typedef {object} CommandResult
 * @property {number | null} code exit code, null when a signal ended it
 * @property {NodeJS.Signals | null} signal
 * @property {string} output stdout and stderr as they came, when they were not shown
 */

/**
 * Runs a command and waits for its end.
 *
 * `show: true` sends its output to our stderr; otherwise it is collected. Rejects only when the command cannot be started.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean }} [options]
 * @returns {Promise<CommandResult>}
 */
export function runCommand(file, args, options = {}) {
  const { cwd, env = process.env, show = false } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', show ? 2 : 'pipe', show ? 2 : 'pipe'] });
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, output: Buffer.concat(chunks).toString() }));
  });
}

/**
 * The environment with a folder put first in PATH.
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function withPathFirst(folder, env = process.env) {
  return { ...env, PATH: env['PATH'] ? `${folder}:${env['PATH']}` : folder };
}
