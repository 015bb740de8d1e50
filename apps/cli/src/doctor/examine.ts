// All checks, one report. Nothing is changed by looking: no folder, no file, no daemon.

import type { DoctorFinding, DoctorReport } from '@parley/schema';
import { lookAtAgents } from './agents.ts';
import { lookAtClients } from './clients.ts';
import { lookAtConfiguration } from './configuration.ts';
import { lookAtDaemon } from './daemon.ts';
import { lookAtExposure } from './exposure.ts';
import { lookAtMachine } from './machine.ts';
import { lookAtPorts } from './ports.ts';
import { lookAtState } from './state.ts';
import { withoutPrivate } from './without-private.ts';
import type { World } from './world.ts';

export async function examine(world: World, now = new Date()): Promise<DoctorReport> {
  const machine = lookAtMachine(world);
  const configuration = await lookAtConfiguration(world);
  const { config } = configuration.facts;
  const state = lookAtState(world);
  const daemon = await lookAtDaemon(world);
  const [agents, ports, exposure] = await Promise.all([
    lookAtAgents(world, config, daemon.facts.client),
    lookAtPorts(world, config, daemon.facts.daemon),
    lookAtExposure(world, config),
  ]);
  const clients = lookAtClients(world);
  const findings = [machine, configuration, state, daemon, agents, ports, exposure, clients]
    .flatMap((looked): readonly DoctorFinding[] => looked.findings)
    .toSorted((a, b) => weight(a) - weight(b));
  return withoutPrivate({
    schemaVersion: 1,
    ok: findings.every(({ severity }) => severity !== 'problem'),
    generatedAt: now.toISOString(),
    version: world.version,
    ...machine.facts,
    configuration: configuration.facts.configuration,
    ...state.facts,
    daemon: daemon.facts.daemon,
    ...agents.facts,
    ...ports.facts,
    ...exposure.facts,
    ...clients.facts,
    leftRunning: daemon.facts.leftRunning,
    findings,
    nextActions: [...new Set(findings.map(({ fix }) => fix))],
  });
}

function weight({ severity }: DoctorFinding): number {
  return severity === 'problem' ? 0 : 1;
}
