// Where the repository is, whatever the folder a script was started from.
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** Absolute path of the repository, without a slash at the end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/**
 * An absolute path inside the repository.
 * @param {...string} parts
 */
export const inRoot = (...parts) => join(root, ...parts);
