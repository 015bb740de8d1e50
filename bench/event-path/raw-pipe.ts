// The control that does nothing: the same bytes through a pipe, read and counted.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

const newline = 10;

export interface PipeReading {
  readonly lines: number;
  readonly ms: number;
}

/** `decode`: also make lines of the bytes and objects of the lines, which whoever understands them cannot avoid. */
export async function readPipe(files: readonly string[], decode: boolean): Promise<PipeReading> {
  const begun = performance.now();
  const child = spawn('cat', [...files], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let lines = 0;
  let rest = '';
  if (decode) child.stdout.setEncoding('utf8');
  child.stdout.on('data', (data: Buffer | string) => {
    if (typeof data === 'string') {
      const whole = (rest + data).split('\n');
      rest = whole.pop() ?? '';
      for (const line of whole) JSON.parse(line);
      lines += whole.length;
    } else {
      for (let at = data.indexOf(newline); at >= 0; at = data.indexOf(newline, at + 1)) lines += 1;
    }
  });
  await ended;
  return { lines, ms: performance.now() - begun };
}
