// `npm run bench`: sets up, then runs the benchmarks on the Node that runs Parley. Arguments go to bench/run.ts.
import { runInForeground } from './lib/foreground.mjs';
import { inRoot, root } from './lib/root.mjs';
import { reportFailure } from './lib/setup-error.mjs';
import { setUp } from './setup.mjs';

try {
  const { node } = await setUp();
  const args = ['--conditions=source', inRoot('bench', 'run.ts'), ...process.argv.slice(2)];
  process.exitCode = await runInForeground(node, args, { cwd: root });
} catch (error) {
  process.exitCode = reportFailure(error);
}
