// `parley sessions`: list, show, rename, delete.

import type { Command } from 'commander';
import type { Session, Turn } from '@parley/schema';
import type { Context } from '../commands.ts';
import { showAge } from '../duration.ts';
import { examples } from '../examples.ts';
import { findSession } from '../find-session.ts';
import type { Io } from '../io.ts';
import { openClient } from '../open-client.ts';
import { showTable } from '../table.ts';
import { plainLine } from '../terminal/plain-text.ts';

export function define(command: Command, { io }: Context): void {
  command
    .description('List the sessions, newest first.')
    .option('-a, --agent <agent>', 'only those of this agent')
    .option('--here', 'only those of the current folder')
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      examples(
        ['parley sessions --here', 'those of the current folder'],
        ['parley sessions show 9T3V', 'one of them, by the end of its id'],
        ["parley sessions rename 9T3V 'Build times'", 'a better title'],
      ),
    )
    .action(async ({ agent, here, json }: { readonly agent?: string; readonly here?: true; readonly json?: true }) => {
      const sessions = (await (await openClient(io)).sessions())
        .filter((one) => (agent === undefined || one.agent === agent) && (here !== true || one.cwd === io.cwd))
        .sort((a, b) => b.updatedAt - a.updatedAt);
      if (json === true) return void io.stdout.write(`${JSON.stringify({ sessions })}\n`);
      if (sessions.length === 0) return void io.stdout.write('no sessions\n');
      io.stdout.write(listOf(sessions, io));
    });

  command
    .command('show')
    .description('Show one session and its turns.')
    .argument('<session>', 'its id, or the end of it')
    .option('--json', 'print {"session","turns"} as JSON')
    .action(async (given: string, { json }: { readonly json?: true }) => {
      const client = await openClient(io);
      const id = await findSession(client, given);
      const [session, turns] = await Promise.all([client.session(id), client.turns(id)]);
      io.stdout.write(json === true ? `${JSON.stringify({ session, turns })}\n` : details(session, turns));
    });

  command
    .command('rename')
    .description('Give a session another title.')
    .argument('<session>', 'its id, or the end of it')
    .argument('<title...>')
    .action(async (given: string, words: readonly string[]) => {
      const client = await openClient(io);
      const { id, title } = await client.updateSession(await findSession(client, given), { title: words.join(' ') });
      io.stdout.write(`${id} ${plainLine(title)}\n`);
    });

  command
    .command('delete')
    .description("End what runs in a session and forget it. The agent's own record of the conversation stays.")
    .argument('<session>', 'its id, or the end of it')
    .action(async (given: string) => {
      const client = await openClient(io);
      const id = await findSession(client, given);
      await client.deleteSession(id);
      io.stdout.write(`deleted ${id}\n`);
    });
}

function listOf(sessions: readonly Session[], io: Io): string {
  const home = io.env['HOME'] ?? '';
  const rows = sessions.map(({ id, agent, state, updatedAt, title, cwd }) => [
    id,
    agent,
    state,
    showAge(updatedAt, Date.now()),
    home !== '' && cwd.startsWith(`${home}/`) ? `~${cwd.slice(home.length)}` : cwd,
    title,
  ]);
  return showTable(
    ['ID', 'AGENT', 'STATE', 'AGE', 'FOLDER', 'TITLE'],
    rows,
    io.stdoutIsTerminal ? io.columns : Infinity,
  );
}

function details(session: Session, turns: readonly Turn[]): string {
  const { id, agent, mode, title, cwd, state, policy, model, backend, threadId, queue, pendingApprovals, limits } =
    session;
  const { profile, effort, variant, personality, addedFolders = [], forkOf } = session;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['id', id],
    ['title', title],
    ['agent', `${agent} (${mode})`],
    ['profile', profile],
    ['folder', cwd],
    ...addedFolders.map((folder) => ['added folder', folder] as const),
    ['state', state],
    ['policy', policy],
    ['model', model],
    ['effort', effort],
    ['variant', variant],
    ['personality', personality],
    ['model server', `${backend.kind} (${backend.detail})`],
    ["agent's id", threadId],
    ['fork of', forkOf?.sessionId ?? forkOf?.threadId],
    ['queued', queue.length === 0 ? undefined : `${queue.length}`],
    ['approvals', pendingApprovals === 0 ? undefined : `${pendingApprovals} waiting`],
    ...limits.map((limit) => ['limit', limit] as const),
  ];
  const known = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(14)}${plainLine(value)}\n`],
  );
  const rows = turns.map(({ id: turnId, state: turnState, queuedAt, text }) => [
    turnId,
    turnState,
    showAge(queuedAt, Date.now()),
    plainLine(text, 80),
  ]);
  return `${known.join('')}${rows.length === 0 ? '' : `\n${showTable(['TURN', 'STATE', 'AGE', 'PROMPT'], rows)}`}`;
}
