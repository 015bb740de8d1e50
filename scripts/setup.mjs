// Makes a fresh clone ready to run: packages, the bundled command, the page. Quick when nothing is missing.
//
// Plain JavaScript without dependencies: it runs on the Node that the machine came with (20 or newer), before anything is installed.
import { buildBundle, bundleIsStale } from './lib/bundle.mjs';
import { isMain } from './lib/is-main.mjs';
import { withLock } from './lib/lock.mjs';
import { findNode24 } from './lib/node24.mjs';
import { installPackages, packagesAreInstalled } from './lib/packages.mjs';
import { buildPage, pageIsStale } from './lib/page.mjs';
import { say } from './lib/progress.mjs';
import { reportFailure } from './lib/setup-error.mjs';

const leastMajor = 20;

/**
 * Does what is missing, nothing else: packages, then what is built from them.
 * @returns {Promise<{ node: string }>} the Node to run Parley with
 * @throws {import('./lib/setup-error.mjs').SetupError} saying what to do
 */
export async function setUp() {
  const { node } = await setUpPackages();
  await setUpBuilds();
  return { node };
}

/**
 * The first half of `setUp`: for checks and tools, which have to run on sources that cannot be built just now.
 * @returns {Promise<{ node: string }>} the Node to run Parley with
 */
export async function setUpPackages() {
  if (!packagesAreInstalled()) {
    await inTurn(async () => {
      if (!packagesAreInstalled()) await installPackages();
    });
  }
  return { node: findNode24() };
}

/** The second half: the bundled command and the page. */
export async function setUpBuilds() {
  if (!pageIsStale() && !bundleIsStale()) return;
  await inTurn(async () => {
    if (bundleIsStale()) await buildBundle();
    if (pageIsStale()) await buildPage();
  });
}

/**
 * Two setups at the same time take turns, and the second then finds all done.
 * @param {() => Promise<void>} work
 */
async function inTurn(work) {
  await withLock('setup', work, (pid) => say(`waiting for another setup (process ${pid}) …`));
}

if (isMain(import.meta.url)) {
  if (Number(process.versions.node.split('.')[0]) < leastMajor) {
    process.stderr.write(`parley: Node ${leastMajor} or newer is needed to set up; this is ${process.version}\n`);
    process.exitCode = 1;
  } else {
    try {
      await setUp();
    } catch (error) {
      process.exitCode = reportFailure(error);
    }
  }
}
