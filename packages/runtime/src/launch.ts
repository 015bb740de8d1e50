// Starting a run: spool first, then the wrapper as leader of a session of its own, then the record that proves it later.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { ParleyError } from '@parley/schema';
import type { RunRecord, RunRequest } from '@parley/schema';
import { markerName, markerOf } from './marker.ts';
import type { Settings } from './options.ts';
import type { ProcessTable } from './process-table.ts';
import { findProgram } from './program.ts';
import { makeSpool, writeFiles } from './spool.ts';
import type { SpoolPaths } from './spool.ts';
import { wrapperScript } from './wrapper.ts';

export interface Launched {
  readonly record: RunRecord;
  readonly child: ChildProcess;
}

/** Throws `folder_missing`, `agent_not_installed`, `agent_start_failed`; then nothing is left behind. */
export async function launchProcess(request: RunRequest, settings: Settings, table: ProcessTable): Promise<Launched> {
  if (process.platform === 'win32')
    throw new ParleyError('agent_start_failed', 'Durable runs need FIFOs, which Windows does not have: use WSL.');
  if (fs.statSync(request.cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ParleyError('folder_missing', `There is no folder ${request.cwd}.`);
  }
  const [name, ...args] = request.argv;
  const program = findProgram(name, { searchPath: request.env['PATH'], cwd: request.cwd });

  const directory = path.join(settings.directory, request.runId);
  const paths = makeSpool(directory);
  try {
    writeFiles(paths, request.files ?? []);
    const marker = markerOf(settings.instance, request.runId);
    const child = await spawnWrapper(paths, {
      argv: ['-c', wrapperScript, directory, ownTool('cat'), ownTool('mkfifo'), program, ...args],
      env: { ...request.env, [markerName]: marker },
      cwd: request.cwd,
    });
    const { pid } = child;
    const startTime = pid === undefined ? undefined : table.startTime(pid);
    if (pid === undefined || startTime === undefined) {
      throw new ParleyError('agent_start_failed', `The process of ${name} was gone before it could be recorded.`);
    }
    return { record: { runId: request.runId, pid, startTime, marker, directory }, child };
  } catch (error) {
    fs.rmSync(directory, { recursive: true, force: true });
    throw ParleyError.is(error)
      ? error
      : new ParleyError('agent_start_failed', `Cannot start ${name}: ${String(error)}`, undefined, { cause: error });
  }
}

interface Spawn {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

async function spawnWrapper(paths: SpoolPaths, { argv, env, cwd }: Spawn): Promise<ChildProcess> {
  const stdout = fs.openSync(paths.stdout, 'a');
  const stderr = fs.openSync(paths.stderr, 'a');
  try {
    const child = spawn('/bin/sh', argv, { env, cwd, detached: true, stdio: ['ignore', stdout, stderr] });
    // Without a pid it was not started, and the reason follows as an event.
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    child.unref();
    return child;
  } finally {
    fs.closeSync(stdout);
    fs.closeSync(stderr);
  }
}

const ownTools = new Map<string, string>();

/** A program that the wrapper needs, found by our own PATH: the agent's environment may have none, or another. */
function ownTool(name: string): string {
  const known =
    ownTools.get(name) ?? findProgram(name, { searchPath: `${process.env['PATH'] ?? ''}:/usr/bin:/bin`, cwd: '/' });
  ownTools.set(name, known);
  return known;
}
