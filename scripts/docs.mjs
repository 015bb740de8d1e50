// Writes the generated parts of docs/ anew: sets up, then runs scripts/generate-docs.ts on the Node that runs Parley.
import { runInForeground } from './lib/foreground.mjs';
import { inRoot, root } from './lib/root.mjs';
import { reportFailure } from './lib/setup-error.mjs';
import { setUpPackages } from './setup.mjs';

try {
  const { node } = await setUpPackages();
  process.exitCode = await runInForeground(node, ['--conditions=source', inRoot('scripts', 'generate-docs.ts')], {
    cwd: root,
  });
} catch (error) {
  process.exitCode = reportFailure(error);
}
