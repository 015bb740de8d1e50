// The tools of the legacy Kimi stand-in: what the persona may call, under the names and with the arguments of kimi 1.49.0, and what they do.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Tool, ToolCall } from '../conversation.ts';
import { objectOf, stringOf, type JsonObject } from '../shape.ts';

const text = { type: 'string' };
const tool = (name: string, names: readonly string[]): Tool => ({
  name,
  schema: { type: 'object', properties: Object.fromEntries(names.map((each) => [each, text])), required: names },
  freeform: false,
});

/** As the persona knows such tools; `kimiCall` gives them kimi's names. */
export const personaTools: readonly Tool[] = [
  tool('Shell', ['command']),
  tool('write_file', ['path', 'content']),
  tool('edit_file', ['path', 'old_string', 'new_string']),
  tool('read_file', ['path']),
  {
    name: 'update_plan',
    schema: { type: 'object', properties: { plan: { type: 'array' } }, required: ['plan'] },
    freeform: false,
  },
];

export interface KimiCall {
  readonly name: string;
  readonly input: JsonObject;
}

export function kimiCall({ name, input }: ToolCall): KimiCall {
  const given = objectOf(JSON.parse(input));
  switch (name) {
    case 'Shell':
      return { name: 'Shell', input: { command: given['command'] } };
    case 'write_file':
      return { name: 'WriteFile', input: { path: given['path'], content: given['content'] } };
    case 'edit_file': {
      const edit = { old: given['old_string'], new: given['new_string'], replace_all: true };
      return { name: 'StrReplaceFile', input: { path: given['path'], edit } };
    }
    case 'read_file':
      return { name: 'ReadFile', input: { path: given['path'] } };
    case 'update_plan':
      return { name: 'SetTodoList', input: { todos: listOf(given['plan']).map(todoOf) } };
    default:
      return { name, input: given };
  }
}

function todoOf(step: unknown): JsonObject {
  const { step: title, status } = objectOf(step);
  return { title, status: status === 'completed' ? 'done' : status };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What a tool must be allowed to do, in kimi's words; undefined for those that never ask. */
export interface Permission {
  readonly action: string;
  readonly description: string;
  readonly display: readonly JsonObject[];
}

export function permissionFor({ name, input }: KimiCall, cwd: string): Permission | undefined {
  const path = stringOf(input['path']);
  const isOutside = relative(cwd, resolve(cwd, path)).startsWith('..');
  const action = isOutside ? 'edit file outside of working directory' : 'edit file';
  switch (name) {
    case 'Shell': {
      const command = stringOf(input['command']);
      return {
        action: 'run command',
        description: `Run command \`${command}\``,
        display: [{ type: 'shell', language: 'bash', command }],
      };
    }
    case 'WriteFile':
      return { action, description: `Write file \`${path}\``, display: [writeDiff(input, cwd)] };
    case 'StrReplaceFile': {
      const edit = objectOf(input['edit']);
      const display = { type: 'diff', path: resolve(cwd, path), old_text: edit['old'], new_text: edit['new'] };
      return { action, description: `Edit file \`${path}\``, display: [display] };
    }
    default:
      return undefined;
  }
}

function writeDiff(input: JsonObject, cwd: string): JsonObject {
  const path = resolve(cwd, stringOf(input['path']));
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return { type: 'diff', path, old_text: before, new_text: stringOf(input['content']) };
}

/** A `return_value`: what the model gets, and what a person sees. */
export interface ToolReturn {
  readonly is_error: boolean;
  readonly output: string;
  readonly message: string;
  readonly display: readonly JsonObject[];
}

export function toolError(message: string): ToolReturn {
  return { is_error: true, output: '', message, display: [] };
}

/** Never rejects. An aborted command is killed with all that it started. */
export async function runTool(call: KimiCall, cwd: string, signal: AbortSignal): Promise<ToolReturn> {
  try {
    return await perform(call, cwd, signal);
  } catch (error) {
    return toolError(error instanceof Error ? error.message : String(error));
  }
}

async function perform({ name, input }: KimiCall, cwd: string, signal: AbortSignal): Promise<ToolReturn> {
  const path = resolve(cwd, stringOf(input['path']));
  const done = (message: string, output = '', display: readonly JsonObject[] = []): ToolReturn => ({
    is_error: false,
    output,
    message,
    display,
  });
  switch (name) {
    case 'Shell':
      return runShell(stringOf(input['command']), cwd, signal);
    case 'WriteFile': {
      const display = writeDiff(input, cwd);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, stringOf(input['content']));
      return done(`File successfully overwritten. Current size: ${stringOf(input['content']).length} bytes.`, '', [
        display,
      ]);
    }
    case 'StrReplaceFile': {
      const { old, new: now } = objectOf(input['edit']);
      const before = readFileSync(path, 'utf8');
      if (!before.includes(stringOf(old))) return toolError('No replacements were made. The old string was not found.');
      const after = before.replaceAll(stringOf(old), () => stringOf(now));
      writeFileSync(path, after);
      return done('File successfully edited.', '', [{ type: 'diff', path, old_text: before, new_text: after }]);
    }
    case 'ReadFile':
      return done('File read.', readFileSync(path, 'utf8'));
    case 'SetTodoList':
      return done('Todo list updated', '', [{ type: 'todo', items: input['todos'] }]);
    default:
      return toolError(`Tool \`${name}\` not found`);
  }
}

function runShell(command: string, cwd: string, signal: AbortSignal): Promise<ToolReturn> {
  return new Promise((finish) => {
    // A group of its own, so that it can be killed with its children.
    const child = spawn('/bin/sh', ['-c', command], { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const add = (piece: string): void => void (output += piece);
    child.stdout.setEncoding('utf8').on('data', add);
    child.stderr.setEncoding('utf8').on('data', add);
    const kill = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    signal.addEventListener('abort', kill, { once: true });
    process.once('exit', kill);
    child.on('error', (error) => finish(toolError(error.message)));
    child.on('close', (code) => {
      process.off('exit', kill);
      signal.removeEventListener('abort', kill);
      const isGood = code === 0;
      const message = isGood
        ? 'Command executed successfully.'
        : code === null
          ? 'Command killed.'
          : `Command failed with exit code: ${code}.`;
      finish({ is_error: !isGood, output, message, display: [] });
    });
    if (signal.aborted) kill();
  });
}
