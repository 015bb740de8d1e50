// The port of the page: free, the daemon's own, or somebody else's.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, isIP } from 'node:net';
import { findingOf } from '@parley/schema';
import type { Config, DoctorPort, DoctorReport } from '@parley/schema';
import { isLoopback, isUnspecified } from './addresses.ts';
import type { Looked, World } from './world.ts';

/** Milliseconds for somebody on this machine to take a connection. */
const connectMs = 2000;

export async function lookAtPorts(
  world: World,
  { server: { host, port } }: Config,
  daemon: DoctorReport['daemon'],
): Promise<Looked<{ readonly ports: readonly DoctorPort[] }>> {
  const isHere = isIP(host) === 0 || isUnspecified(host) || isLoopback(host) || world.addresses.includes(host);
  if (!isHere) {
    const facts = { ports: [{ host, port, state: port === 0 ? 'any' : 'free' } as const] };
    return {
      facts,
      findings: [findingOf('host_not_here', `server.host is ${host}, which is no address of this machine.`)],
    };
  }
  if (port === 0) return { facts: { ports: [{ host, port, state: 'any' }] }, findings: [] };
  if (daemon.address !== undefined && new URL(daemon.address).port === String(port))
    return { facts: { ports: [{ host, port, state: 'parley' }] }, findings: [] };
  if (await answers(isUnspecified(host) ? '127.0.0.1' : host, port)) {
    const by = listenerOf(port);
    const who = by === undefined ? 'Another program' : `${by.command} (process ${by.pid})`;
    const facts = { ports: [{ host, port, state: 'taken' as const, ...(by === undefined ? {} : { by }) }] };
    return { facts, findings: [findingOf('port_taken', `${who} listens on port ${port}.`)] };
  }
  const ports = [{ host, port, state: 'free' as const }];
  if (port >= world.firstFreePort) return { facts: { ports }, findings: [] };
  return {
    facts: { ports },
    findings: [findingOf('port_privileged', `server.port is ${port}, which only root may listen on.`)],
  };
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectMs });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}

/** By /proc, for processes that we may look at; undefined elsewhere. */
function listenerOf(port: number): DoctorPort['by'] {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => inodesIn(table, port)));
  if (inodes.size === 0) return undefined;
  for (const name of namesIn('/proc').filter((each) => /^\d+$/.test(each))) {
    for (const descriptor of namesIn(`/proc/${name}/fd`)) {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(linkAt(`/proc/${name}/fd/${descriptor}`)) ?? [];
      if (inode !== undefined && inodes.has(inode))
        return { pid: Number(name), command: textOf(`/proc/${name}/comm`).trim() };
    }
  }
  return undefined;
}

/** "sl local_address rem_address st … inode": hexadecimal ports, state 0A is listening (proc(5)). */
function inodesIn(table: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return textOf(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${wanted}`) === true && fields[3] === '0A')
    .flatMap((fields) => fields[9] ?? []);
}

// What is not there, or not ours to see, tells nothing.
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
