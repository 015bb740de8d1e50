// What a daemon keeps while it has nothing to do.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { isTerminal } from '@parley/schema';
import { closePipeline, openPipeline } from './event-path/pipeline.ts';
import { Daemon } from './sandbox.ts';
import type { Section } from './section.ts';
import { show, spreadOf } from './statistics.ts';

const rounds = 3;
const aimMb = 75;
const sessions = 4;
/** Milliseconds: longer than the daemon waits until it calls itself idle. */
const settleMs = 5000;

interface Memory {
  /** MB of resident memory, and of it what no other process shares: not the program itself. */
  readonly resident: number;
  readonly own: number;
}

export async function idleMemory(): Promise<Section> {
  const pipeline = await openPipeline('batched', 2000);
  try {
    await pipeline.daemon.stop(); // Its place and its fake agents are all that is wanted.
    const started: Memory[] = [];
    const rested: Memory[] = [];
    const bare: Memory[] = [];
    // The first one fills the compile cache.
    for (let round = 0; round <= rounds; round++) {
      const daemon = await Daemon.start(pipeline.sandbox);
      try {
        await setTimeout(round === 0 ? 0 : settleMs);
        const afterStart = memoryOf(daemon.pid);
        if (round === 0) continue;
        for (let n = 0; n < sessions; n++) {
          const { id } = await daemon.client.createSession({
            agent: n % 2 === 0 ? 'codex' : 'claude',
            cwd: pipeline.sandbox.work,
            policy: 'full',
          });
          await daemon.client.submit(id, { text: 'warm-up' });
          for await (const event of daemon.client.events(id)) if (isTerminal(event)) break;
        }
        await setTimeout(settleMs);
        started.push(afterStart);
        rested.push(memoryOf(daemon.pid));
        bare.push(await memoryOfNode());
      } finally {
        await daemon.stop();
      }
    }
    const of = (memories: readonly Memory[], kind: keyof Memory): number =>
      spreadOf(memories.map((memory) => memory[kind])).median;
    const row = (name: string, memories: readonly Memory[]): readonly string[] => [
      name,
      show(of(memories, 'resident'), 1),
      show(of(memories, 'own'), 1),
    ];
    return {
      title: 'Idle daemon',
      measures: `Resident memory of \`parley serve --no-tcp\`, ${settleMs / 1000} s after the last thing that happened. ${rounds} daemons, medians.`,
      aim: `≤ ${aimMb} MB`,
      met: of(started, 'resident') <= aimMb,
      head: ['', 'resident, MB', 'of it its own, MB'],
      rows: [
        row('after the start', started),
        row(`after ${sessions} sessions of 2,000 events each, their agents still up`, rested),
        row('Node that waits for a timer', bare),
      ],
      notes: [
        'Resident memory is what `parley daemon status` tells. Half of it is the Node program itself, which the system keeps once for all ' +
          "processes; what is the daemon's alone is in the second column. MB are 2^20 bytes.",
      ],
    };
  } finally {
    await closePipeline(pipeline);
  }
}

async function memoryOfNode(): Promise<Memory> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setTimeout(() => {}, 60_000)'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    await once(child.stdout, 'data');
    return memoryOf(child.pid ?? 0);
  } finally {
    child.kill();
    await exited;
  }
}

function memoryOf(pid: number): Memory {
  if (process.platform !== 'linux') throw new Error('what of a process is its own is only known on Linux');
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) / 1024;
  return { resident: mb('VmRSS'), own: mb('RssAnon') };
}
