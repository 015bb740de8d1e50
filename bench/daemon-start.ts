// From the start of the daemon's process to its first answer.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { bundle, isHealthy, Sandbox, within } from './sandbox.ts';
import type { Section } from './section.ts';
import { show, showSpread, spreadOf } from './statistics.ts';
import { inTurns, timeOf } from './timing.ts';

const rounds = 20;
const aimMs = 200;

export async function daemonStart(): Promise<Section> {
  const sandbox = new Sandbox('start');
  sandbox.configure('');
  try {
    const samples = await inTurns(rounds, {
      node: () => timeOf({ argv: [process.execPath, '-e', '0'], env: sandbox.env, cwd: sandbox.root }),
      socket: () => startTime(sandbox, ['--no-tcp'], () => Promise.resolve({ socketPath: sandbox.socket })),
      port: () =>
        startTime(sandbox, ['--port', '0'], async (lines) => {
          for await (const line of lines) {
            const port = /http:\/\/[^/]+:(\d+)\//.exec(line)?.[1];
            if (port !== undefined) return { port: Number(port) };
          }
          throw new Error('the daemon printed no address');
        }),
    });
    const [node, socket, port] = [samples.node, samples.socket, samples.port].map(spreadOf) as [Spread, Spread, Spread];
    const row = (name: string, spread: Spread): readonly string[] => [
      name,
      showSpread(spread),
      `${show(spread.median / node.median, 2)} ×`,
    ];
    return {
      title: 'Daemon start',
      measures: `From \`spawn\` to \`/healthz\` answered, state directory there already. ${rounds} runs each, in turns.`,
      aim: `≤ ${aimMs} ms`,
      met: socket.median <= aimMs && port.median <= aimMs,
      head: ['', 'ms, median (middle half)', 'against `node -e 0`'],
      rows: [
        row('`node -e 0`', node),
        row('`parley serve --no-tcp`, on the unix socket', socket),
        row('`parley serve --port 0`, on the TCP port', port),
      ],
    };
  } finally {
    sandbox.remove();
  }
}

type Spread = ReturnType<typeof spreadOf>;
type Place = Parameters<typeof isHealthy>[0];

async function startTime(
  sandbox: Sandbox,
  args: readonly string[],
  find: (lines: AsyncIterable<string>) => Promise<Place>,
): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, [bundle, 'serve', '--no-install', ...args], {
    env: sandbox.env,
    cwd: sandbox.root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    const place = await within(find(createInterface({ input: child.stdout })), 'the address');
    while (!(await isHealthy(place))) {
      if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}`);
      await setTimeout(2);
    }
    return performance.now() - begun;
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}
