// Builds the `parley` command into dist/parley/: one small entry, and chunks that each command loads when it needs them.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { inRoot, root } from './root.mjs';
import { isStale } from './freshness.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

const source = inRoot('apps', 'cli', 'src', 'main.ts');
const folder = inRoot('dist', 'parley');
const entry = inRoot('dist', 'parley', 'main.mjs');

const compileCache = '.compile-cache';

/** A daemon that was started from an earlier build may still load a chunk of it. */
const keepChunksMs = 14 * 24 * 60 * 60 * 1000;

/** Whether the bundle has to be built; never so in a checkout that has no command yet. */
export function bundleIsStale() {
  return existsSync(source) && isStale(entry, sources());
}

/** Builds the bundle beside the old one and moves it into place, the entry last. */
export async function buildBundle() {
  await step('bundling the command', async () => {
    const begun = new Date();
    const fresh = inRoot('dist', `.parley-${process.pid}`);
    // From the repository's own packages, so only importable after they are installed.
    const { build, formatMessages, stop } = await import('esbuild');
    try {
      await build({
        absWorkingDir: root,
        stdin: { contents: entrySource, resolveDir: inRoot('apps', 'cli', 'src'), sourcefile: 'entry.mjs' },
        outdir: fresh,
        entryNames: 'main',
        chunkNames: 'chunk-[hash]',
        outExtension: { '.js': '.mjs' },
        bundle: true,
        splitting: true,
        format: 'esm',
        platform: 'node',
        target: 'node24',
        conditions: ['source'],
        // Names stay: error classes and stack traces are read by people, and they cost little.
        minifySyntax: true,
        minifyWhitespace: true,
        legalComments: 'linked',
        // Dependencies in CommonJS call require() for Node's own modules.
        banner: {
          js: "import{createRequire as _createRequire}from'node:module';const require=_createRequire(import.meta.url);",
        },
        logLevel: 'silent',
      }).catch(async (/** @type {unknown} */ error) => {
        const messages = /** @type {Partial<import('esbuild').BuildFailure>} */ (error).errors;
        if (messages === undefined) throw error;
        const lines = await formatMessages(messages, { kind: 'error' });
        throw new SetupError(`the command could not be bundled:\n${lines.join('').trimEnd()}`);
      });
      moveIntoPlace(fresh, begun);
    } finally {
      await stop(); // Its service process would stay for as long as we do: behind `npm start`, for ever.
      rmSync(fresh, { recursive: true, force: true });
    }
  });
}

/**
 * The compile cache must be on before the chunk that it serves is loaded, hence an entry of its own. It lies beside the bundle and
 * not in NODE_COMPILE_CACHE, which the agents' own Node programs would inherit. (A daemon's worth of code: 60 ms instead of 80;
 * for `--version` it costs less than 1 ms.)
 */
const entrySource = `
  import { enableCompileCache } from 'node:module';
  enableCompileCache(import.meta.dirname + '/${compileCache}');
  await import('./main.ts');
`;

/**
 * @param {string} fresh
 * @param {Date} begun
 */
function moveIntoPlace(fresh, begun) {
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(fresh).sort((a, b) => Number(a === 'main.mjs') - Number(b === 'main.mjs'));
  for (const name of names) {
    utimesSync(`${fresh}/${name}`, begun, begun);
    renameSync(`${fresh}/${name}`, `${folder}/${name}`);
  }
  rmSync(`${folder}/${compileCache}`, { recursive: true, force: true });
  for (const name of readdirSync(folder)) {
    if (names.includes(name)) continue;
    if (Date.now() - statSync(`${folder}/${name}`).mtimeMs > keepChunksMs) rmSync(`${folder}/${name}`);
  }
}

/** All that the bundle is made from. `bin/parley` looks at the same places. */
function sources() {
  const packages = readdirSync(inRoot('packages')).flatMap((name) => [
    inRoot('packages', name, 'src'),
    inRoot('packages', name, 'package.json'),
  ]);
  return [inRoot('apps', 'cli', 'src'), inRoot('apps', 'cli', 'package.json'), inRoot('pnpm-lock.yaml'), ...packages];
}
