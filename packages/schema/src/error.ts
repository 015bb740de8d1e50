// The error catalogue: every error that leaves Parley has one of these codes, in the API, in logs and in the documentation.

import { z } from 'zod';

interface ErrorKind {
  /** HTTP status. */
  readonly status: number;
  /** Exit code of the `parley` command. */
  readonly exit: 1 | 2 | 3 | 4 | 130;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** What to do next, in one line. */
  readonly hint: string;
}

const kind = (status: number, exit: ErrorKind['exit'], retryable: boolean, hint: string): ErrorKind => ({
  status,
  exit,
  retryable,
  hint,
});

export const errorCatalogue = {
  // The caller's input.
  invalid_request: kind(
    400,
    2,
    false,
    'Correct what is named: `--help` of the command, the description of the tool, or /api/openapi.json tells what can be said.',
  ),
  malformed_json: kind(400, 2, false, 'Send a body that is valid JSON with content-type application/json.'),
  empty_prompt: kind(400, 2, false, 'Give the agent some words: as an argument, or on standard input.'),
  prompt_too_large: kind(
    413,
    2,
    false,
    'Shorten the prompt, or put the text in a file in the workspace and name the file.',
  ),
  body_too_large: kind(413, 2, false, 'Send less in one request.'),
  unsupported_media_type: kind(415, 2, false, 'Send content-type application/json.'),
  unknown_agent: kind(404, 2, false, 'Run `parley agents` to see the names.'),
  unknown_session: kind(404, 2, false, 'Run `parley sessions` to see the ids.'),
  unknown_turn: kind(404, 2, false, 'Read the session to see its turns and its queue.'),
  unknown_approval: kind(404, 2, false, 'Run `parley approvals` to see what is waiting.'),
  unknown_consultation: kind(404, 2, false, 'Run `parley consultations` to see the ids.'),
  unknown_route: kind(404, 2, false, 'The API is described at /api/openapi.json.'),
  folder_missing: kind(400, 2, false, 'Name a folder that exists, by its absolute path.'),
  approval_resolved: kind(409, 1, false, 'Somebody or the deadline was faster; nothing is left to do.'),
  turn_not_queued: kind(409, 1, false, 'It has started or ended already; interrupt it instead.'),
  idempotency_conflict: kind(409, 2, false, 'Use a new key for a new input.'),
  queue_full: kind(429, 1, true, 'Wait until a queued turn has run, or cancel one.'),
  session_working: kind(409, 1, true, 'Wait until its turn has ended, or interrupt it.'),
  session_closed: kind(409, 1, false, 'Start a new session.'),
  policy_not_allowed: kind(
    403,
    2,
    false,
    'Choose a policy that is allowed here; `full` needs the folder in `policy.full` of your own config.toml.',
  ),
  approval_denied: kind(
    403,
    1,
    false,
    'Ask for less (the message says what weighed), or let a person decide: `approval.ask`, or `requests.ask_person` in the configuration.',
  ),
  config_invalid: kind(400, 2, false, 'Correct the named entry of the configuration file.'),
  events_pruned: kind(410, 1, false, 'Read the session from the beginning (after=0).'),

  // The gate.
  host_not_allowed: kind(
    421,
    1,
    false,
    'Open Parley by the address that it printed, or add the name to `server.hosts`.',
  ),
  origin_not_allowed: kind(403, 1, false, 'Open the page from Parley itself, or add the origin to `server.origins`.'),
  unauthenticated: kind(
    401,
    1,
    false,
    'Open the pairing link that `parley serve` or `parley pair` prints, or send the token as a bearer.',
  ),
  pairing_code_invalid: kind(
    403,
    1,
    false,
    'Pairing links work once and for ten minutes: run `parley pair` for a new one.',
  ),
  forbidden: kind(403, 1, false, 'This credential has no right to do that.'),

  // The agent.
  agent_not_installed: kind(
    424,
    3,
    false,
    'Install it (`parley agents show <agent>` says how), or name its program in the configuration.',
  ),
  agent_auth: kind(424, 3, false, "Log in with the agent's own command, or set its API key."),
  agent_start_failed: kind(
    502,
    1,
    true,
    'Read the message and `parley daemon logs`; run the agent by hand to see more.',
  ),
  agent_crashed: kind(502, 1, true, 'Send the message again: the conversation resumes.'),
  agent_protocol: kind(
    502,
    1,
    true,
    'The agent spoke in a way that Parley does not know: compare versions with `parley agents`.',
  ),
  agent_refused: kind(502, 1, false, 'Read the message: it is what the agent said.'),
  no_active_turn: kind(409, 1, false, 'Nothing runs: submit the words as a turn.'),
  steer_unsupported: kind(
    409,
    1,
    false,
    'This agent takes no words into a running turn: submit them, and they are queued.',
  ),
  fork_unsupported: kind(
    409,
    2,
    false,
    'Fork a conversation of an agent that can: `parley agents show <agent>` tells.',
  ),
  folder_untrusted: kind(424, 1, false, 'Trust the folder once in the agent itself, then send it again.'),
  step_limit: kind(
    502,
    1,
    false,
    "The agent stopped at a limit of its own (steps, tokens, price): raise it, or send 'go on'.",
  ),
  thread_missing: kind(410, 1, false, 'The agent has lost this conversation: start a new session.'),
  rate_limited: kind(429, 1, true, 'Wait, then send it again.'),
  quota_exceeded: kind(429, 1, false, "The account's quota is used up: check it at the vendor's."),
  model_overloaded: kind(503, 1, true, 'The model server is overloaded or failing: send it again later.'),
  model_unknown: kind(400, 2, false, 'Choose a model that this agent offers.'),
  context_exceeded: kind(413, 1, false, 'The conversation is too long for the model: start a new session.'),
  model_request_rejected: kind(502, 1, false, 'Read the message: it is what the model server said.'),
  no_answer: kind(502, 1, true, 'The agent ended the turn without an answer: send it again.'),
  output_limit: kind(502, 1, false, 'The agent printed more than `runs.max_output_bytes`.'),

  // Time.
  timeout: kind(504, 4, true, 'Give it more time: `--timeout`, or `timeoutMs` of a tool.'),
  idle_timeout: kind(504, 4, true, 'The agent was silent for too long: is its model server reachable?'),
  start_timeout: kind(504, 4, true, 'The agent did not come up in time: run it by hand to see why.'),
  interrupted: kind(409, 130, false, 'It was stopped on request.'),

  // Parley itself.
  state_locked: kind(
    409,
    1,
    false,
    'Another Parley owns this state directory: use it, or choose another PARLEY_STATE_DIR.',
  ),
  state_on_network: kind(500, 1, false, 'SQLite is not safe there: set PARLEY_STATE_DIR to a local disk.'),
  state_newer: kind(500, 1, false, 'This state directory was written by a newer Parley: upgrade.'),
  state_corrupt: kind(
    500,
    1,
    false,
    'A migration that ran before has changed: restore the state directory or start with a new one.',
  ),
  daemon_unreachable: kind(503, 1, true, 'Start it with `parley serve` or `parley daemon status --start`.'),
  port_in_use: kind(500, 1, false, 'Choose another port with --port, or stop what uses it.'),
  turn_lost: kind(
    500,
    1,
    true,
    'Parley could not find out how the turn ended: look at the workspace, then send it again.',
  ),
  shutting_down: kind(503, 1, true, 'The daemon is stopping: try again in a moment.'),
  internal: kind(500, 1, false, 'This is a defect in Parley: see `parley daemon logs`.'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorCatalogue;

/** An error as it travels: in API bodies, events and NDJSON. */
export interface ErrorBody {
  readonly code: ErrorCode;
  /** What happened, to what. The agent's or vendor's own words where it has any. */
  readonly message: string;
  readonly hint: string;
  readonly retryable: boolean;
  /** Facts for programs: exit code, stderr tail, field names, HTTP status of the model server. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export const errorCodes = Object.keys(errorCatalogue) as readonly ErrorCode[];

export const ErrorBodySchema = z.object({
  code: z.enum(errorCodes as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  hint: z.string(),
  retryable: z.boolean(),
  details: z.record(z.string(), z.unknown()).readonly().exactOptional(),
});

/** The body for a code, with the catalogue's hint. */
export function errorBody(code: ErrorCode, message: string, details?: Readonly<Record<string, unknown>>): ErrorBody {
  const { hint, retryable } = errorCatalogue[code];
  return details === undefined ? { code, message, hint, retryable } : { code, message, hint, retryable, details };
}

const marker: unique symbol = Symbol.for('parley.error') as never;

/** The one error class. Survives duplicate copies of this package: test with `ParleyError.is`. */
export class ParleyError extends Error {
  readonly [marker] = true;
  readonly body: ErrorBody;

  constructor(code: ErrorCode, message: string, details?: Readonly<Record<string, unknown>>, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ParleyError';
    this.body = errorBody(code, message, details);
  }

  get code(): ErrorCode {
    return this.body.code;
  }

  static is(value: unknown): value is ParleyError {
    return typeof value === 'object' && value !== null && marker in value;
  }

  static from(body: ErrorBody): ParleyError {
    return new ParleyError(body.code, body.message, body.details);
  }
}
