// The checks that need no running: format, lint, imports, types. Each counts as one test.
import { inRoot, root } from './root.mjs';
import { runCommand, withPathFirst } from './run-command.mjs';
import { dirname } from 'node:path';

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {readonly string[]} command arguments for Node
 * @property {string} [hint] what to do when it fails
 */

/** @type {readonly Check[]} */
export const checks = [
  { name: 'format', command: [bin('oxfmt', 'bin/oxfmt'), '--list-different'], hint: 'npm run format' },
  { name: 'lint', command: [bin('oxlint', 'bin/oxlint'), '--deny-warnings'] },
  { name: 'imports', command: [inRoot('scripts', 'check-imports.mjs')] },
  { name: 'types', command: [bin('typescript', 'bin/tsc'), '--build', '--pretty', 'false'] },
];

/**
 * Runs one check.
 * @param {Check} check
 * @param {string} node
 * @returns {Promise<{ passed: boolean, output: string, seconds: number }>}
 */
export async function runCheck(check, node) {
  const begun = Date.now();
  // oxlint looks for tsgolint in PATH.
  const env = withPathFirst(inRoot('node_modules', '.bin'), withPathFirst(dirname(node)));
  const result = await runCommand(node, check.command, { cwd: root, env });
  const hint = check.hint === undefined ? '' : `(mend it with: ${check.hint})\n`;
  return {
    passed: result.code === 0,
    output: `${result.output.trim()}\n${hint}`,
    seconds: (Date.now() - begun) / 1000,
  };
}

/**
 * @param {string} name
 * @param {string} path
 */
function bin(name, path) {
  return inRoot('node_modules', name, path);
}
