// What it takes to do a job with whichever tool the agent has: the fitting tools, best first, and arguments for each of them.
import type { Tool } from './conversation.ts';
import { addFilePatch } from './patch.ts';
import { quote, replaceCommand, writeCommand } from './shell-words.ts';
import { findTool, type Arguments, type ToolKind } from './tools.ts';

export interface Job {
  readonly kinds: readonly ToolKind[];
  readonly given: Arguments;
}

/** A file ends with a newline, whoever writes it; only an empty one stays empty. */
export function writing(path: string, content: string): Job {
  const isEmpty = content === '';
  return {
    // apply_patch cannot add an empty file.
    kinds: isEmpty ? ['write', 'shell'] : ['write', 'patch', 'shell'],
    given: {
      path,
      content: isEmpty || content.endsWith('\n') ? content : `${content}\n`,
      ...(!isEmpty && { patch: addFilePatch(path, content) }),
      command: writeCommand(path, content.replace(/\n$/, '')),
      why: 'Write the file that was asked for',
    },
  };
}

export function editing(path: string, from: string, to: string): Job {
  return {
    kinds: ['edit', 'shell'],
    given: { path, from, to, command: replaceCommand(path, from, to), why: 'Edit the file as asked' },
  };
}

export function reading(path: string): Job {
  return {
    kinds: ['read', 'shell'],
    given: { path, command: `cat -- ${quote(path)}`, why: 'Read the file that was asked for' },
  };
}

export function running(command: string, why: string, outsideSandbox = false): Job {
  return { kinds: ['shell'], given: { command, why, outsideSandbox } };
}

export function patching(patch: string): Job {
  return { kinds: ['patch'], given: { patch } };
}

export function toolFor(job: Job, tools: readonly Tool[]): Tool | undefined {
  for (const kind of job.kinds) {
    const tool = findTool(tools, kind);
    if (tool !== undefined) return tool;
  }
  return undefined;
}
