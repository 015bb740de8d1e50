// Installs the packages of the workspace with pnpm, and knows cheaply whether they are there.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { inRoot, root } from './root.mjs';
import { bundledNode } from './node24.mjs';
import { step } from './progress.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

const pnpm = 'pnpm@12.21.0';

/** Written after a complete install. `bin/parley` compares its time with the lockfile's. */
const stamp = inRoot('node_modules', '.parley-install');

/** Whether the packages that the lockfile names were installed here, for this platform. */
export function packagesAreInstalled() {
  try {
    if (readFileSync(stamp, 'utf8') !== wanted()) return false;
    // A checkout can touch the lockfile without changing it: the stamp's time follows, which is all that bin/parley looks at.
    utimesSync(stamp, new Date(), new Date());
    return true;
  } catch {
    return false;
  }
}

/** Installs exactly what the lockfile names. */
export async function installPackages() {
  const fingerprint = wanted();
  await step(`installing packages with ${pnpm}`, async () => {
    const args = ['-y', pnpm, 'install', '--frozen-lockfile', '--reporter=append-only'];
    // CI: pnpm asks before it replaces a node_modules of another tool, and there may be nobody to answer.
    const result = await runCommand('npx', args, { cwd: root, show: true, env: { ...process.env, CI: 'true' } });
    if (result.code !== 0) {
      throw new SetupError(
        `the packages could not be installed (npx ${args.join(' ')}: ${result.signal ?? `exit ${result.code}`}).\n` +
          'Its messages are above. Where they speak of the network, see whether npm reaches its registry (npm ping); then try again.',
      );
    }
  });
  writeFileSync(stamp, fingerprint);
  await checkBundledNode();
}

/** What is installed depends on the lockfile, the workspace settings and the platform, and on nothing else. */
function wanted() {
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(inRoot(file)));
  return `${hash.digest('hex')} ${process.platform}-${process.arch}\n`;
}

/** The binary wants glibc: better said now than as "not found" by the first command. */
async function checkBundledNode() {
  if (!existsSync(bundledNode)) return;
  const result = await runCommand(bundledNode, ['--version']).catch((/** @type {unknown} */ error) => ({
    code: -1,
    output: String(error),
  }));
  if (result.code === 0) return;
  throw new SetupError(
    `the Node that was installed (${bundledNode}) does not run here: ${result.output.trim()}\n` +
      'It needs a Linux with glibc (not musl).',
  );
}
