// `npm run check`: format, lint, imports and types only. `npm run check -- types` runs one of them.
import { checks, runCheck } from './lib/checks.mjs';
import { Tally } from './lib/tally.mjs';
import { reportFailure } from './lib/setup-error.mjs';
import { setUpPackages } from './setup.mjs';

const wanted = process.argv.slice(2);
const tally = new Tally((text) => void process.stdout.write(text));

try {
  const { node } = await setUpPackages();
  for (const check of checks) {
    if (wanted.length === 0 || wanted.includes(check.name)) tally.addCheck(check.name, await runCheck(check, node));
  }
  tally.finish();
  process.exitCode = tally.isGood ? 0 : 1;
} catch (error) {
  process.exitCode = reportFailure(error);
}
