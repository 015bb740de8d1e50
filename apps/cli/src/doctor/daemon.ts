// The daemon of this state directory: whether it lives, answers, is of this version, and what runs without one.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { processesOf } from '@parley/daemon/inspect';
import type { Client } from '@parley/client';
import { findDaemon } from '@parley/client/node';
import { DaemonViewSchema, findingOf, ParleyError } from '@parley/schema';
import type { DaemonView, DoctorFinding, DoctorReport } from '@parley/schema';
import type { Looked, World } from './world.ts';

export interface DaemonFacts {
  readonly daemon: DoctorReport['daemon'];
  readonly leftRunning: readonly number[];
  /** Of a daemon that answers. */
  readonly client?: Client;
}

export async function lookAtDaemon(world: World): Promise<Looked<DaemonFacts>> {
  const { places, version } = world;
  const client = await findDaemon(places);
  if (client === undefined) return withoutDaemon(world);
  const answered = await within(
    world.patienceMs,
    // What is refused in words that no Parley daemon uses is read as an answer of somebody else.
    client.daemon().catch((error: unknown) => (ParleyError.is(error) && error.code === 'internal' ? null : undefined)),
  );
  const none = { daemon: { running: false }, leftRunning: [] };
  const pid = ownerOf(places.stateDir);
  // A daemon has written itself down before it listens.
  if (answered === undefined && pid !== undefined) {
    const message = `The daemon (process ${pid}) did not answer within ${world.patienceMs / 1000} s.`;
    return { facts: none, findings: [findingOf('daemon_silent', message, { pid: `${pid}` })] };
  }
  const view = DaemonViewSchema.safeParse(answered);
  if (!view.success) {
    const message = `What listens on ${places.socket} does not answer as a Parley daemon.`;
    return { facts: none, findings: [findingOf('daemon_foreign', message, { socket: places.socket })] };
  }
  const { version: its, address, sessions, workingTurns } = view.data;
  const daemon = {
    running: true,
    pid: view.data.pid,
    version: its,
    ...(address !== undefined && { address }),
    sessions,
    workingTurns,
  };
  const findings: DoctorFinding[] = [];
  if (its !== version)
    findings.push(findingOf('daemon_other_version', `The daemon is of version ${its}, this command of ${version}.`));
  findings.push(...ageFindings(view.data, places.configFile));
  return { facts: { daemon, leftRunning: [], client }, findings };
}

async function withoutDaemon({ places }: World): Promise<Looked<DaemonFacts>> {
  const findings: DoctorFinding[] = [];
  const owner = ownerOf(places.stateDir);
  if (owner !== undefined) {
    const message = `The daemon (process ${owner}) lives, but nobody listens on ${places.socket}.`;
    findings.push(findingOf('daemon_silent', message, { pid: `${owner}` }));
  } else if (existsSync(places.socket)) {
    findings.push(findingOf('socket_stale', `Nobody listens on ${places.socket}.`));
  }
  const leftRunning = owner === undefined ? await processesOf(places.stateDir) : [];
  if (leftRunning.length > 0)
    findings.push(findingOf('processes_left', `Without a daemon run the processes ${leftRunning.join(', ')}.`));
  return { facts: { daemon: { running: false }, leftRunning }, findings };
}

function ageFindings({ startedAt }: DaemonView, file: string): readonly DoctorFinding[] {
  const changed = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return changed !== undefined && changed > startedAt
    ? [findingOf('config_not_in_force', `${file} was changed after the daemon had started.`)]
    : [];
}

/**
 * The living process that has the state directory. By what it has written down beside the lock: trying the lock itself would make its file,
 * and keep a daemon that starts at this moment from it.
 */
function ownerOf(stateDir: string): number | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(join(stateDir, 'lock-owner.json'), 'utf8'));
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || !('startTime' in owner)) return undefined;
    const { pid, startTime } = owner;
    return typeof pid === 'number' && startTimeOf(pid) === startTime ? pid : undefined;
  } catch {
    return undefined; // No file, or none that says who: nobody.
  }
}

/** As packages/store/src/lock.ts writes it; undefined when there is no such process. */
function startTimeOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return '';
  }
}

/** Undefined when it takes longer. */
async function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), milliseconds)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
