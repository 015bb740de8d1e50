// `npm run format`: sets up, then rewrites all files in the one format. Arguments are files or folders to keep to.
import { runInForeground } from './lib/foreground.mjs';
import { inRoot, root } from './lib/root.mjs';
import { reportFailure } from './lib/setup-error.mjs';
import { setUpPackages } from './setup.mjs';

try {
  const { node } = await setUpPackages();
  const args = [inRoot('node_modules', 'oxfmt', 'bin', 'oxfmt'), ...process.argv.slice(2)];
  process.exitCode = await runInForeground(node, args, { cwd: root });
} catch (error) {
  process.exitCode = reportFailure(error);
}
