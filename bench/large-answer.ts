// A model that answers with 24 MB: through Parley's engine against the bare command line, and how long it keeps the event loop from others.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { installRealAgents } from '../scripts/agents.mjs';
import { inRoot } from '../scripts/lib/root.mjs';
import { bareClaude, bareCodex, claudeEnv, models } from './bare-agents.ts';
import { ask, openEmbedded } from './embedded.ts';
import { Sandbox, within } from './sandbox.ts';
import type { Section } from './section.ts';
import { show, showSpread, spreadOf } from './statistics.ts';
import { inTurns, timeOf } from './timing.ts';

const megabyte = 2 ** 20;
const sizes = { large: 24 * megabyte, small: megabyte } as const;
const rounds = 3;
const aimRatio = 1.1;
const aimStallMs = 50;

interface Addresses {
  readonly openaiUrl: string;
  readonly anthropicUrl: string;
}

/** Ways through Parley, each with the bare command line that does the same. */
const ways = [
  { bare: 'codex', agent: 'codex', mode: 'exec' },
  { bare: 'codex', agent: 'codex', mode: 'app-server' },
  { bare: 'claude', agent: 'claude', mode: 'print' },
  { bare: 'claude', agent: 'claude', mode: 'stream-json' },
] as const;
type Way = (typeof ways)[number];

export async function largeAnswer(): Promise<Section> {
  const real = await installRealAgents();
  const sandbox = new Sandbox('large');
  const server = await startRehearsal(sandbox);
  sandbox.program('codex', `#!/bin/sh\nexec '${real.codexNative}' "$@"\n`);
  sandbox.program('claude', `#!/bin/sh\nexec '${real.claude}' "$@"\n`);
  const core = await openEmbedded(sandbox, {
    agents: {
      codex: { model_url: server.openaiUrl, model: models.codex },
      claude: { model_url: server.anthropicUrl, model: models.claude },
    },
  });
  try {
    const stalls = new Map<string, number>();
    const through = (way: Way, words: keyof typeof sizes) => async (): Promise<number> => {
      const { id } = await core.engine.createSession({
        agent: way.agent,
        mode: way.mode,
        cwd: sandbox.work,
        policy: 'full',
      });
      const { ms, stallMs } = await watched(() => ask(core, id, words));
      const name = `${way.mode} ${words}`;
      stalls.set(name, Math.max(stalls.get(name) ?? 0, stallMs));
      await core.engine.deleteSession(id);
      return ms;
    };
    const cwd = sandbox.work;
    const bare = {
      codex: () => {
        const env = { ...sandbox.env, REHEARSAL_KEY: 'any' };
        return timeOf({ ...bareCodex(real.codexNative, server.openaiUrl, 'large'), cwd, env });
      },
      claude: () => {
        const env = { ...sandbox.env, ...claudeEnv(server.anthropicUrl) };
        return timeOf({ ...bareClaude(real.claude, 'large', ['--include-partial-messages']), cwd, env });
      },
    };
    const samples = await inTurns<string>(rounds, {
      ...bare,
      ...Object.fromEntries(ways.map((way) => [way.mode, through(way, 'large')])),
    });
    for (const way of ways) await through(way, 'small')();
    return sectionOf(samples, stalls);
  } finally {
    await core.close('end');
    await server.close();
    sandbox.remove();
  }
}

async function watched(work: () => Promise<unknown>): Promise<{ ms: number; stallMs: number }> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const begun = performance.now();
  await work();
  const ms = performance.now() - begun;
  loop.disable();
  return { ms, stallMs: loop.max / 1e6 };
}

/** In a process of its own: its work would count as ours. */
async function startRehearsal(sandbox: Sandbox): Promise<Addresses & { readonly close: () => Promise<void> }> {
  const line = 'The quick brown fox jumps over the lazy dog, and then it does so again.\n';
  const rules = Object.entries(sizes).map(([when, size]) => {
    const text = line.repeat(Math.ceil(size / line.length)).slice(0, size);
    return { when, steps: [{ say: { text, chunk: 4096 } }] };
  });
  const scenario = join(sandbox.root, 'scenario.json');
  writeFileSync(scenario, JSON.stringify({ pace: 0, rules }));
  const main = inRoot('apps', 'cli', 'src', 'main.ts');
  const args = ['--conditions=source', main, 'rehearsal', '--json', '--port', '0', '--scenario', scenario];
  const child = spawn(process.execPath, args, { env: sandbox.env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [said] = (await within(once(createInterface({ input: child.stdout }), 'line'), 'the rehearsal server')) as [
    string,
  ];
  return {
    ...(JSON.parse(said) as Addresses),
    close: async () => {
      child.kill();
      await exited;
    },
  };
}

function sectionOf(samples: Readonly<Record<string, readonly number[]>>, stalls: ReadonlyMap<string, number>): Section {
  const rows = ways.map((way) => {
    const [alone, through] = [spreadOf(samples[way.bare] ?? []), spreadOf(samples[way.mode] ?? [])];
    const stallOf = (words: keyof typeof sizes): number => stalls.get(`${way.mode} ${words}`) ?? Number.NaN;
    return {
      way,
      alone,
      through,
      ratio: through.median / alone.median,
      large: stallOf('large'),
      small: stallOf('small'),
    };
  });
  return {
    title: 'An answer of 24 MB',
    measures:
      'One message of 24 MB (2^20 bytes each), in pieces of 4 KB, from a rehearsal server without any pause. Bare: from the start of the command to its ' +
      'end, its output read and thrown away. Parley: the engine in the process of the benchmark, from the words to the end of their turn, the process of the agent ' +
      `started in between. ${rounds} runs each, in turns. The stall is the longest time in all runs in which the event loop did nothing else.`,
    aim: `≤ ${aimRatio} × the bare command line, and no stall above ${aimStallMs} ms`,
    met: rows.every(({ ratio, large }) => ratio <= aimRatio && large <= aimStallMs),
    head: ['', 'bare, ms', 'Parley, ms', 'ratio', 'longest stall, ms', 'longest stall with 1 MB, ms'],
    rows: rows.map(({ way, alone, through, ratio, large, small }) => [
      `\`${way.agent}\`, mode \`${way.mode}\``,
      showSpread(alone, 0),
      showSpread(through, 0),
      `${show(ratio, 2)} ×`,
      show(large),
      show(small),
    ]),
    notes: [
      'A message is one line of the agent and one event. It is read and stored in pieces of 1 MB, with everybody else in between; parsing it and encoding it cannot be interrupted.',
    ],
  };
}
