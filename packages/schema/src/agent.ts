// Agents as a caller sees them: names, what they can do, whether they are here and logged in.

import { z } from 'zod';
import { agentOptionNames } from './agent-options.ts';
import type { AgentOptionName } from './agent-options.ts';

/** `codex`, `claude`, …; which names exist is the driver registry's business. */
export type AgentName = string;

/** What becomes of words sent to a busy session. */
export type SteerMode = 'native' | 'native-enqueue' | 'queue-when-busy' | 'interrupt-only';

export interface AgentCapabilities {
  readonly steer: SteerMode;
  readonly interrupt: boolean;
  readonly resume: boolean;
  /** A conversation can be continued as a copy. */
  readonly fork: boolean;
  /** It asks before it does what the policy does not allow. */
  readonly approvals: boolean;
  /** It asks people for choices or words of their own. */
  readonly questions: boolean;
  /** Pictures can be part of an input. */
  readonly images: boolean;
  /** Another model than its own usual one can be named. */
  readonly models: boolean;
  readonly deltas: boolean;
  readonly reasoning: boolean;
  readonly usage: boolean;
  readonly cost: boolean;
  /**
   * It tells by itself which files its tools change (not what its shell commands change: no agent tells that). Where this is false, Parley
   * compares the git work tree before and after. Absent: true.
   */
  readonly fileChanges?: boolean;
}

/** Which model server the agent would talk to, in the order in which Parley looks. */
export interface AgentBackend {
  /** `configured`: `model_url`; `key`: an API key in the environment; `login`: the vendor's own login; `rehearsal`: Parley's offline server. */
  readonly kind: 'configured' | 'key' | 'login' | 'rehearsal';
  /** For people: the URL, the variable's name or the account's kind. Never a secret. */
  readonly detail: string;
}

/** Who brought a program onto this machine, as its place tells: that is who brings another version of it. */
export interface InstalledBy {
  /** `vendor`: a program that installs and updates itself. */
  readonly by: 'parley' | 'npm' | 'bun' | 'brew' | 'uv' | 'pipx' | 'pip' | 'vendor';
  /** Its name there: a package, a formula. */
  readonly name: string;
  /** What would bring another version: `npm`, `brew`, the path of a Python or of the program itself. */
  readonly program: string;
}

export interface AgentView {
  readonly name: AgentName;
  readonly title: string;
  readonly installed: boolean;
  readonly path?: string;
  readonly version?: string;
  /** Where several programs share the name: which one this is. */
  readonly dialect?: string;
  /** The version that Parley was proven on. */
  readonly provenVersion: string;
  readonly backend: AgentBackend;
  /** The vendor's own login, where one is there: for people, never a secret. */
  readonly login?: string;
  /** How it can be spoken to; the first is the usual one, and `capabilities` are its. */
  readonly modes: readonly string[];
  readonly capabilities: AgentCapabilities;
  /** Its own options that a session can be made with, by mode. */
  readonly options?: Readonly<Record<string, readonly AgentOptionName[]>>;
  /** Absent: not installed, or its place tells nothing. */
  readonly installedBy?: InstalledBy;
  /** The npm package and version that `parley agents install` brings: of the agent's first program that npm has. Absent when it has none. */
  readonly installable?: { readonly package: string; readonly version: string };
  /** What a person does to install it where Parley cannot, and to give it a model: sentences, commands in backticks. */
  readonly installHint?: string;
  readonly loginHint: string;
  /** Set when something keeps it from working, with what to do. */
  readonly problem?: string;
}

export const SteerModeSchema = z.enum(['native', 'native-enqueue', 'queue-when-busy', 'interrupt-only']);

export const AgentCapabilitiesSchema = z.object({
  steer: SteerModeSchema,
  interrupt: z.boolean(),
  resume: z.boolean(),
  fork: z.boolean(),
  approvals: z.boolean(),
  questions: z.boolean(),
  images: z.boolean(),
  models: z.boolean(),
  deltas: z.boolean(),
  reasoning: z.boolean(),
  usage: z.boolean(),
  cost: z.boolean(),
  fileChanges: z.boolean().exactOptional(),
});

export const AgentBackendSchema = z.object({
  kind: z.enum(['configured', 'key', 'login', 'rehearsal']),
  detail: z.string(),
});

export const InstalledBySchema = z.object({
  by: z.enum(['parley', 'npm', 'bun', 'brew', 'uv', 'pipx', 'pip', 'vendor']),
  name: z.string(),
  program: z.string(),
});

export const AgentViewSchema = z.object({
  name: z.string(),
  title: z.string(),
  installed: z.boolean(),
  path: z.string().exactOptional(),
  version: z.string().exactOptional(),
  dialect: z.string().exactOptional(),
  provenVersion: z.string(),
  backend: AgentBackendSchema,
  login: z.string().exactOptional(),
  modes: z.array(z.string()).readonly(),
  capabilities: AgentCapabilitiesSchema,
  options: z
    .record(z.string(), z.array(z.enum(agentOptionNames)).readonly())
    .readonly()
    .exactOptional(),
  installedBy: InstalledBySchema.exactOptional(),
  installable: z.object({ package: z.string(), version: z.string() }).exactOptional(),
  installHint: z.string().exactOptional(),
  loginHint: z.string(),
  problem: z.string().exactOptional(),
});
