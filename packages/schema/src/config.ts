// The user's configuration: `~/.config/parley/config.toml`, project file `.parley.toml`, environment `PARLEY_*`, flags.
// Every entry has a default, so an empty file is a good one. Times are in seconds here, because people write this file. The descriptions
// of the schema say what each entry means; docs/configuration.md is made from them.

import { z } from 'zod';
import { ModelNameSchema } from './models.ts';
import { PolicySchema } from './policy.ts';
import { approvalPolicies, approvalStrategies } from './request-approval.ts';
import type { ApprovalPolicy, ApprovalStrategy } from './request-approval.ts';
import type { Policy } from './policy.ts';
import type { RecordedTextMode } from './recorder.ts';

/** What a session can be given; an agent's own entries hold for all its sessions, a profile's for those made with it. */
export interface SessionConfig {
  readonly command?: string;
  readonly mode?: string;
  readonly model?: string;
  readonly effort?: string;
  readonly variant?: string;
  readonly personality?: string;
  readonly provider_profile?: string;
  readonly policy?: Policy;
  readonly added_folders: readonly string[];
  /** Seconds. */
  readonly timeout?: number;
  readonly idle_timeout?: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
  readonly allow_env: readonly string[];
}

export interface AgentConfig extends SessionConfig {
  readonly model_url?: string;
  readonly model_key_env?: string;
  readonly aliases: Readonly<Record<string, string>>;
  readonly profiles: Readonly<Record<string, SessionConfig>>;
}

export interface Config {
  readonly agents: Readonly<Record<string, AgentConfig>>;
  readonly policy: {
    readonly default: Policy;
    readonly full: readonly string[];
  };
  readonly server: {
    readonly port: number;
    readonly host: string;
    readonly hosts: readonly string[];
    readonly origins: readonly string[];
  };
  /** Seconds. */
  readonly deadlines: {
    readonly start: number;
    readonly handshake: number;
    readonly first_byte: number;
    readonly idle: number;
    readonly idle_high: number;
    readonly idle_xhigh: number;
    readonly unreachable: number;
    readonly tool: number;
    readonly approval: number;
    readonly interrupt: number;
    readonly end_step: number;
    readonly keep_warm: number;
    readonly keep_warm_requests: number;
  };
  readonly runs: {
    readonly max_output_bytes: number;
    readonly max_line_bytes: number;
    readonly max_processes: number;
  };
  readonly queue: { readonly max: number };
  readonly mcp: {
    readonly max_sessions: number;
    /** Seconds. */
    readonly idle_timeout: number;
    readonly folder?: string;
  };
  readonly recorder: {
    readonly text: RecordedTextMode;
    readonly days: number;
  };
  readonly telemetry: {
    readonly otlp_endpoint?: string;
    readonly content: boolean;
  };
  readonly requests: {
    /** Seconds. */
    readonly dedup_window: number;
    readonly retention_days: number;
    readonly approval_strategy: ApprovalStrategy;
    readonly approval_policy: ApprovalPolicy;
    readonly ask_person: boolean;
    readonly log_prompts: boolean;
  };
  readonly retries: {
    readonly max: number;
    /** Seconds. */
    readonly max_wait: number;
  };
}

const seconds = (fallback: number) =>
  z
    .number()
    .positive()
    .max(7 * 24 * 3600)
    .default(fallback);
const bytes = (fallback: number) => z.number().int().positive().default(fallback);
const names = () => z.array(z.string()).readonly().default([]);
/** Seen from the daemon's own folder a relative one would mean anything, and nobody expands a `~`. */
const folder = z.string().regex(/^(\/|[A-Za-z]:[\\/])/, 'must be an absolute path');
const filled = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape).prefault({} as never);

const words = (meaning: string) =>
  z.string().min(1).regex(/^[^-]/, 'must not begin with "-"').exactOptional().describe(meaning);
const wait = (meaning: string) =>
  z
    .number()
    .positive()
    .max(7 * 24 * 3600)
    .exactOptional()
    .describe(meaning);

const sessionEntries = {
  command: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      'The executable: an absolute path, or a bare name that is looked for. When absent, Parley looks for the agent in its own folder, then on PATH.',
    ),
  mode: words('How the agent is spoken to, where it can be in several ways; `parley agents` lists them.'),
  model: words('The model of new sessions, by the name that the agent knows.'),
  effort: words("How hard the model is to think, in the agent's own words, for example `high`."),
  variant: words('A variant of the model (OpenCode).'),
  personality: words('A way of talking (Codex).'),
  provider_profile: words("A profile in the agent's own configuration (Codex)."),
  policy: PolicySchema.exactOptional().describe('What a new session may do without asking; absent: `policy.default`.'),
  added_folders: z
    .array(folder)
    .readonly()
    .default([])
    .describe("Folders beside the session's own that the agent may work in."),
  timeout: wait('Seconds that a turn may take in all; then it is stopped and fails with `timeout`. Absent: no limit.'),
  idle_timeout: wait('Seconds of silence within a turn, instead of `deadlines.idle`.'),
  args: names().describe("Added to the end of the agent's command line."),
  env: z
    .record(z.string(), z.string())
    .readonly()
    .default({})
    .describe("Set in the agent's environment. `parley config show` prints the names only."),
  unset: names().describe("Variables that the agent does not get from the daemon's environment."),
  allow_env: names().describe(
    'Variables with keys of other vendors that this agent may have all the same, for agents that speak to several (OpenCode): `["ANTHROPIC_API_KEY"]`.',
  ),
};

export const AgentConfigSchema = z.strictObject({
  ...sessionEntries,
  model_url: z
    .url({ protocol: /^https?$/ })
    .exactOptional()
    .describe(
      "Base URL of a compatible model server, as the vendor's SDK takes it: OpenAI's with `/v1`, Anthropic's without.",
    ),
  model_key_env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .exactOptional()
    .describe("Name of the environment variable that holds the key for `model_url`. When absent: the vendor's own."),
  aliases: z
    .record(ModelNameSchema, ModelNameSchema)
    .readonly()
    .default({})
    .describe(
      'Own names for models: `fast = "haiku"`. A session made with the model `fast` gets `haiku`; `default` as a target is the usual model. `parley models` lists them.',
    ),
  profiles: z
    .record(z.string().regex(/^[\w.-]+$/, 'must be one word'), z.strictObject(sessionEntries))
    .readonly()
    .default({})
    .describe('Named sets of entries for sessions made with `--profile`; they win over the entries of the agent.'),
});

export const ConfigSchema = z.strictObject({
  agents: z
    .record(
      z
        .string()
        .regex(
          /^(acp:[a-z0-9_.-]+|[a-z0-9_-]+)$/,
          'an agent is named in small letters, one that speaks ACP as "acp:<name>"',
        ),
      AgentConfigSchema,
    )
    .readonly()
    .default({}),
  policy: filled({
    default: PolicySchema.default('ask').describe('What a new session may do without asking.'),
    full: z
      .array(folder)
      .readonly()
      .default([])
      .describe('Folders (absolute, and all below them) whose sessions may use the policy `full`.'),
  }),
  server: filled({
    port: z
      .number()
      .int()
      .min(0)
      .max(65_535)
      .default(7337)
      .describe('TCP port of the page and the API; 0 takes a free one.'),
    host: z.string().default('127.0.0.1').describe('The address to listen on.'),
    hosts: names().describe(
      'More values of `Host` (with the port) that Parley answers to, for example behind a reverse proxy.',
    ),
    origins: names().describe('More origins whose pages may use Parley, for example `https://parley.example`.'),
  }),
  deadlines: filled({
    start: seconds(30).describe('To prepare and start the process of an agent.'),
    handshake: seconds(30).describe("For the agent's answer to the handshake."),
    first_byte: seconds(120).describe('Until the first sign of work on a turn.'),
    idle: seconds(900).describe('Of silence within a turn; paused while a tool runs or an approval waits.'),
    idle_high: seconds(1800).describe('The same for sessions with the effort `high`.'),
    idle_xhigh: seconds(3600).describe('The same for sessions with the effort `xhigh` or `max`.'),
    unreachable: seconds(180).describe(
      'That an agent may only try to reach its model server; then its turn fails with `model_overloaded`.',
    ),
    tool: seconds(3600).describe('Of silence while a tool or command of the agent runs.'),
    approval: seconds(600).describe('Until an approval that nobody answers is denied.'),
    interrupt: seconds(10).describe('For a turn to end after it was told to stop; then its process is ended.'),
    end_step: seconds(2).describe('For each step of ending a process: close stdin, TERM, KILL.'),
    keep_warm: seconds(180).describe('That an idle agent process is kept for the next turn.'),
    keep_warm_requests: seconds(30).describe(
      'The same in sessions that requests and consultations made, which are mostly not continued.',
    ),
  }),
  runs: filled({
    max_output_bytes: bytes(256 * 1024 * 1024).describe(
      'Bytes of stdout and stderr together that one process may print; then it is ended with `output_limit`.',
    ),
    max_line_bytes: bytes(32 * 1024 * 1024).describe('Bytes of one line of stdout; then as above.'),
    max_processes: z
      .number()
      .int()
      .positive()
      .default(32)
      .describe(
        'Agent processes at the same time. Further turns wait for a place; the longest idle process makes one.',
      ),
  }),
  queue: filled({
    max: z.number().int().positive().default(100).describe('Turns that may wait in one session.'),
  }),
  mcp: filled({
    max_sessions: z
      .number()
      .int()
      .positive()
      .default(100)
      .describe('MCP sessions over HTTP at the same time; a client that wants one more gets 429.'),
    idle_timeout: seconds(1800).describe(
      'Without a request and without an open stream, after which an MCP session over HTTP is ended. Its jobs go on.',
    ),
    folder: folder
      .exactOptional()
      .describe(
        'Where requests over HTTP work that name no folder; relative ones are seen from it. Absent: they have to name one, by its absolute path.',
      ),
  }),
  recorder: filled({
    text: z
      .enum(['redacted', 'none'])
      .default('redacted')
      .describe(
        'What the record of a request (`parley log`) holds of its prompt and answer: `redacted` (at most 16,384 characters each, secrets taken out) or `none` (only how long they were).',
      ),
    days: z.number().int().min(1).max(3650).default(30).describe('Days that records of requests are kept.'),
  }),
  telemetry: filled({
    otlp_endpoint: z
      .url({ protocol: /^https?$/ })
      .exactOptional()
      .describe(
        'Base URL of an OpenTelemetry collector that takes OTLP over HTTP, for example `http://127.0.0.1:4318`: each turn is sent there as a span. Absent: what `OTEL_EXPORTER_OTLP_ENDPOINT` says; without that nothing is sent.',
      ),
    content: z
      .boolean()
      .default(false)
      .describe('Whether spans hold prompts, answers and arguments of tools, with secrets taken out.'),
  }),
  requests: filled({
    dedup_window: z
      .number()
      .min(0)
      .max(7 * 24 * 3600)
      .default(3600)
      .describe(
        'Seconds that an answer is reused for a request that asks the same of the same files, where the agent may not write; the MCP tools do so unless they are told `forceRefresh`. 0: every request runs.',
      ),
    retention_days: z
      .number()
      .min(0)
      .max(3650)
      .default(30)
      .describe(
        'Days after its last turn that a session is deleted which a request or a consultation made and nobody has gone on with, and after its end that the report of a consultation is; 0: never. What people made stays.',
      ),
    approval_strategy: z
      .enum(approvalStrategies)
      .default('legacy')
      .describe(
        'How requests (MCP, POST /api/requests) that name no strategy are approved: `legacy` (the policy alone) or `mcp_managed` (the request is scored first, and what scores too high is not started).',
      ),
    approval_policy: z
      .enum(approvalPolicies)
      .default('balanced')
      .describe('The highest score that `mcp_managed` lets through: `strict` 2, `balanced` 5, `permissive` 7.'),
    ask_person: z
      .boolean()
      .default(false)
      .describe(
        'Ask a person about a request that scores too high, and wait as for other approvals, instead of refusing it.',
      ),
    log_prompts: z
      .boolean()
      .default(false)
      .describe('Whether records of such decisions hold the first 280 characters of the prompt, secrets taken out.'),
  }),
  retries: filled({
    max: z
      .number()
      .int()
      .min(0)
      .max(10)
      .default(0)
      .describe(
        'Times that a turn begins again, in a new process, when the model server is overloaded or limits requests before anything of the turn was shown. After several failures in a row nobody tries again for a minute.',
      ),
    max_wait: seconds(60).describe(
      'The longest wait before a turn begins again; it fails at once where the model server asks for more.',
    ),
  }),
});
