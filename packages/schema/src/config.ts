// The user's configuration: `~/.config/parley/config.toml`, project file `.parley.toml`, environment `PARLEY_*`, flags.
// Every entry has a default, so an empty file is a good one. Times are in seconds here, because people write this file.

import { z } from 'zod';
import { PolicySchema } from './policy.ts';
import type { Policy } from './policy.ts';

export interface AgentConfig {
  /** Path of the executable; found by itself when absent. */
  readonly command?: string;
  /** Base URL of a compatible model server, as the vendor's SDK takes it: OpenAI's with `/v1`, Anthropic's without. */
  readonly model_url?: string;
  /** Name of the environment variable that holds the key for `model_url`. */
  readonly model_key_env?: string;
  readonly model?: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Config {
  readonly agent: string;
  readonly agents: Readonly<Record<string, AgentConfig>>;
  readonly policy: {
    readonly default: Policy;
    /** Folders (and all below them) whose sessions may use `full`. */
    readonly full: readonly string[];
  };
  readonly server: {
    readonly port: number;
    readonly host: string;
    /** More names that the page may be opened by. */
    readonly hosts: readonly string[];
    readonly origins: readonly string[];
  };
  /** Seconds. */
  readonly deadlines: {
    readonly start: number;
    readonly handshake: number;
    /** Until the first sign of work on a turn. */
    readonly first_byte: number;
    /** Silence within a turn; paused while a tool runs or an approval waits. */
    readonly idle: number;
    /** One tool or command of the agent. */
    readonly tool: number;
    readonly approval: number;
    readonly interrupt: number;
    /** Each step of ending a process: close stdin, TERM, KILL. */
    readonly end_step: number;
    /** How long an idle agent process is kept for the next turn. */
    readonly keep_warm: number;
  };
  readonly runs: {
    /** Bytes of stdout and stderr together; then the run is ended with `output_limit`. */
    readonly max_output_bytes: number;
    /** Bytes. */
    readonly max_line_bytes: number;
    /** Agent processes at the same time; more turns wait in their queues. */
    readonly max_processes: number;
  };
  readonly queue: { readonly max: number };
}

const seconds = (fallback: number) =>
  z
    .number()
    .positive()
    .max(7 * 24 * 3600)
    .default(fallback);
const filled = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape).prefault({} as never);

export const AgentConfigSchema = z.strictObject({
  command: z.string().min(1).exactOptional(),
  model_url: z.url({ protocol: /^https?$/ }).exactOptional(),
  model_key_env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .exactOptional(),
  model: z.string().min(1).exactOptional(),
  args: z.array(z.string()).readonly().default([]),
  env: z.record(z.string(), z.string()).readonly().default({}),
});

export const ConfigSchema = z.strictObject({
  agent: z.string().default('codex'),
  agents: z.record(z.string(), AgentConfigSchema).readonly().default({}),
  policy: filled({ default: PolicySchema.default('ask'), full: z.array(z.string()).readonly().default([]) }),
  server: filled({
    port: z.number().int().min(0).max(65_535).default(7337),
    host: z.string().default('127.0.0.1'),
    hosts: z.array(z.string()).readonly().default([]),
    origins: z.array(z.string()).readonly().default([]),
  }),
  deadlines: filled({
    start: seconds(10),
    handshake: seconds(30),
    first_byte: seconds(120),
    idle: seconds(300),
    tool: seconds(3600),
    approval: seconds(600),
    interrupt: seconds(10),
    end_step: seconds(2),
    keep_warm: seconds(600),
  }),
  runs: filled({
    max_output_bytes: z
      .number()
      .int()
      .positive()
      .default(256 * 1024 * 1024),
    max_line_bytes: z
      .number()
      .int()
      .positive()
      .default(32 * 1024 * 1024),
    max_processes: z.number().int().positive().default(32),
  }),
  queue: filled({ max: z.number().int().positive().default(100) }),
});
