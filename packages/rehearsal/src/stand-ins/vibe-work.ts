// What a scripted stand-in does with a prompt: the persona's small tasks, done by itself instead of by an agent's tools. Also for grok-*.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { appendCommand, quote } from '../shell-words.ts';
import type { Task } from '../task.ts';
import { understand } from '../tasks.ts';
import { cannot, essay, thoughts, WHAT_IT_CAN } from '../words.ts';

/** One thing to do: by a tool, or in words. */
export type Deed =
  | { readonly kind: 'shell'; readonly command: string }
  | { readonly kind: 'write'; readonly path: string; readonly content: string }
  | { readonly kind: 'edit'; readonly path: string; readonly from: string; readonly to: string }
  | { readonly kind: 'read'; readonly path: string }
  | { readonly kind: 'think'; readonly text: string }
  | { readonly kind: 'say'; readonly text: string }
  /** `fail: words`: the model server answers with these. */
  | { readonly kind: 'fail'; readonly words: string };

export type ToolDeed = Extract<Deed, { kind: 'shell' | 'write' | 'edit' | 'read' }>;

export interface DeedResult {
  readonly ok: boolean;
  readonly output: string;
  readonly exitCode?: number;
}

export function deedsOf(prompt: string): readonly Deed[] {
  const words = /^fail: ([\s\S]+)$/.exec(prompt.trim())?.[1];
  if (words !== undefined) return [{ kind: 'fail', words }];
  const understood = understand(prompt);
  return understood.kind === 'unknown'
    ? [{ kind: 'say', text: cannot(understood.part) }]
    : understood.tasks.map(deedOf);
}

function deedOf(task: Task): Deed {
  const shell = (command: string): Deed => ({ kind: 'shell', command });
  switch (task.kind) {
    case 'write':
    case 'read':
      return task;
    case 'replace':
      return { ...task, kind: 'edit' };
    case 'append':
      return shell(appendCommand(task.path, task.content));
    case 'folder':
      return shell(`mkdir -p -- ${quote(task.path)}`);
    case 'delete':
      return shell(`rm -- ${quote(task.path)}`);
    case 'list':
      return shell(task.path === undefined ? 'ls -la' : `ls -la -- ${quote(task.path)}`);
    case 'run':
      return shell(task.command);
    case 'think':
      return { kind: 'think', text: thoughts(task.about) };
    case 'say':
      return task;
    case 'essay':
      return { kind: 'say', text: essay(task.about, task.words) };
    case 'introduce':
      return { kind: 'say', text: WHAT_IT_CAN };
  }
}

/** Really does it, in `cwd`. Never rejects. */
export async function perform(deed: ToolDeed, cwd: string): Promise<DeedResult> {
  try {
    switch (deed.kind) {
      case 'shell':
        return await shell(deed.command, cwd);
      case 'write': {
        const path = resolve(cwd, deed.path);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, deed.content);
        return { ok: true, output: `Wrote ${deed.path}` };
      }
      case 'edit': {
        const path = resolve(cwd, deed.path);
        const text = readFileSync(path, 'utf8');
        if (!text.includes(deed.from)) return { ok: false, output: 'String to replace not found in file.' };
        writeFileSync(path, text.replaceAll(deed.from, deed.to));
        return { ok: true, output: 'The file has been updated successfully.' };
      }
      case 'read':
        return { ok: true, output: readFileSync(resolve(cwd, deed.path), 'utf8') };
    }
  } catch (error) {
    return { ok: false, output: error instanceof Error ? error.message : String(error) };
  }
}

function shell(command: string, cwd: string): Promise<DeedResult> {
  return new Promise((done) => {
    const child = spawn('/bin/sh', ['-c', command], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', (error) => done({ ok: false, output: error.message }));
    child.once('close', (code) => done({ ok: code === 0, output, exitCode: code ?? 1 }));
  });
}

/** What the agent says when a deed is done. */
export function reportOf(deed: ToolDeed, { ok, output }: DeedResult): string {
  const said = output.trim() === '' ? '' : `\n\n${output.trim()}`;
  const what = deed.kind === 'shell' ? `the command \`${deed.command}\`` : `${deed.kind} \`${deed.path}\``;
  return `${ok ? 'Done' : 'That failed'}: ${what}.${said}`;
}
