// Every variable of the environment that says something about Parley: its own, and those of llm-cli-gateway, whose users have them in place.
// docs/environment.md is made from these tables, and `parley doctor` tells what is set and not honoured.

import { delimiter } from 'node:path';

/** What a text becomes, or why nothing is made of it. */
type Reading = { readonly value: unknown } | { readonly problem: string };

export type Key = readonly [string, ...string[]];

/** A variable that sets entries of the configuration. */
export interface EntryVariable {
  readonly name: string;
  readonly meaning: string;
  /** An empty text counts too. */
  readonly emptyCounts?: true;
  readonly sets: readonly {
    readonly key: Key;
    /** `before`: what the file says. */
    readonly read: (text: string, before: unknown) => Reading;
  }[];
}

/** A variable that is read elsewhere, or not at all. */
export interface OtherVariable {
  readonly name: string;
  readonly meaning: string;
  /** Why this text is not honoured; undefined: it is. */
  readonly judge?: (text: string, env: NodeJS.ProcessEnv) => string | undefined;
}

const any = (text: string): Reading => ({ value: text });
/** What is no number stays as it was given, so that the error tells it. */
const asNumber = (text: string): Reading => ({ value: /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : text });

/** Parley's own. What does not fit the entry is an error: the daemon does not start. */
export const parleyVariables: readonly EntryVariable[] = [
  { name: 'PARLEY_PORT', meaning: 'The port of `parley serve`.', sets: [{ key: ['server', 'port'], read: asNumber }] },
  { name: 'PARLEY_HOST', meaning: 'The address of `parley serve`.', sets: [{ key: ['server', 'host'], read: any }] },
  {
    name: 'PARLEY_POLICY',
    meaning: 'What a new session may do without asking.',
    sets: [{ key: ['policy', 'default'], read: any }],
  },
  {
    name: 'PARLEY_ALLOW_FULL',
    meaning: `Folders, with \`${delimiter}\` between them.`,
    sets: [
      {
        key: ['policy', 'full'],
        read: (text) => ({ value: text.split(delimiter).filter((part) => part !== '') }),
      },
    ],
  },
];

export const otherParleyVariables: readonly OtherVariable[] = [
  { name: 'PARLEY_CONFIG', meaning: 'The configuration file, instead of `~/.config/parley/config.toml`.' },
  { name: 'PARLEY_STATE_DIR', meaning: 'The state directory: one daemon, its sessions and its token.' },
  { name: 'PARLEY_DATA_DIR', meaning: 'Where `parley agents install` puts agents.' },
  {
    name: 'PARLEY_SYNC_DEADLINE_MS',
    meaning: 'Milliseconds that a request of an MCP client waits before it replies with a job; 0: for ever.',
  },
];

/** A whole number within its limits. */
const whole =
  (least: number, most: number, of = (count: number): unknown => count) =>
  (text: string): Reading =>
    /^\d{1,15}$/.test(text.trim()) && Number(text) >= least && Number(text) <= most
      ? { value: of(Number(text)) }
      : { problem: `it is no whole number from ${least} to ${most}` };

const listed = (before: unknown, more: string): Reading => ({
  value: [...new Set([...(Array.isArray(before) ? before : []), more])],
});

/** Of llm-cli-gateway. Parley's own variables win over these; what does not fit is left out, because it was not set for Parley. */
export const gatewayEntries: readonly EntryVariable[] = [
  {
    name: 'LLM_GATEWAY_HTTP_HOST',
    meaning: 'The address of `parley serve`.',
    sets: [{ key: ['server', 'host'], read: any }],
  },
  {
    name: 'LLM_GATEWAY_HTTP_PORT',
    meaning: 'The port of `parley serve`.',
    sets: [{ key: ['server', 'port'], read: whole(0, 65_535) }],
  },
  {
    name: 'LLM_GATEWAY_PUBLIC_URL',
    meaning:
      'The address under which Parley is seen from elsewhere: its host and its origin are let in (with a credential, as always).',
    sets: [
      { key: ['server', 'hosts'], read: (text, before) => publicUrl(text, (url) => listed(before, url.host)) },
      { key: ['server', 'origins'], read: (text, before) => publicUrl(text, (url) => listed(before, url.origin)) },
    ],
  },
  {
    name: 'LLM_GATEWAY_LOGS_DB',
    meaning:
      '`none`, or empty: records of requests hold no texts. A path is not taken: records are in the state directory.',
    emptyCounts: true,
    sets: [
      {
        key: ['recorder', 'text'],
        read: (text) =>
          /^(none)?$/i.test(text.trim())
            ? { value: 'none' }
            : {
                problem: 'records of requests are in the state directory (PARLEY_STATE_DIR), not in a file of its own',
              },
      },
    ],
  },
  {
    name: 'LLM_GATEWAY_JOB_RETENTION_DAYS',
    meaning: 'Days that jobs are kept.',
    sets: [{ key: ['requests', 'retention_days'], read: whole(0, 3650) }],
  },
  {
    name: 'LLM_GATEWAY_DEDUP_WINDOW_MS',
    meaning: 'Milliseconds that an answer is reused for the same request.',
    sets: [{ key: ['requests', 'dedup_window'], read: whole(0, 7 * 24 * 3_600_000, (ms) => ms / 1000) }],
  },
  {
    name: 'LLM_GATEWAY_APPROVAL_POLICY',
    meaning: '`strict`, `balanced` or `permissive`: what `mcp_managed` lets through.',
    sets: [
      {
        key: ['requests', 'approval_policy'],
        read: (text) =>
          /^(strict|balanced|permissive)$/.test(text)
            ? { value: text }
            : { problem: 'it is none of strict, balanced and permissive' },
      },
    ],
  },
  {
    name: 'APPROVAL_LOG_PROMPTS',
    meaning: '`1`: records of such decisions hold the begin of the prompt.',
    sets: [{ key: ['requests', 'log_prompts'], read: (text) => ({ value: text === '1' }) }],
  },
];

function publicUrl(text: string, of: (url: URL) => Reading): Reading {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol)
    ? of(url)
    : { problem: 'it is no address that begins with https:// or http://' };
}

/** Least characters of a token: one that can be guessed opens a shell. */
export const leastToken = 32;

const nowhere = (why: string) => (): string => why;

export const otherGatewayVariables: readonly OtherVariable[] = [
  {
    name: 'SYNC_DEADLINE_MS',
    meaning: 'The same as `PARLEY_SYNC_DEADLINE_MS`, which wins. 0 waits for ever; the job is durable all the same.',
  },
  ...['LLM_GATEWAY_TRANSPORT', 'MCP_TRANSPORT'].map((name): OtherVariable => ({
    name,
    meaning: '`stdio`, which is what `parley mcp` speaks. With `http` it says where MCP over HTTP is, and ends.',
    judge: (text) =>
      text === 'stdio'
        ? undefined
        : '`parley mcp` speaks stdio only; over HTTP the MCP server is /mcp of `parley serve`, which is always there',
  })),
  {
    name: 'LLM_GATEWAY_HTTP_PATH',
    meaning: '`/mcp` only.',
    judge: (text) =>
      text === '/mcp' ? undefined : "the path of the MCP server is /mcp, as clients' configurations know it",
  },
  {
    name: 'LLM_GATEWAY_AUTH_TOKEN',
    meaning: `A second bearer token beside Parley's own, of at least ${leastToken} characters. Agents do not get it.`,
    judge: (text) =>
      text.length >= leastToken
        ? undefined
        : `a token of fewer than ${leastToken} characters can be guessed, so it opens nothing`,
  },
  {
    name: 'LLM_GATEWAY_AUTH_DISABLED',
    meaning:
      'Never: whoever reaches the port could run commands. `parley pair` lets a browser in, the token a program.',
    judge: (text) =>
      text === '' || text === '0'
        ? undefined
        : 'authentication is never off: whoever reaches the port could run commands on this machine',
  },
  {
    name: 'LLM_GATEWAY_TUNNEL_PROVIDER',
    meaning: '`parley doctor`: the public address is reached by a tunnel of this provider.',
  },
  {
    name: 'LLM_GATEWAY_VERIFY_PUBLIC_URL',
    meaning: '`1`: `parley doctor` asks the public address, as with `--verify`.',
  },
  {
    name: 'LLM_GATEWAY_JOBS_DB',
    meaning: 'Not taken: jobs are turns, which are always kept, in the state directory.',
    judge: (text) =>
      /^none$/i.test(text)
        ? 'jobs are always kept: that is what lets a caller come back for an answer; `requests.retention_days` says how long'
        : 'jobs are in the state directory (PARLEY_STATE_DIR), not in a file of their own',
  },
  {
    name: 'SESSION_TTL',
    meaning:
      'Not taken: what people made stays until it is deleted; `requests.retention_days` is for what requests made.',
    judge: nowhere(
      'sessions that people made stay until they are deleted; those of requests go after `requests.retention_days`',
    ),
  },
  {
    name: 'DATABASE_URL',
    meaning: 'With `REDIS_URL` the sessions of llm-cli-gateway. Parley has a store of its own.',
    judge: (_text, env) =>
      (env['REDIS_URL'] ?? '') === ''
        ? undefined // Most likely of the project that is worked on.
        : 'with REDIS_URL it held the sessions of llm-cli-gateway; Parley keeps its own in the state directory and uses neither',
  },
  {
    name: 'DEBUG',
    meaning: 'Not read: it is of many programs (so `parley doctor` says nothing). `parley daemon logs` shows the log.',
  },
  {
    name: 'EXA_API_KEY, REF_API_KEY',
    meaning:
      'Handed on to agents like any other variable; Parley forces no MCP server on them, so nothing needs these.',
  },
  {
    name: 'GEMINI_API_KEY, GOOGLE_API_KEY, GOOGLE_CLOUD_PROJECT, GOOGLE_GENAI_USE_VERTEXAI',
    meaning: 'As Gemini CLI itself reads them; only Gemini CLI gets the keys.',
  },
  ...['RVWR_GATEWAY_BUNDLE_URL', 'RVWR_GATEWAY_BUNDLE_SHA256'].map((name): OtherVariable => ({
    name,
    meaning: 'Not taken: they were for the bootstrapper of llm-cli-gateway.',
    judge: nowhere('it was for the bootstrapper of llm-cli-gateway, which Parley does not have'),
  })),
  {
    name: '<AGENT>_DEFAULT_MODEL',
    meaning: 'The model of new sessions, for CLAUDE, CODEX, GEMINI, GROK and MISTRAL; also `VIBE_ACTIVE_MODEL`.',
  },
  {
    name: '<AGENT>_MODELS',
    meaning:
      'More models for `parley models`: `id` or `id=words` with commas or line breaks between them, or JSON (a list or a table).',
  },
  { name: '<AGENT>_MODEL_ALIASES', meaning: '`alias=model`, in the same forms.' },
  { name: 'LLM_GATEWAY_MODEL_ALIASES', meaning: 'The same for all agents: `codex.fast=…`.' },
  {
    name: 'CODEX_CONFIG_PATH, CLAUDE_SETTINGS_PATH, CLAUDE_SETTINGS_LOCAL_PATH, GEMINI_SETTINGS_PATH',
    meaning: "The agent's own settings file, where Parley looks for models.",
  },
  {
    name: 'GEMINI_HISTORY_ROOT, GEMINI_HISTORY_MAX_FILES, GEMINI_HISTORY_MAX_FILE_BYTES',
    meaning:
      'Where the chats of Gemini CLI are, in which models are seen; how many of the newest are looked at (200), and up to which size (2097152).',
  },
  { name: 'LLM_GATEWAY_DISABLE_MODEL_DISCOVERY', meaning: "`1`: models are looked for in no agent's files." },
  { name: 'GEMINI_DISABLE_HISTORY_DISCOVERY', meaning: '`1`: nor in the chats of Gemini CLI.' },
];

export interface NotHonoured {
  readonly name: string;
  /** Half a sentence, without its full stop. */
  readonly why: string;
}

/** The variables that are set and that Parley does nothing with, or not what their user expects. */
export function notHonoured(env: NodeJS.ProcessEnv): readonly NotHonoured[] {
  const entries = gatewayEntries.flatMap(({ name, sets }) => {
    const text = env[name];
    if (text === undefined || text === '') return [];
    const problems = sets.flatMap(({ read }) => {
      const reading = read(text, undefined);
      return 'problem' in reading ? [reading.problem] : [];
    });
    return problems.slice(0, 1).map((why) => ({ name, why }));
  });
  const others = otherGatewayVariables.flatMap(({ name, judge }) => {
    const text = env[name];
    const why = text === undefined || text === '' ? undefined : judge?.(text, env);
    return why === undefined ? [] : [{ name, why }];
  });
  return [...entries, ...others];
}

export interface Override {
  readonly key: Key;
  readonly value: unknown;
  readonly origin: string;
}

/** What the environment sets, the strongest last. `before`: what the file says of an entry. */
export function overridesIn(env: NodeJS.ProcessEnv, before: (key: Key) => unknown): readonly Override[] {
  return [...gatewayEntries, ...parleyVariables].flatMap(({ name, sets, emptyCounts }) => {
    const text = env[name];
    if (text === undefined || (text === '' && emptyCounts !== true)) return [];
    return sets.flatMap(({ key, read }): readonly Override[] => {
      const reading = read(text, before(key));
      return 'value' in reading ? [{ key, value: reading.value, origin: name }] : [];
    });
  });
}

/** The second bearer token, where the environment has one that is good enough. */
export function gatewayToken(env: NodeJS.ProcessEnv): string | undefined {
  const token = env['LLM_GATEWAY_AUTH_TOKEN'] ?? '';
  return token.length >= leastToken ? token : undefined;
}
