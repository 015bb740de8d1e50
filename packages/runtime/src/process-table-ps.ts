// Processes by `ps`, for systems without /proc (macOS): slower, and start times only to the second, but the same proofs.

import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { markerName } from './marker.ts';
import type { LivingProcess, ProcessTable } from './process-table.ts';

const options = {
  encoding: 'utf8',
  env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
  maxBuffer: 256 * 1024 * 1024,
} as const;

// The command's last: it has spaces. `lstart` is five words, for example `Fri Nov 21 04:01:19 2025`.
const columns = 'pid=,pgid=,stat=,lstart=,command=';
const row = /^ *(\d+) +(\d+) +(\S+) +(\S+ +\S+ +\S+ +\S+ +\S+) +(.*)$/;

/** What the environment is printed with: after the command's arguments, separated by spaces. */
const withEnvironment = process.platform === 'darwin' ? ['-E', '-ww'] : ['eww'];

function parse(line: string): LivingProcess | undefined {
  const [, pid, group, state, start, command = ''] = row.exec(line) ?? [];
  if (pid === undefined || group === undefined || start === undefined || state?.startsWith('Z') === true)
    return undefined;
  const at = command.lastIndexOf(` ${markerName}=`);
  const marker = at < 0 ? undefined : command.slice(at + markerName.length + 2).split(' ', 1)[0];
  return {
    pid: Number(pid),
    startTime: start.replaceAll(/ +/g, ' '),
    leader: Number(group),
    ...(marker !== undefined && { marker }),
  };
}

function one(pid: number): LivingProcess | undefined {
  try {
    return parse(execFileSync('ps', [...withEnvironment, '-o', columns, '-p', String(pid)], options).trimEnd());
  } catch {
    // ps exits 1 when there is no such process.
    return undefined;
  }
}

export const psProcessTable: ProcessTable = {
  startTime: (pid) => one(pid)?.startTime,

  marker: (pid) => one(pid)?.marker,

  async living() {
    const all = process.platform === 'darwin' ? ['-A', ...withEnvironment] : ['axeww'];
    const { stdout } = await promisify(execFile)('ps', [...all, '-o', columns], options);
    return stdout.split('\n').flatMap((line) => parse(line) ?? []);
  },
};
