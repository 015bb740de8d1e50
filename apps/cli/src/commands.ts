// All commands, in the order of the help. The code of a command is loaded when it is chosen.

import type { Command } from 'commander';
import type { Io } from './io.ts';

export interface Context {
  readonly io: Io;
  /** The exit code, where it is not 0. */
  readonly end: (code: number) => void;
}

export interface CommandModule {
  /** Adds arguments, options, help and action. */
  define(command: Command, context: Context): void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Not for people, so not in the help. */
  readonly hidden?: true;
  readonly load: () => Promise<CommandModule>;
}

export const commands: readonly CommandEntry[] = [
  { name: 'run', summary: 'give an agent a prompt and wait for its answer', load: () => import('./commands/run.ts') },
  {
    name: 'consult',
    summary: 'ask several agents the same and see what they agree on',
    load: () => import('./commands/consult.ts'),
  },
  { name: 'review', summary: 'let agents review a change', load: () => import('./commands/review.ts') },
  {
    name: 'second-opinion',
    summary: 'ask another agent what it thinks',
    load: () => import('./commands/second-opinion.ts'),
  },
  {
    name: 'consultations',
    summary: 'list, show, export and delete consultations',
    load: () => import('./commands/consultations.ts'),
  },
  { name: 'attach', summary: 'follow a session', load: () => import('./commands/attach.ts') },
  { name: 'steer', summary: 'send words into a running turn', load: () => import('./commands/steer.ts') },
  { name: 'fork', summary: 'go on with a copy of a conversation', load: () => import('./commands/fork.ts') },
  { name: 'queue', summary: 'see, order and edit what waits in a session', load: () => import('./commands/queue.ts') },
  { name: 'interrupt', summary: 'stop the running turn of a session', load: () => import('./commands/interrupt.ts') },
  { name: 'approvals', summary: 'see and answer what agents ask', load: () => import('./commands/approvals.ts') },
  { name: 'sessions', summary: 'list, show, rename and delete sessions', load: () => import('./commands/sessions.ts') },
  { name: 'log', summary: 'list and show what was asked', load: () => import('./commands/log.ts') },
  { name: 'ps', summary: 'list the processes of agents', load: () => import('./commands/ps.ts') },
  { name: 'agents', summary: 'list and install agents', load: () => import('./commands/agents.ts') },
  { name: 'models', summary: 'list the models that agents know', load: () => import('./commands/models.ts') },
  { name: 'serve', summary: 'run the daemon here and open the page', load: () => import('./commands/serve.ts') },
  { name: 'mcp', summary: 'serve MCP clients over stdio', load: () => import('./commands/mcp.ts') },
  { name: 'pair', summary: 'print a link that lets a browser in', load: () => import('./commands/pair.ts') },
  { name: 'daemon', summary: 'status, stop and logs of the daemon', load: () => import('./commands/daemon.ts') },
  { name: 'doctor', summary: 'find what is wrong, and how to mend it', load: () => import('./commands/doctor.ts') },
  { name: 'config', summary: 'show the configuration', load: () => import('./commands/config.ts') },
  { name: 'rehearsal', summary: 'run the offline model server', load: () => import('./commands/rehearsal.ts') },
  {
    name: 'adapter',
    summary: 'stand before an agent in its run and make lines of what is none',
    hidden: true,
    load: () => import('./commands/adapter.ts'),
  },
];

/** Made by the completion library itself: `completion` prints a shell's script, `complete` is what that script calls. */
export const completionCommands = { script: 'completion', request: 'complete' } as const;
