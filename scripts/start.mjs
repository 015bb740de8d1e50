// `npm start`: sets up, then runs `parley serve` in the foreground with all further arguments (`npm start -- --no-install`).
//
// package.json says `exec node`: npm passes signals to the shell that it starts, and only `exec` puts us in the shell's place.
import { runInForeground } from './lib/foreground.mjs';
import { inRoot } from './lib/root.mjs';
import { reportFailure } from './lib/setup-error.mjs';
import { setUp } from './setup.mjs';

try {
  const { node } = await setUp();
  process.exitCode = await runInForeground(node, [
    inRoot('dist', 'parley', 'main.mjs'),
    'serve',
    ...process.argv.slice(2),
  ]);
} catch (error) {
  process.exitCode = reportFailure(error);
}
