// The report for people: what is here, then what is wrong, each with what mends it.

import type { DoctorAgent, DoctorReport } from '@parley/schema';
import { showTable } from '../table.ts';
import { plainLine } from '../terminal/plain-text.ts';

/** Ends with a newline. */
export function describeReport(report: DoctorReport, width: number): string {
  const { findings, ok } = report;
  const problems = findings.filter(({ severity }) => severity === 'problem').length;
  const warnings = findings.length - problems;
  return [
    factsOf(report),
    '\n',
    showTable(['AGENT', 'VERSION', 'MODEL SERVER', 'STATE'], report.agents.map(rowOf), width),
    ...findings.map(
      ({ severity, code, message, fix }) => `\n${severity} ${code}\n  ${plainLine(message)}\n  $ ${plainLine(fix)}\n`,
    ),
    `\n${ok ? 'ok' : 'not ok'}: ${countOf(problems, 'problem')}, ${countOf(warnings, 'warning')}\n`,
  ].join('');
}

function factsOf(report: DoctorReport): string {
  const { version, system, configuration, state, ports, exposure, clients, disks } = report;
  const here = clients.filter(({ found }) => found);
  const facts: readonly (readonly [string, string])[] = [
    ['parley', `${version}, Node ${system.node}, ${system.platform} ${system.arch}${system.root ? ', as root' : ''}`],
    ['config', `${configuration.file}${configuration.exists ? '' : ' (none: defaults)'}`],
    ['state', `${state.directory}${state.exists ? ` (${state.mode ?? ''})` : ' (not made yet)'}`],
    ['daemon', daemonOf(report)],
    ...ports.map(({ host, port, state: is }) => ['port', `${host}:${port} ${is}`] as const),
    ['exposure', `${exposure.mode}${exposure.publicUrls.map((url) => ` ${url}`).join('')}`],
    ['clients', here.map(({ name, parley }) => `${name} (${parley})`).join(', ') || 'none found'],
    [
      'disk',
      disks.map(({ folder, freeBytes }) => `${Math.round(freeBytes / 2 ** 20)} MB free at ${folder}`).join(', '),
    ],
  ];
  return facts.map(([name, value]) => `${name.padEnd(10)}${plainLine(value)}\n`).join('');
}

function daemonOf({ daemon }: DoctorReport): string {
  if (!daemon.running) return 'none runs; the next command starts one';
  return `process ${daemon.pid ?? ''}, ${daemon.version ?? ''}, ${countOf(daemon.sessions ?? 0, 'session')}, ${countOf(daemon.workingTurns ?? 0, 'working turn')}`;
}

function rowOf({ name, installed, version, backend, usable, problem }: DoctorAgent): readonly string[] {
  if (!installed) return [name, '-', '-', problem ?? 'not installed'];
  const server = backend.kind === 'rehearsal' ? 'rehearsal (offline)' : `${backend.kind} (${backend.detail})`;
  return [name, version ?? 'unknown', server, problem ?? (usable ? 'usable' : 'no key or login')];
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
