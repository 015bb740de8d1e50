// The end of stderr, for error messages.

import fs from 'node:fs/promises';

/** At most `limit` bytes, cut so that no character is broken. Empty when the file is gone. */
export async function stderrTail(path: string, limit = 4096): Promise<string> {
  let file: fs.FileHandle;
  try {
    file = await fs.open(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = await file.stat();
    const bytes = Buffer.allocUnsafe(Math.min(limit, size));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, size - bytes.length);
    return wholeCharacters(bytes.subarray(0, bytesRead)).toString('utf8');
  } finally {
    await file.close();
  }
}

/** Without the rest of a character at the beginning, and without the first part of one at the end. */
export function wholeCharacters(bytes: Buffer): Buffer {
  let start = 0;
  while (start < Math.min(3, bytes.length) && isContinuation(bytes[start])) start++;
  let lead = bytes.length - 1;
  while (lead > start && bytes.length - lead < 4 && isContinuation(bytes[lead])) lead--;
  const first = bytes[lead] ?? 0;
  const needed = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return bytes.subarray(start, bytes.length - lead < needed ? lead : bytes.length);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
