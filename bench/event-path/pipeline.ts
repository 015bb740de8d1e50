// The whole event path, set up to be measured: what fake agents print → spool → driver → engine → SQLite → WebSocket → clients.

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isTerminal } from '@parley/schema';
import type { SessionId } from '@parley/schema';
import { inRoot } from '../../scripts/lib/root.mjs';
import { Daemon, Sandbox, within } from '../sandbox.ts';
import { writeTraces } from './traces.ts';
import type { Turns } from './traces.ts';
import type { WatchOrder, WatchReport } from './watchers.ts';

const agents = ['codex', 'claude'] as const;
type Agent = (typeof agents)[number];

/** One after the other, so that some are queued, as they would be. */
const turnsEach = 10;

export interface Pipeline {
  readonly sandbox: Sandbox;
  readonly daemon: Daemon;
  readonly turns: Readonly<Record<Agent, Turns>>;
}

/** A daemon with fake agents, ready to be measured. `frames` says how its events go out. */
export async function openPipeline(frames: 'batched' | 'one-per-event', lines: number): Promise<Pipeline> {
  const sandbox = new Sandbox('events');
  const amount = { lines: lines / agents.length, turns: turnsEach };
  const folder = (agent: Agent): string => join(sandbox.root, 'traces', agent);
  const turns = {
    codex: writeTraces('codex', folder('codex'), amount),
    claude: writeTraces('claude', folder('claude'), amount),
  };
  const configs = agents.map((agent) => {
    const program = [process.execPath, '--conditions=source', inRoot('bench', 'event-path', 'fake-agent.ts')];
    const command = sandbox.program(
      agent,
      `#!/bin/sh\nif [ "$1" = --version ]; then echo 9.9.9; else exec '${program.join("' '")}' '${folder(agent)}'; fi\n`,
    );
    return `[agents.${agent}]\ncommand = ${JSON.stringify(command)}\nmodel_url = "http://127.0.0.1:9/v1"\n`;
  });
  sandbox.configure(configs.join(''));
  const preload = frames === 'batched' ? [] : ['--import', inRoot('bench', 'event-path', 'one-frame-per-event.ts')];
  const program = ['--conditions=source', ...preload, inRoot('apps', 'cli', 'src', 'main.ts')];
  return { sandbox, turns, daemon: await Daemon.start(sandbox, { program }) };
}

/** The files with all that the agents say. */
export function tracesOf({ sandbox, turns }: Pipeline): readonly string[] {
  return agents.flatMap((agent) => turns[agent].names.map((name) => join(sandbox.root, 'traces', agent, name)));
}

export async function closePipeline({ daemon, sandbox }: Pipeline): Promise<void> {
  await daemon.stop();
  sandbox.remove();
}

export interface Delivery {
  /** That every client got. */
  readonly events: number;
  /** Of one client. */
  readonly frames: number;
  /** From the first word to the agents to the last client's last event. */
  readonly ms: number;
  /** How often a client was too slow and had to read again. */
  readonly lagged: number;
  /** Processor time in milliseconds. */
  readonly daemonCpuMs: number;
}

/** All turns of both agents once, delivered to so many clients. */
export async function deliver({ daemon, sandbox, turns }: Pipeline, clients: number): Promise<Delivery> {
  const { client } = daemon;
  const sessions: { readonly agent: Agent; readonly id: SessionId; readonly after: number }[] = [];
  for (const agent of agents) {
    const { id } = await client.createSession({ agent, cwd: sandbox.work, policy: 'full' });
    // The agent is up and its conversation begun when the clock starts.
    const { turnId } = await client.submit(id, { text: 'warm-up' });
    for await (const event of client.events(id)) if (isTerminal(event)) break;
    const turn = await client.turn(id, turnId);
    if (turn.state !== 'completed')
      throw new Error(`the warm-up of ${agent} ended ${turn.state}: ${turn.error?.message}`);
    sessions.push({ agent, id, after: (await client.session(id)).head });
  }
  const watchers = fork(inRoot('bench', 'event-path', 'watchers.ts'), { execArgv: ['--conditions=source'] });
  try {
    watchers.send({
      socket: sandbox.socket,
      clients,
      sessions: sessions.map(({ agent, id, after }) => ({ id, after, turns: turns[agent].names.length })),
    } satisfies WatchOrder);
    await report(watchers, 'watching');
    const cpu = cpuMsOf(daemon.pid);
    const begun = process.hrtime.bigint();
    const done = report(watchers, 'done');
    await Promise.all(
      sessions.map(async ({ agent, id }) => {
        for (const text of turns[agent].names) await client.submit(id, { text, when: 'queue' });
      }),
    );
    const { at, wrong, events, frames, lagged } = await done;
    if (wrong !== undefined) throw new Error(`the clients saw that ${wrong}`);
    return {
      events,
      frames,
      lagged,
      ms: Number(BigInt(at) - begun) / 1e6,
      daemonCpuMs: cpuMsOf(daemon.pid) - cpu,
    };
  } finally {
    watchers.kill();
    for (const { id } of sessions) await client.deleteSession(id);
  }
}

async function report<Type extends WatchReport['type']>(
  watchers: ChildProcess,
  type: Type,
): Promise<Extract<WatchReport, { type: Type }>> {
  const ended = once(watchers, 'exit').then(() => Promise.reject(new Error('the clients ended')));
  const [said] = (await within(Promise.race([once(watchers, 'message'), ended]), 'the clients', 120_000)) as [
    WatchReport,
  ];
  if (said.type !== type) throw new Error(`the clients said ${said.type} instead of ${type}`);
  return said as Extract<WatchReport, { type: Type }>;
}

/** Processor time of a process so far, in milliseconds; steps of 10 on Linux, unknown elsewhere. */
function cpuMsOf(pid: number): number {
  if (process.platform !== 'linux') return Number.NaN;
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
