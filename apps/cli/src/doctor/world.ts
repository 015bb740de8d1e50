// What the checks look at. Tests give their own where a fault cannot be made (an old Node, a full disk, a network file system).

import { existsSync, statfsSync } from 'node:fs';
import { arch, networkInterfaces, platform, release } from 'node:os';
import { dirname } from 'node:path';
import { networkProblem } from '@parley/daemon/inspect';
import { placesOf } from '@parley/client/node';
import type { Places } from '@parley/client/node';
import type { DoctorFinding } from '@parley/schema';
import type { Io } from '../io.ts';

export interface World {
  readonly io: Pick<Io, 'env' | 'cwd' | 'self'>;
  readonly places: Places;
  /** Of this command. */
  readonly version: string;
  readonly system: {
    readonly platform: NodeJS.Platform;
    readonly arch: string;
    readonly release: string;
    readonly node: string;
  };
  /** Undefined where the system has none. */
  readonly uid: number | undefined;
  /** Bytes that are free on the disk of a folder, or of the nearest one above it that is there. */
  readonly freeBytes: (folder: string) => number;
  readonly networkProblem: (folder: string) => string | undefined;
  /** IP addresses of this machine. */
  readonly addresses: readonly string[];
  /** The first port that everybody may listen on. */
  readonly firstFreePort: number;
  /** Milliseconds that a daemon may take to answer; one that is idle takes two. */
  readonly patienceMs: number;
  /** Look whether public addresses answer: the only thing that leaves this machine. */
  readonly verify: boolean;
}

/** What one subject has to say. */
export interface Looked<Facts> {
  readonly facts: Facts;
  readonly findings: readonly DoctorFinding[];
}

/** The real one. */
export function thisWorld(io: World['io'], version: string, verify: boolean): World {
  return {
    io,
    places: placesOf(io.env),
    version,
    system: { platform: platform(), arch: arch(), release: release(), node: process.versions.node },
    uid: process.getuid?.(),
    freeBytes: (folder) => {
      const { bavail, bsize } = statfsSync(nearest(folder));
      return bavail * bsize;
    },
    networkProblem,
    addresses: Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address)),
    firstFreePort: platform() === 'linux' && process.getuid?.() !== 0 ? 1024 : 0,
    patienceMs: 5000,
    verify,
  };
}

function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}
