// Builds the web page (apps/web) into apps/web/dist, where the daemon serves it from.
import { existsSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { inRoot } from './root.mjs';
import { isStale } from './freshness.mjs';
import { findNode24 } from './node24.mjs';
import { step } from './progress.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

const app = inRoot('apps', 'web');
const built = inRoot('apps', 'web', 'dist');

/** Whether the page has to be built; never so in a checkout that has no page yet. */
export function pageIsStale() {
  return existsSync(`${app}/index.html`) && isStale(`${built}/index.html`, sources);
}

const sources = [
  ...['src', 'public', 'index.html', 'vite.config.ts', 'package.json'].map((name) => `${app}/${name}`),
  inRoot('packages', 'client', 'src'),
  inRoot('packages', 'schema', 'src'),
  inRoot('pnpm-lock.yaml'),
];

/** Builds the page beside the old one, then puts it in its place: a running daemon never serves half a page. */
export async function buildPage() {
  await step('building the page', async () => {
    const begun = new Date();
    const fresh = `${built}-${process.pid}`;
    const old = `${built}-old-${process.pid}`;
    const vite = `${app}/node_modules/vite/bin/vite.js`;
    const args = ['--conditions=source', vite, 'build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'];
    try {
      const result = await runCommand(findNode24(), args, { cwd: app });
      if (result.code !== 0) {
        // The frames are of the bundler; what is wrong stands above them.
        throw new SetupError(`the page could not be built:\n${result.output.replace(/\n\s+at .*/g, '').trim()}`);
      }
      utimesSync(`${fresh}/index.html`, begun, begun);
      if (existsSync(built)) renameSync(built, old);
      renameSync(fresh, built);
    } finally {
      for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true });
    }
  });
}
