// The event path: what agents print → spool → driver → engine → SQLite → WebSocket frames → clients in another process.

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionId } from '@parley/schema';
import { inRoot } from '../../scripts/lib/root.mjs';
import { Daemon, Sandbox, within } from '../sandbox.ts';
import { writeTraces } from './traces.ts';
import type { Turns } from './traces.ts';
import type { WatchOrder, WatchReport } from './watchers.ts';

const agents = ['codex', 'claude'] as const;
type Agent = (typeof agents)[number];

export interface Pipeline {
  readonly sandbox: Sandbox;
  readonly daemon: Daemon;
  readonly turns: Readonly<Record<Agent, Turns>>;
}

/** A daemon with fake agents, ready to be measured. `frames` says how its events go out. */
export async function openPipeline(frames: 'batched' | 'one-per-event', lines: number): Promise<Pipeline> {
  const sandbox = new Sandbox('events');
  const amount = { lines: lines / agents.length, turns: 10 };
  const folder = (agent: Agent): string => join(sandbox.root, 'traces', agent);
  const turns = { codex: writeTraces('codex', folder('codex'), amount), claude: writeTraces('claude', folder('claude'), amount) };
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
  const program = ['--conditions=source', ...preload, ...extra(), inRoot('apps', 'cli', 'src', 'main.ts')];
  return { sandbox, turns, daemon: await Daemon.start(sandbox, { program }) };
}

function extra(): string[] { return (process.env['BENCH_NODE'] ?? '').split(' ').filter(Boolean); }

export interface Delivery {
  readonly events: number;
  readonly frames: number;
  readonly bytes: number;
  readonly ms: number;
  readonly lagged: number;
  /** Processor time in milliseconds. */
  readonly daemonCpuMs: number;
  readonly clientsCpuMs: number;
}

/** All turns of both agents once, delivered to so many clients. */
export async function deliver({ daemon, sandbox, turns }: Pipeline, clients: number): Promise<Delivery> {
  const { client } = daemon;
  const sessions: { readonly agent: Agent; readonly id: SessionId; readonly after: number }[] = [];
  for (const agent of agents) {
    const { id } = await client.createSession({ agent, cwd: sandbox.work, policy: 'full' });
    // The agent is up and its conversation begun when the clock starts.
    const { turnId } = await client.submit(id, { text: 'warm-up' });
    for await (const event of client.events(id)) if (event.type.startsWith('turn.') && event.type !== 'turn.queued' && event.type !== 'turn.started') break;
    const turn = await client.turn(id, turnId);
    if (turn.state !== 'completed') throw new Error(`the warm-up of ${agent} ended ${turn.state}: ${turn.error?.message}`);
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
    const { at, cpuMs, wrong, ...counts } = await done;
    if (wrong !== undefined) throw new Error(`the clients saw that ${wrong}`);
    return {
      ...counts,
      ms: Number(BigInt(at) - begun) / 1e6,
      daemonCpuMs: cpuMsOf(daemon.pid) - cpu,
      clientsCpuMs: cpuMs,
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
  const message = Promise.withResolvers<WatchReport>();
  const [text] = (await within(
    Promise.race([once(watchers, 'message'), once(watchers, 'exit').then(() => Promise.reject(new Error('the clients ended')))]),
    'the clients', 120_000,
  )) as [WatchReport];
  void message;
  if (text.type !== type) throw new Error(`the clients said ${text.type} instead of ${type}`);
  return text as Extract<WatchReport, { type: Type }>;
}

/** Processor time of a process so far: user and system, in hundredths of a second on Linux. */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
