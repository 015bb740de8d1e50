// stdout of a run as batches of lines: positional reads from the spool file, split across chunks and inside of characters, in bounded memory.

import fs from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { setImmediate } from 'node:timers/promises';
import { ParleyError } from '@parley/schema';
import type { RunBatch } from '@parley/schema';

export interface LineSource {
  /** Descriptor of the spool file. */
  readonly file: number;
  readonly maxLineBytes: number;
  /**
   * `open`: more may come; `final`: all that will ever come is in the file; `stopped`: nobody may look any more.
   * Throws what the reader is to be told.
   */
  state(): 'open' | 'final' | 'stopped';
  /** Resolves when it is worth looking again. */
  readonly changed: Promise<void>;
}

// Reads are synchronous (the page cache answers in microseconds, a thread's round trip takes 60) and decoded before anybody
// else runs, so all runs share one buffer. A batch is what one read gives. 64 KiB, because its events go out as one frame to each
// subscriber and must fit what the system takes for a socket at once (208 KiB on Linux): with 256 KiB ten clients were too slow for a
// flood that they can follow now, at the same cost for the daemon.
const chunk = Buffer.allocUnsafeSlow(64 * 1024);
const newline = 10;

/** Bytes of a long line that are read and decoded before the rest of the process gets a turn: 6 ms where characters have several bytes. */
const longPiece = 1024 * 1024;

/** Milliseconds of work after which the rest of the process gets a turn, sockets above all, when there is a long spool to read through. */
const sliceMs = 1;

/**
 * From a byte offset to the end of a final source, or exactly to `until`, which must be where a line ends. Throws `output_limit` for a line
 * above the limit, and what `source.state()` throws.
 */
export async function* readLines(source: LineSource, offset: number, until = Infinity): AsyncGenerator<RunBatch, void> {
  /** Start of the first line that is not delivered yet. */
  let start = offset;
  /** Up to here the file is known to hold no newline after `start`. */
  let seen = offset;
  let sliceEnd = performance.now() + sliceMs;

  for (;;) {
    const { changed } = source;
    const state = source.state();
    if (state === 'stopped') return;

    // A short beginning of a line is read again with what follows it; a long one is only searched on, and read once it is whole.
    const from = seen - start < chunk.length / 2 ? start : seen;
    const length = fs.readSync(source.file, chunk, 0, Math.min(chunk.length, until - from), from);
    const fresh = seen - from;

    let batch: RunBatch | undefined;
    if (length <= fresh) {
      if (state === 'final' || seen === until) {
        const rest = seen > start ? await wholeLine(source, start, seen, 0) : undefined;
        if (rest !== undefined) yield rest;
        return;
      }
      await changed;
      sliceEnd = performance.now() + sliceMs;
      continue;
    } else if (from === start) {
      const last = chunk.subarray(fresh, length).lastIndexOf(newline);
      seen = from + length;
      if (last >= 0) {
        const end = fresh + last;
        batch = { lines: split(chunk.toString('utf8', 0, end), source.maxLineBytes), endOffset: start + end + 1 };
      }
    } else {
      const first = chunk.subarray(0, length).indexOf(newline);
      if (first < 0) seen = from + length;
      else {
        batch = await wholeLine(source, start, from + first, 1);
        if (batch === undefined) return;
      }
    }

    if (batch === undefined) {
      if (seen - start > source.maxLineBytes) throw tooLong(source.maxLineBytes);
      continue;
    }
    start = batch.endOffset;
    seen = Math.max(seen, start);
    if (batch.lines.length > 0) yield batch;
    if (performance.now() > sliceEnd) {
      await setImmediate();
      sliceEnd = performance.now() + sliceMs;
    }
  }
}

function split(text: string, maxLineBytes: number): readonly string[] {
  const lines = text.split('\n');
  // A character has at most three bytes for each unit of the string.
  if (
    maxLineBytes < chunk.length &&
    lines.some((line) => line.length * 3 > maxLineBytes && Buffer.byteLength(line) > maxLineBytes)
  ) {
    throw tooLong(maxLineBytes);
  }
  return lines.includes('') ? lines.filter((line) => line !== '') : lines;
}

/** The bytes from start to end as one line; undefined when nobody may look any more. `newlines`: how many follow it. */
async function wholeLine(
  source: LineSource,
  start: number,
  end: number,
  newlines: 0 | 1,
): Promise<RunBatch | undefined> {
  if (end - start > source.maxLineBytes) throw tooLong(source.maxLineBytes);
  const decoder = new StringDecoder('utf8');
  const piece = Buffer.allocUnsafeSlow(Math.min(longPiece, end - start));
  const texts: string[] = [];
  for (let at = start; at < end;) {
    if (at > start) {
      await setImmediate();
      if (source.state() === 'stopped') return undefined;
    }
    const length = fs.readSync(source.file, piece, 0, Math.min(piece.length, end - at), at);
    if (length === 0) throw new ParleyError('internal', 'A spool file has become shorter.');
    texts.push(decoder.write(piece.subarray(0, length)));
    at += length;
  }
  return { lines: [texts.join('') + decoder.end()], endOffset: end + newlines };
}

function tooLong(maxLineBytes: number): ParleyError {
  return new ParleyError('output_limit', `The agent printed a line of more than ${maxLineBytes} bytes.`);
}
