// Runs a program in our place: its terminal, its signals, its exit code.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs a program with our stdin, stdout and stderr, passes signals on, and resolves with the exit code to end with.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function runInForeground(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: 'inherit' });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])) {
      process.on(signal, () => {
        // Ctrl-C and Ctrl-\ reach every process of the terminal: passed on as well they would count twice.
        const fromTerminal = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
        if (!fromTerminal) child.kill(signal);
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 128 + constants.signals[signal])));
  });
}
