// Prints the end of a log file, and what is added to it.

import { watch } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Io } from './io.ts';
import { PlainStream } from './terminal/plain-text.ts';

/** Bytes at the end in which lines are looked for. */
const tailBytes = 4 * 1024 * 1024;

interface LogOptions {
  readonly lines: number;
  readonly follow: boolean;
}

/** Gives the exit code: 0 at the end, 130 when following was interrupted. Throws the system's error when there is no log. */
export async function showLog(path: string, { lines, follow }: LogOptions, io: Io): Promise<number> {
  const file = await open(path);
  try {
    const plain = new PlainStream();
    const show = (text: string) => void io.stdout.write(io.stdoutIsTerminal ? plain.push(text) : text);
    const { size } = await file.stat();
    show(lastLines(await read(file, Math.max(0, size - tailBytes), size), lines));
    return follow ? await followFile(path, file, size, show, io) : 0;
  } finally {
    await file.close();
  }
}

function lastLines(text: string, count: number): string {
  if (count === 0) return '';
  const lines = text.split('\n');
  return lines.slice(lines.at(-1) === '' ? -count - 1 : -count).join('\n');
}

function followFile(
  path: string,
  file: FileHandle,
  from: number,
  show: (text: string) => void,
  io: Io,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let offset = from;
    let reading = Promise.resolve();
    const readOn = async () => {
      const { size } = await file.stat();
      // A log that was emptied begins again.
      if (size < offset) offset = 0;
      const text = await read(file, offset, size);
      offset = size;
      if (text !== '') show(text);
    };
    const settle = (act: () => void) => {
      watcher.close();
      stopListening();
      act();
    };
    const look = () => {
      reading = reading.then(readOn).catch((error: unknown) => settle(() => reject(error)));
    };
    const watcher = watch(dirname(path), (_event, name) => {
      if (name === basename(path)) look();
    });
    const stopListening = io.onInterrupt(() => settle(() => void reading.then(() => resolve(130))));
    look();
  });
}

async function read(file: FileHandle, from: number, to: number): Promise<string> {
  const bytes = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  return bytes.subarray(0, bytesRead).toString();
}
