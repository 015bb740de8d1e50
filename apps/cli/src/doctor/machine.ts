// Node, platform and disk space.

import { findingOf } from '@parley/schema';
import type { DoctorFinding, DoctorReport } from '@parley/schema';
import type { Looked, World } from './world.ts';

const oldestNode = 24;
const megabyte = 1024 * 1024;
const fullBytes = 100 * megabyte;
const lowBytes = 1024 * megabyte;

export function lookAtMachine({
  system,
  uid,
  places,
  freeBytes,
}: World): Looked<Pick<DoctorReport, 'system' | 'disks'>> {
  const disks = [places.stateDir, places.dataDir].map((folder) => ({ folder, freeBytes: freeBytes(folder) }));
  const findings: DoctorFinding[] = [];
  if (Number.parseInt(system.node, 10) < oldestNode)
    findings.push(findingOf('node_too_old', `Node is ${system.node}; Parley needs ${oldestNode} or newer.`));
  if (system.platform !== 'linux' && system.platform !== 'darwin')
    findings.push(findingOf('platform_unproven', `Parley is not proven on ${system.platform}.`));
  for (const { folder, freeBytes: bytes } of disks) {
    const message = `${Math.floor(bytes / megabyte)} MB are free on the disk of ${folder}.`;
    if (bytes < fullBytes) findings.push(findingOf('disk_full', message, { folder }));
    else if (bytes < lowBytes) findings.push(findingOf('disk_low', message, { folder }));
  }
  return { facts: { system: { ...system, root: uid === 0 }, disks }, findings };
}
