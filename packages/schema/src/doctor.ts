// What `parley doctor --json` prints. The JSON Schema of it is `parley doctor --schema`, and docs/doctor.schema.json.

import { z } from 'zod';
import { AgentBackendSchema } from './agent.ts';
import type { AgentBackend, AgentName } from './agent.ts';
import { doctorCatalogue, doctorCodes } from './doctor-findings.ts';
import type { DoctorCode } from './doctor-findings.ts';

export interface DoctorFinding {
  readonly code: DoctorCode;
  readonly severity: 'problem' | 'warning';
  /** What is wrong, with what. */
  readonly message: string;
  /** A command that mends it, or begins to. */
  readonly fix: string;
}

/** How far the page and the API can be reached, by the configuration. */
export type ExposureMode = 'local_only' | 'lan' | 'tunnel' | 'byo_reverse_proxy' | 'misconfigured';

export interface DoctorAgent {
  readonly name: AgentName;
  readonly title: string;
  readonly installed: boolean;
  readonly path?: string;
  readonly version?: string;
  readonly provenVersion: string;
  readonly dialect?: string;
  readonly backend: AgentBackend;
  /** The vendor's own login, in words. */
  readonly login?: string;
  /** Installed, in order, and with a model server other than the rehearsal's. */
  readonly usable: boolean;
  readonly problem?: string;
}

export interface DoctorPort {
  readonly host: string;
  readonly port: number;
  /** `parley`: the daemon of this state directory has it; `any`: 0, so a free one is taken. */
  readonly state: 'free' | 'parley' | 'taken' | 'any';
  /** Who listens, where the system tells it. */
  readonly by?: { readonly pid: number; readonly command: string };
}

export interface DoctorExposure {
  readonly mode: ExposureMode;
  readonly localUrl: string;
  /** Public origins, without secrets. */
  readonly publicUrls: readonly string[];
  readonly httpsConfigured: boolean;
  readonly tunnelProvider?: string;
  readonly reachable: 'not_checked' | 'reachable' | 'unreachable';
  /** Clients in the web (connectors of chat sites) can reach it: public, https, and just now seen to answer. */
  readonly webClientsSupported: boolean;
}

export interface DoctorClient {
  readonly name: string;
  readonly title: string;
  /** Its configuration file, whether it is there or not. */
  readonly file: string;
  readonly found: boolean;
  /** `installed`: starts this Parley; `other`: starts another one, or a program that is gone; `unreadable`: its file is not valid. */
  readonly parley: 'absent' | 'installed' | 'other' | 'unreadable';
}

export interface DoctorReport {
  readonly schemaVersion: 1;
  /** No finding is a problem; so at least one agent is usable. */
  readonly ok: boolean;
  /** ISO 8601. */
  readonly generatedAt: string;
  /** Of this command. */
  readonly version: string;
  readonly system: {
    readonly platform: string;
    readonly arch: string;
    readonly release: string;
    readonly node: string;
    readonly root: boolean;
  };
  readonly configuration: { readonly file: string; readonly exists: boolean; readonly valid: boolean };
  readonly state: {
    readonly directory: string;
    readonly exists: boolean;
    /** Octal, as `0700`. */
    readonly mode?: string;
    /** A token was made. Never the token. */
    readonly token: boolean;
  };
  readonly daemon: {
    readonly running: boolean;
    readonly pid?: number;
    readonly version?: string;
    readonly address?: string;
    readonly sessions?: number;
    readonly workingTurns?: number;
  };
  readonly agents: readonly DoctorAgent[];
  readonly ports: readonly DoctorPort[];
  readonly exposure: DoctorExposure;
  readonly clients: readonly DoctorClient[];
  readonly disks: readonly { readonly folder: string; readonly freeBytes: number }[];
  /** Process ids of what is left running without a daemon. */
  readonly leftRunning: readonly number[];
  readonly findings: readonly DoctorFinding[];
  /** Commands, the most urgent first, each once. */
  readonly nextActions: readonly string[];
}

export const DoctorFindingSchema = z.strictObject({
  code: z.enum(doctorCodes as [DoctorCode, ...DoctorCode[]]),
  severity: z.enum(['problem', 'warning']),
  message: z.string(),
  fix: z.string().min(1),
});

export const DoctorAgentSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  installed: z.boolean(),
  path: z.string().exactOptional(),
  version: z.string().exactOptional(),
  provenVersion: z.string(),
  dialect: z.string().exactOptional(),
  backend: AgentBackendSchema,
  login: z.string().exactOptional(),
  usable: z.boolean(),
  problem: z.string().exactOptional(),
});

const count = () => z.number().int().nonnegative();

export const DoctorReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  ok: z.boolean(),
  generatedAt: z.iso.datetime(),
  version: z.string(),
  system: z.strictObject({
    platform: z.string(),
    arch: z.string(),
    release: z.string(),
    node: z.string(),
    root: z.boolean(),
  }),
  configuration: z.strictObject({ file: z.string(), exists: z.boolean(), valid: z.boolean() }),
  state: z.strictObject({
    directory: z.string(),
    exists: z.boolean(),
    mode: z.string().exactOptional(),
    token: z.boolean(),
  }),
  daemon: z.strictObject({
    running: z.boolean(),
    pid: z.number().int().exactOptional(),
    version: z.string().exactOptional(),
    address: z.string().exactOptional(),
    sessions: count().exactOptional(),
    workingTurns: count().exactOptional(),
  }),
  agents: z.array(DoctorAgentSchema).readonly(),
  ports: z
    .array(
      z.strictObject({
        host: z.string(),
        port: count().max(65_535),
        state: z.enum(['free', 'parley', 'taken', 'any']),
        by: z.strictObject({ pid: z.number().int(), command: z.string() }).exactOptional(),
      }),
    )
    .readonly(),
  exposure: z.strictObject({
    mode: z.enum(['local_only', 'lan', 'tunnel', 'byo_reverse_proxy', 'misconfigured']),
    localUrl: z.string(),
    publicUrls: z.array(z.string()).readonly(),
    httpsConfigured: z.boolean(),
    tunnelProvider: z.string().exactOptional(),
    reachable: z.enum(['not_checked', 'reachable', 'unreachable']),
    webClientsSupported: z.boolean(),
  }),
  clients: z
    .array(
      z.strictObject({
        name: z.string(),
        title: z.string(),
        file: z.string(),
        found: z.boolean(),
        parley: z.enum(['absent', 'installed', 'other', 'unreadable']),
      }),
    )
    .readonly(),
  disks: z.array(z.strictObject({ folder: z.string(), freeBytes: z.number() })).readonly(),
  leftRunning: z.array(z.number().int()).readonly(),
  findings: z.array(DoctorFindingSchema).readonly(),
  nextActions: z.array(z.string()).readonly(),
});

/** JSON Schema (2020-12, closed objects) of the report. */
export function schemaOfDoctorReport(): Readonly<Record<string, unknown>> {
  return { ...z.toJSONSchema(DoctorReportSchema), title: 'parley doctor --json' };
}

/**
 * A finding with its catalogued severity and fix. `names`: what stands for the words in angle brackets of the fix, each as one word of a
 * shell (a list as several).
 */
export function findingOf(
  code: DoctorCode,
  message: string,
  names: Readonly<Record<string, string | readonly string[]>> = {},
): DoctorFinding {
  const { severity, fix } = doctorCatalogue[code];
  const filled = fix.replaceAll(/<(\w+)>/g, (all, name: string) => {
    const value = names[name];
    return value === undefined ? all : [value].flat().map(shellWord).join(' ');
  });
  return { code, severity, message, fix: filled };
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
