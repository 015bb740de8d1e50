// Times whole processes, in turns: what disturbs the machine then disturbs all of them alike.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { within } from './sandbox.ts';

export interface TimedCommand {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Milliseconds from the start of the process to its end. Throws when it fails, with what it printed on stderr. */
export async function timeOf({ argv: [program, ...args], env, cwd }: TimedCommand): Promise<number> {
  const begun = performance.now();
  const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.resume();
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  let ended = Number.NaN;
  child.once('exit', () => (ended = performance.now()));
  try {
    const [code] = (await within(once(child, 'close'), `\`${program}\` to end`)) as [number | null];
    if (code !== 0) throw new Error(`\`${[program, ...args].join(' ')}\` ended with ${code}: ${said.slice(-2000)}`);
  } finally {
    child.kill('SIGKILL');
  }
  return ended - begun;
}

/** `rounds` samples of each, one of each in turn; the first round warms up and is not counted. */
export async function inTurns<Name extends string>(
  rounds: number,
  samples: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const names = Object.keys(samples) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const sample = await samples[name]();
      if (round > 0) taken[name].push(sample);
    }
  }
  return taken;
}
