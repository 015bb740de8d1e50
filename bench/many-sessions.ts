// 200 sessions that all stream at once, and 50 people who watch: how old is an event when it comes?

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { SessionId } from '@parley/schema';
import { inRoot } from '../scripts/lib/root.mjs';
import { agentScript, PacedAgent } from './many-sessions/agents.ts';
import type { Delays, FollowOrder, FollowReport } from './many-sessions/followers.ts';
import { Daemon, Sandbox, within } from './sandbox.ts';
import type { Section } from './section.ts';
import { show } from './statistics.ts';

const sessionCount = 200;
const followerCount = 50;
/** A model's usual pace. */
const deltasPerSecond = 20;
const seconds = 10;
const aimMs = 100;

interface Row {
  readonly name: string;
  readonly measured: Extract<FollowReport, { type: 'measured' }>;
}

export async function manySessions(): Promise<Section> {
  const sandbox = new Sandbox('many');
  const command = sandbox.program('codex', agentScript);
  sandbox.configure(
    `[agents.codex]\ncommand = ${JSON.stringify(command)}\nmodel_url = "http://127.0.0.1:9/v1"\n[runs]\nmax_processes = ${sessionCount}\n`,
  );
  const daemon = await Daemon.start(sandbox);
  const agents = Array.from({ length: sessionCount }, (_, n) => new PacedAgent(sandbox.root, `pipe-${n}`));
  try {
    const ids: SessionId[] = [];
    for (const agent of agents) {
      const { id } = await daemon.client.createSession({ agent: 'codex', cwd: sandbox.work, policy: 'full' });
      ids.push(id);
      await daemon.client.submit(id, { text: agent.pipe });
      await within(agent.begin(), 'an agent to begin');
    }
    const rows: Row[] = [];
    for (const followed of [4, 40]) {
      // All sessions are watched, each by as many people.
      const sessions = Array.from({ length: followerCount }, (_, n) =>
        Array.from({ length: followed }, (_each, place) => ids[(n * followed + place) % sessionCount] ?? ''),
      );
      const name = `each client follows ${followed} sessions, each session has ${(followerCount * followed) / sessionCount}`;
      rows.push({ name, measured: await measure(sandbox.socket, agents, sessions) });
    }
    return sectionOf(rows);
  } finally {
    for (const agent of agents) await agent.end();
    await daemon.stop();
    sandbox.remove();
  }
}

async function measure(
  socket: string,
  agents: readonly PacedAgent[],
  sessions: readonly (readonly string[])[],
): Promise<Row['measured']> {
  const followers = fork(inRoot('bench', 'many-sessions', 'followers.ts'), { execArgv: ['--conditions=source'] });
  const order = (what: FollowOrder): boolean => followers.send(what);
  try {
    order({ do: 'follow', socket, sessions });
    await report(followers, 'following');
    // The first second warms up and is not counted.
    await stream(agents, 1);
    order({ do: 'measure' });
    await stream(agents, seconds);
    order({ do: 'tell' });
    return await report(followers, 'measured');
  } finally {
    followers.kill();
  }
}

/** All agents speak at their pace, evenly spread over time. */
async function stream(agents: readonly PacedAgent[], forSeconds: number): Promise<void> {
  const all = forSeconds * deltasPerSecond * agents.length;
  const begun = performance.now();
  let said = 0;
  while (said < all) {
    const due = Math.min(all, Math.floor(((performance.now() - begun) / 1000) * deltasPerSecond * agents.length));
    for (; said < due; said++) agents[said % agents.length]?.speak();
    await new Promise((resolve) => void setTimeout(resolve, 2));
  }
}

async function report<Type extends FollowReport['type']>(
  followers: ChildProcess,
  type: Type,
): Promise<Extract<FollowReport, { type: Type }>> {
  const ended = once(followers, 'exit').then(() => Promise.reject(new Error('the followers ended')));
  const [said] = (await within(Promise.race([once(followers, 'message'), ended]), 'the followers')) as [FollowReport];
  if (said.type !== type) throw new Error(`the followers said ${said.type} instead of ${type}`);
  return said as Extract<FollowReport, { type: Type }>;
}

function sectionOf(rows: readonly Row[]): Section {
  const cells = ({ median, p99, longest }: Delays): readonly string[] => [
    show(median, 1),
    show(p99, 1),
    show(longest, 1),
  ];
  return {
    title: `${sessionCount} sessions, ${followerCount} subscribers`,
    measures:
      `${sessionCount} agents stream at once, ${deltasPerSecond} deltas a second each, for ${seconds} s, through the whole daemon: spool, driver, engine, ` +
      `SQLite, WebSocket. ${followerCount} clients in one other process, each on a connection of its own. Milliseconds from the daemon's own stamp on the ` +
      'event, right before its commit, to the client that has it; and from the line that the agent prints.',
    aim: `p99 from commit to client < ${aimMs} ms`,
    met: rows.every(({ measured }) => measured.sinceCommit.p99 < aimMs),
    head: [
      '',
      'events/s delivered',
      'commit → client: median',
      'p99',
      'longest',
      'print → client: median',
      'p99',
      'longest',
    ],
    rows: rows.map(({ name, measured }) => [
      name,
      show(Math.round(measured.events / seconds)),
      ...cells(measured.sinceCommit),
      ...cells(measured.sincePrint),
    ]),
    notes: rows.some(({ measured }) => measured.lagged > 0)
      ? [
          `Clients were too slow and had to read again ${rows.reduce((sum, { measured }) => sum + measured.lagged, 0)} times.`,
        ]
      : [],
  };
}
