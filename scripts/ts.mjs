// `npm run ts -- script.ts`: runs a TypeScript file of this clone on the Node that Parley brings, with its packages as sources.
import { resolve } from 'node:path';
import { runInForeground } from './lib/foreground.mjs';
import { reportFailure, SetupError } from './lib/setup-error.mjs';
import { setUpPackages } from './setup.mjs';

try {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) throw new SetupError('Which file? npm run ts -- script.ts');
  const { node } = await setUpPackages();
  process.exitCode = await runInForeground(node, ['--conditions=source', resolve(file), ...args]);
} catch (error) {
  process.exitCode = reportFailure(error);
}
