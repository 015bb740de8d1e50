// Stands before an agent's program and makes it fail as the file `fault` says, once: the next run is a good one again. Its first arguments are
// that file and the program; what follows is the agent's.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/** What can be done to a run; what the test does from outside is done to `stalls` and `hangs-on`. */
export const sabotages = [
  'none',
  /** Ends before its first word, with words on stderr. */
  'early-exit',
  /** Ends by a signal of its own before its first word. */
  'early-signal',
  /** Exit code 0 after the first line. */
  'half-then-0',
  /** Exit code 1 in the middle of the first line. */
  'half-line',
  /** A memory fault after the first line. */
  'segfault',
  /** Bytes that are no text and lines that are no protocol, between its own. */
  'garbage',
  /** Its output in pieces of 7 bytes. */
  'split',
  /** Every line twice. */
  'doubled',
  /** Says one line and then nothing more. */
  'stalls',
  /** The same, and does not go at SIGTERM either, nor when its stdin ends. */
  'hangs-on',
  /** Does all well, and leaves a process behind that has left its group and its session. */
  'leaves-a-process',
] as const;
export type Sabotage = (typeof sabotages)[number];

if (import.meta.main) sabotage(process.argv.slice(2));

function sabotage([faultFile = '', program = '', ...args]: readonly string[]): void {
  const isProbe = args.includes('--version') || args.includes('--help');
  const fault = isProbe ? 'none' : (readFileSync(faultFile, 'utf8') as Sabotage);
  if (!isProbe) writeFileSync(faultFile, 'none' satisfies Sabotage);
  switch (fault) {
    case 'early-exit':
      process.stderr.write('cannot go on\n');
      process.exit(3);
      break;
    case 'early-signal':
      process.kill(process.pid, 'SIGKILL');
      return;
    case 'hangs-on':
      for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.on(signal, () => undefined);
      break;
    case 'leaves-a-process':
      spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref();
      break;
    default:
  }
  const agent = spawn(process.execPath, ['--conditions=source', program, ...args], {
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  let isOver = false;
  agent.stdout.on('data', (chunk: Buffer) => {
    if (isOver) return;
    switch (fault) {
      case 'garbage':
        process.stdout.write(Buffer.from('\xff\xfe\x00 not a protocol\n{"type":\n[1,2\n\x1b[2K\n', 'latin1'));
        process.stdout.write(chunk);
        return;
      case 'split':
        for (let at = 0; at < chunk.length; at += 7) process.stdout.write(chunk.subarray(at, at + 7));
        return;
      case 'doubled':
        chunks.push(chunk);
        return;
      case 'half-line':
      case 'half-then-0':
      case 'segfault':
      case 'stalls':
      case 'hangs-on':
        isOver = true;
        return breakOff(fault, chunk, agent.pid ?? 0);
      default:
        process.stdout.write(chunk);
    }
  });
  agent.once('close', (code) => {
    const lines = Buffer.concat(chunks).toString().split('\n').slice(0, -1);
    process.stdout.write(lines.map((line) => `${line}\n${line}\n`).join(''));
    if (!isOver) process.exitCode = code ?? 1;
  });
}

/** After the first line, or in the middle of it. The agent's own process goes with it, or stays as long as it stalls. */
function breakOff(fault: Sabotage, chunk: Buffer, agent: number): void {
  const lineEnd = chunk.indexOf('\n') + 1 || chunk.length;
  const said = chunk.subarray(0, fault === 'half-line' ? Math.floor(lineEnd / 2) : lineEnd);
  process.stdout.write(said, () => {
    if (fault === 'stalls' || fault === 'hangs-on') return void setInterval(() => undefined, 1_000_000);
    process.kill(agent, 'SIGKILL');
    if (fault === 'segfault') process.kill(process.pid, 'SIGSEGV');
    process.exit(fault === 'half-then-0' ? 0 : 1);
  });
}
