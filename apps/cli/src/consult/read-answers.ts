// Files of answers that somebody has already.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';

/** Throws `UsageError`, naming the file that cannot be read. */
export function readAnswers(files: readonly string[], { cwd }: Pick<Io, 'cwd'>): Promise<readonly string[]> {
  return Promise.all(
    files.map(async (file) => {
      try {
        return await readFile(resolve(cwd, file), 'utf8');
      } catch (error) {
        throw new UsageError(
          `--answer: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        );
      }
    }),
  );
}
