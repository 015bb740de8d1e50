// A configuration file as text.

import { readFileSync } from 'node:fs';

/** Undefined when there is no file. Throws for what is no UTF-8: writing it back would damage it. */
export function readText(file: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const text = bytes.toString();
  if (!Buffer.from(text).equals(bytes)) throw new Error('is not UTF-8');
  return text;
}
