// Tells a script that was started from one that was imported (`import.meta.main` is newer than Node 20).
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Whether the module with this `import.meta.url` is the program that Node was started with.
 * @param {string} url
 */
export function isMain(url) {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === fileURLToPath(url);
}
