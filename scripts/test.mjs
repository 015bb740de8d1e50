// `npm test`: sets up, then format, lint, imports, types, unit tests, end-to-end tests; the last line of its output is the totals.
//
// `npm test -- packages/engine queue` runs only the test files in that folder or with that in their path, and no checks.
import { availableParallelism } from 'node:os';
import { atOnce } from './lib/at-once.mjs';
import { checks, runCheck } from './lib/checks.mjs';
import { killRunningTestFiles, runTestFile } from './lib/run-test-file.mjs';
import { findStages } from './lib/test-files.mjs';
import { messageOf, SetupError } from './lib/setup-error.mjs';
import { Tally } from './lib/tally.mjs';
import { setUpBuilds, setUpPackages } from './setup.mjs';

const patterns = process.argv.slice(2);
const tally = new Tally((text) => void process.stdout.write(text));

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => {
    killRunningTestFiles();
    tally.addCheck(`the test run itself, ended by ${signal}`, { passed: false, output: '', seconds: process.uptime() });
    tally.finish();
    process.exit(130);
  });
}

await runAll().catch((/** @type {unknown} */ error) => addFailure('the test run itself', error));
tally.finish();
process.exitCode = tally.isGood ? 0 : 1;

async function runAll() {
  const stages = findStages(patterns, { cpus: availableParallelism() });
  if (stages.every(({ files }) => files.length === 0)) {
    throw new SetupError(`no test file matches ${patterns.join(' ')}`);
  }
  const { node } = await setUpPackages();
  if (patterns.length === 0) {
    for (const check of checks) tally.addCheck(check.name, await runCheck(check, node));
  }
  // Unit tests run on the sources, those of one package although another cannot be built.
  const needsBuilds = patterns.length === 0 || stages.some((stage) => stage.needsBuilds && stage.files.length > 0);
  if (needsBuilds) await setUpBuilds().catch((/** @type {unknown} */ error) => addFailure('build', error));
  for (const { files, timeoutMs, atOnce: width } of stages) {
    await atOnce(files, width, async (file) => tally.addFile(await runTestFile(file, { node, timeoutMs })));
  }
}

/**
 * @param {string} name
 * @param {unknown} error
 */
function addFailure(name, error) {
  tally.addCheck(name, { passed: false, output: messageOf(error), seconds: process.uptime() });
}
