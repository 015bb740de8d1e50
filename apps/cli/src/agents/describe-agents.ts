// Agents as text: all in a table, or one with all that is known of it.

import type { AgentBackend, AgentView } from '@parley/schema';
import { showTable } from '../table.ts';
import { plainLine } from '../terminal/plain-text.ts';

/** Installed ones first, those with something to look at among them; the others come last and short. */
export function listOfAgents(agents: readonly AgentView[], width: number): string {
  // Long addresses must leave room for the state.
  const serverWidth = Math.max(16, Math.floor(width / 4));
  const rows = [...agents.filter(isHere), ...agents.filter((agent) => !isHere(agent))].map((agent) =>
    agent.installed
      ? [agent.name, versionOf(agent), plainLine(serverOf(agent.backend), serverWidth), stateOf(agent)]
      : [agent.name, '-', '-', agent.problem ?? `not installed: ${howToInstall(agent)}`],
  );
  return showTable(['AGENT', 'VERSION', 'MODEL SERVER', 'STATE'], rows, width);
}

/** One fact a line. */
export function describeAgent(agent: AgentView): string {
  const { name, title, path, provenVersion, backend, login, loginHint, modes, capabilities, problem } = agent;
  const { steer, ...can } = capabilities;
  const named = (wanted: boolean): string =>
    Object.entries(can)
      .flatMap(([what, has]) => (has === wanted ? [what] : []))
      .join(', ');
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['agent', name],
    ['title', title],
    ['problem', problem],
    ['path', agent.installed ? path : 'not installed'],
    ['version', agent.installed ? versionOf(agent) : undefined],
    ['proven on', provenVersion],
    ['install', agent.installed && !isOther(agent) ? undefined : howToInstall(agent)],
    // An agent of several programs may have both: one from npm, and one that Parley cannot bring.
    ['or', agent.installed || agent.installable === undefined ? undefined : agent.installHint],
    ['model server', serverOf(backend)],
    ['login', login ?? 'none that Parley can see'],
    ['log in', loginHint],
    ['modes', modes.join(', ')],
    ...Object.entries(agent.options ?? {}).map(
      ([mode, names]) => [modes.length > 1 ? `own (${mode})` : 'own options', names.join(', ')] as const,
    ),
    ['steer', steer],
    ['can', named(true)],
    ['cannot', named(false)],
  ];
  return facts
    .flatMap(([fact, value]) =>
      value === undefined || value === '' ? [] : [`${fact.padEnd(14)}${plainLine(value)}\n`],
    )
    .join('');
}

/** Whether it is another version than the one that Parley was proven on; some drivers were proven on a protocol, not on a version. */
function isOther({ version, provenVersion }: AgentView): boolean {
  return version !== undefined && /^\d/.test(provenVersion) && version !== provenVersion;
}

function isHere({ installed }: AgentView): boolean {
  return installed;
}

function versionOf({ version = 'unknown', dialect }: AgentView): string {
  return dialect === undefined ? version : `${version} (${dialect})`;
}

function serverOf({ kind, detail }: AgentBackend): string {
  return kind === 'rehearsal' ? 'rehearsal (offline)' : `${kind} (${detail})`;
}

function stateOf(agent: AgentView): string {
  const { problem, backend, login, loginHint, provenVersion } = agent;
  if (problem !== undefined) return problem;
  return [
    'ready',
    ...(isOther(agent) ? [`proven on ${provenVersion}`] : []),
    ...(login !== undefined && backend.kind !== 'login' ? [`logged in (${login})`] : []),
    ...(backend.kind === 'rehearsal' ? [`no key or login: ${loginHint}`] : []),
  ].join('; ');
}

function howToInstall({ name, installable, installHint = '' }: AgentView): string {
  return installable === undefined
    ? installHint
    : `parley agents install ${name} (${installable.package} ${installable.version})`;
}
