// The agents: here, in which version, and whether each has a model server of its own. Asked of the daemon when one runs, because its
// environment is what counts; else found the way it would find them.

import { viewAgents } from '@parley/daemon/inspect';
import type { Client } from '@parley/client';
import { findingOf } from '@parley/schema';
import type { AgentView, Config, DoctorAgent, DoctorFinding } from '@parley/schema';
import type { Looked, World } from './world.ts';

export async function lookAtAgents(
  { places, io }: World,
  config: Config,
  client: Client | undefined,
): Promise<Looked<{ readonly agents: readonly DoctorAgent[] }>> {
  const find = () => viewAgents(places, config, io.env);
  // One of another version may tell it in another way, or not at all.
  const views = client === undefined ? await find() : await client.agents().catch(find);
  const agents = views.map((view) => describe(view));
  const findings = views.flatMap((view) => findingsOf(view, config, places.configFile));
  return { facts: { agents }, findings: [...overall(agents), ...findings] };
}

function describe(view: AgentView): DoctorAgent {
  const { name, title, installed, path, version, provenVersion, dialect, backend, login, problem } = view;
  return {
    name,
    title,
    installed,
    ...(path === undefined ? {} : { path }),
    ...(version === undefined ? {} : { version }),
    provenVersion,
    ...(dialect === undefined ? {} : { dialect }),
    backend,
    ...(login === undefined ? {} : { login }),
    usable: isUsable(view),
    ...(problem === undefined ? {} : { problem }),
  };
}

function isUsable({ installed, problem, backend }: AgentView): boolean {
  return installed && problem === undefined && backend.kind !== 'rehearsal';
}

function overall(agents: readonly DoctorAgent[]): readonly DoctorFinding[] {
  if (agents.some(({ usable }) => usable)) return [];
  // One that stands there without working is nearer to it than one that is not there.
  const best = agents.find(({ installed, problem }) => installed && problem === undefined) ?? agents.find(isHere);
  if (best === undefined)
    return [findingOf('no_agent_installed', 'None of the agents that Parley drives is installed.')];
  const message = `No agent is usable: of those that are here (${agents
    .filter(isHere)
    .map(({ name }) => name)
    .join(', ')}) none works with a model server of its own.`;
  return [findingOf('no_usable_agent', message, { agent: best.name })];
}

function isHere({ installed, path }: DoctorAgent): boolean {
  return installed || path !== undefined;
}

function findingsOf(view: AgentView, config: Config, file: string): readonly DoctorFinding[] {
  const {
    name: agent,
    title,
    installed,
    path,
    problem,
    version,
    provenVersion,
    backend,
    loginHint,
    installable,
  } = view;
  const command = config.agents[agent]?.command;
  if (!installed && path === undefined) {
    if (command === undefined) return [];
    return [
      findingOf('agent_command_missing', `agents.${agent}.command names ${command}, where no program is.`, { file }),
    ];
  }
  if (problem !== undefined || !installed)
    return [findingOf('agent_broken', `${title}: ${problem ?? `${path ?? agent} does not work`}.`, { agent })];
  const findings: DoctorFinding[] = [];
  // Some drivers were proven on a protocol and not on a version, and some programs Parley cannot bring.
  if (version !== undefined && installable?.version === provenVersion && version !== provenVersion)
    findings.push(
      findingOf('agent_other_version', `${title} is ${version}; Parley was proven on ${provenVersion}.`, { agent }),
    );
  if (backend.kind === 'rehearsal')
    findings.push(findingOf('agent_no_login', `${title} has neither login nor key. ${loginHint}.`, { agent }));
  return findings;
}
