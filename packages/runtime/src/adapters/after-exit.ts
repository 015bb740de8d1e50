// What an agent leaves on disk, as a line: the program runs as if nothing stood before it, and when it has ended, the newest file that
// it wrote below a folder is printed after its own output.

import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { readArguments } from './arguments.ts';
import { exitCode, startChild } from './child.ts';
import { jsonOf } from './http-events.ts';
import { tell } from './io.ts';
import type { AdapterIo } from './io.ts';

const flags = ['--home', '--home-env', '--newest', '--file', '--cwd-field', '--grace-ms'];
const maxFileBytes = 8 * 1024 * 1024;
/** Folders below the named one in which the file is looked for: `<folder>/<session>/meta.json` needs one. */
const maxDepth = 3;

/**
 * `[--home folder] [--home-env NAME] --newest folder --file meta.json [--cwd-field environment.working_directory] [--grace-ms 3000] --
 * command…`. `--newest` is taken from `--home`, or from the folder in the variable that `--home-env` names, where it is set; each may begin
 * with `~/`. With `--cwd-field` only files count whose field (names joined by dots) is this run's folder, so that of several runs at once
 * each finds its own.
 *
 * Resolves, when the command has ended, to the exit code for this process. Throws `ParleyError` for wrong arguments.
 */
export async function runAfterExitAdapter(argv: readonly string[], io: AdapterIo): Promise<number> {
  const { command, value } = readArguments(argv, flags);
  const startedAt = Date.now();
  // stdout is passed through here, not inherited, so that the file's line comes on a line of its own.
  const child = startChild(command, io, {
    stdio: ['pipe', 'pipe', 'pipe'],
    graceMs: Number(value('--grace-ms') ?? 3000),
  });
  const releaseSignals = io.onSignal(() => child.end());
  const { stdin, stdout, stderr } = child.process;
  // A program that ends before it has read its input is no error of ours.
  stdin?.on('error', () => io.stdin.unpipe());
  if (stdin !== null) io.stdin.pipe(stdin);
  stderr?.pipe(io.stderr, { end: false });
  let last = 10;
  stdout?.on('data', (chunk: Buffer) => (last = chunk.at(-1) ?? last));
  const drained = Promise.withResolvers<void>();
  stdout?.once('end', drained.resolve).pipe(io.stdout, { end: false });

  const exit = await child.exited;
  releaseSignals();
  io.stdin.destroy();
  // What it left running may hold its stdout: that must not keep us.
  const patience = setTimeout(drained.resolve, 500);
  await drained.promise;
  clearTimeout(patience);
  stdout?.unpipe();
  if (last !== 10) io.stdout.write('\n');

  const folder = value('--newest');
  const name = value('--file');
  if (folder !== undefined && name !== undefined) {
    const home = io.env[value('--home-env') ?? ''] || (value('--home') ?? '');
    const from = resolve(io.cwd, expanded(home, io), expanded(folder, io));
    const found = await newestFile(from, name, startedAt, await ownFolder(value('--cwd-field'), io.cwd));
    if (found !== undefined) await tell(io, JSON.stringify({ adapter: 'file', ...found }));
  }
  return exitCode(exit);
}

function expanded(folder: string, io: AdapterIo): string {
  return folder.startsWith('~/') ? join(io.env['HOME'] ?? homedir(), folder.slice(2)) : folder;
}

interface Wanted {
  readonly field: readonly string[];
  readonly folders: readonly string[];
}

async function ownFolder(field: string | undefined, cwd: string): Promise<Wanted | undefined> {
  return field === undefined
    ? undefined
    : { field: field.split('.'), folders: [cwd, await realpath(cwd).catch(() => cwd)] };
}

async function newestFile(
  folder: string,
  name: string,
  since: number,
  wanted: Wanted | undefined,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  const written: { readonly path: string; readonly at: number }[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile() || entry.name !== name) continue;
    const path = join(entry.parentPath, name);
    if (path.slice(folder.length).split(/[/\\]/).length - 2 > maxDepth) continue;
    const facts = await stat(path).catch(() => undefined); // Other runs come and go in there.
    // File systems round their times: some to whole seconds.
    if (facts !== undefined && facts.mtimeMs >= since - 1000 && facts.size <= maxFileBytes)
      written.push({ path, at: facts.mtimeMs });
  }
  for (const { path } of written.toSorted((a, b) => b.at - a.at)) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    if (wanted === undefined || wanted.folders.includes(fieldOf(text, wanted.field))) return { path, text };
  }
  return undefined;
}

/** The text in a field of a JSON file; empty when there is none. */
function fieldOf(text: string, names: readonly string[]): string {
  let value = jsonOf(text)?.value;
  for (const name of names) {
    const holder: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
    value = holder[name];
  }
  return typeof value === 'string' ? value : '';
}
