// The driver contract. A driver is a pure reducer: `step(state, input) → { state, outputs }`. It opens no file, socket, timer or
// process and reads no clock, so that the same code runs on a live process, on a re-adopted one (its inputs are replayed and its outputs
// muted up to what is stored) and on a recorded trace. Determinism is a duty: the same inputs must give the same outputs, ids
// included.

import type { AgentCapabilities, AgentName } from './agent.ts';
import type { AgentOptionName, AgentOptions } from './agent-options.ts';
import type { ApprovalAnswer, ApprovalRequest } from './approval.ts';
import type { ApprovalId, ItemId, RunId, TurnId } from './ids.ts';
import type { Item } from './item.ts';
import type { Policy } from './policy.ts';
import type { TurnEnd } from './turn.ts';
import type { Usage } from './usage.ts';

/** What a process is to be started for. */
export interface LaunchRequest {
  readonly runId: RunId;
  /** The text of the turn that it is started for; only for drivers with `promptInArgv`. */
  readonly prompt?: string;
  /** Absolute path of the agent's executable. */
  readonly executable: string;
  readonly cwd: string;
  readonly policy: Policy;
  readonly model?: string;
  /** Resume this conversation of the agent. */
  readonly threadId?: string;
  /** Not that conversation itself but a copy of it: only for drivers that can `fork`, always with `threadId`. */
  readonly fork?: boolean;
  readonly endpoint: ModelEndpoint;
  /** Set when Parley itself runs as root; some agents refuse some policies then. */
  readonly root: boolean;
  /** An own home for the agent's files (rehearsal keeps the user's own history clean). Absolute path, exists. */
  readonly agentHome?: string;
  /** From the configuration: added last to argv and environment. */
  readonly extraArgs: readonly string[];
  /** Which of several programs of that name this is, and its version, as detection told it. */
  readonly dialect?: string;
  readonly version?: string;
  /** Absolute folders beside `cwd` that the agent may work in. */
  readonly addedFolders?: readonly string[];
  /** How hard the model is to think, in the agent's own words (`low`, `high`, `xhigh`, …). */
  readonly effort?: string;
  /** A variant of the model (OpenCode) and a way of talking (Codex), in the agent's own words. */
  readonly variant?: string;
  readonly personality?: string;
  /** A profile in the agent's own configuration. */
  readonly providerProfile?: string;
  /** The agent's own options; only those that the driver has (`Driver.options`). */
  readonly options?: AgentOptions;
  /** What became of the names in `options.mcpServers`; only for drivers with `mcpPlaces`. */
  readonly mcp?: McpChoice;
  /** Absolute folder of this run alone, in which the plan's `files` will be. */
  readonly filesFolder: string;
  /**
   * Program and first arguments of `parley adapter`: put before the agent's command line, it makes lines of what is none (HTTP, files
   * that the agent leaves on disk). See `packages/runtime/src/adapters/README.md`.
   */
  readonly adapter: readonly [string, ...string[]];
  /** Absolute path of Parley's own Node (24 or newer), for agents that are Node programs and need a newer one than the user's. */
  readonly node: string;
}

/** What else is known of a session when its options are checked. Absolute, real paths. */
export interface OptionFacts {
  readonly policy: Policy;
  readonly cwd: string;
  readonly addedFolders?: readonly string[];
}

/** The configured MCP servers of the agent, sorted by whether the session wants them. */
export interface McpChoice {
  /** Those that it wants, by name: the definition as it stands in the agent's own configuration. */
  readonly own: Readonly<Record<string, unknown>>;
  /** The names of all others. */
  readonly unwanted: readonly string[];
}

/** A file in which MCP servers of an agent may be configured: JSON, or TOML where its name ends so. */
export interface McpPlace {
  /** Absolute. It need not exist. */
  readonly path: string;
  /** It belongs to a project: what it names can be left out by a session, but not asked for. */
  readonly project?: boolean;
  /** The definitions in it, by name. */
  servers(settings: unknown): Readonly<Record<string, unknown>>;
}

/** Where the agent finds its model. */
export type ModelEndpoint =
  /** As the agent itself is configured: a vendor login or the vendor's own key variable. */
  | { readonly kind: 'own' }
  /** A compatible server: base URL as that vendor's SDK takes it (OpenAI's with `/v1`, Anthropic's without). `keyEnv` names the variable that holds the key. */
  | { readonly kind: 'url'; readonly url: string; readonly keyEnv: string };

/** How to start the process. Prompts do not travel in argv, where others can read them, unless the agent takes them nowhere else (`promptInArgv`). */
export interface LaunchPlan {
  readonly argv: readonly [string, ...string[]];
  /** Set (string) or unset (null) on top of the daemon's cleaned environment. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly cwd: string;
  /** What of the policy this agent cannot express, for people. */
  readonly limits: readonly string[];
  /**
   * A command that has to run once, alone, before the agent is first started in a home, because its first starts would get in each other's
   * way. Not run where `unless` is there already: a path below the user's data folder (`XDG_DATA_HOME`, else `~/.local/share`).
   */
  readonly firstStart?: { readonly argv: readonly [string, ...string[]]; readonly unless: string };
  /** Files of this run alone (0600), by names inside `filesFolder`; removed when it is over. For what must not stand in argv, or cannot. */
  readonly files?: readonly { readonly name: string; readonly text: string }[];
  /** Files that the agent needs in its own home before it starts, by paths inside it. Only for a request with `agentHome`. */
  readonly homeFiles?: readonly { readonly path: string; readonly text: string }[];
}

/** Fixed for one run. Items and approvals are numbered within it: `itemIdOf(runId, n)`, `approvalIdOf(runId, n)`. */
export interface DriverContext {
  readonly runId: RunId;
  readonly cwd: string;
  readonly policy: Policy;
  readonly model?: string;
  readonly threadId?: string;
  /** As in `LaunchRequest`. The copy's own id is told by `thread`. */
  readonly fork?: boolean;
  /** The last total that the agent told of this conversation; absent when a turn since then told none. */
  readonly threadTotal?: Usage;
  /** As in `LaunchRequest`: where the agent finds its model, without the address. */
  readonly endpoint: ModelEndpoint['kind'];
  readonly addedFolders?: readonly string[];
  readonly effort?: string;
  readonly variant?: string;
  readonly personality?: string;
  readonly options?: AgentOptions;
}

/** The deadlines that a driver can set; the engine knows how long each is. */
export type DriverDeadline = 'handshake' | 'interrupt' | 'settle';

export type DriverInput =
  /** The process is up: say hello. Always the first input. */
  | { readonly type: 'opened' }
  /** One line of stdout, without its newline. */
  | { readonly type: 'line'; readonly line: string }
  /** Begin a turn. Only sent while none is open. May come before the handshake is done: the driver keeps it. */
  | { readonly type: 'start'; readonly turnId: TurnId; readonly text: string }
  /** Words into the running turn `into`. `turnId` is the turn that they become if the agent does not take them into `into`. */
  | { readonly type: 'steer'; readonly into: TurnId; readonly turnId: TurnId; readonly text: string }
  | { readonly type: 'interrupt'; readonly turnId: TurnId }
  | {
      readonly type: 'answer';
      readonly approvalId: ApprovalId;
      readonly answer: ApprovalAnswer;
      readonly option: 'allow' | 'allow-always' | 'deny' | 'cancel';
    }
  | { readonly type: 'deadline'; readonly name: DriverDeadline }
  /** The process is gone and all its lines have been given. Always the last input. */
  | {
      readonly type: 'exited';
      readonly code: number | null;
      readonly signal: string | null;
      readonly stderrTail: string;
    };

export type DriverOutput =
  /** One line for stdin, without its newline. */
  | { readonly type: 'write'; readonly line: string }
  /** After all that was written: EOF. The process then reads no more, and its end is the end of its turn. */
  | { readonly type: 'close-stdin' }
  /** The handshake is done; turns can start. */
  | { readonly type: 'ready' }
  /** What the agent told about the conversation. */
  | { readonly type: 'thread'; readonly threadId?: string; readonly model?: string; readonly agentVersion?: string }
  /** The agent began to work on this turn: the one that was started, or steered words that it took up as a turn of their own. */
  | { readonly type: 'turn-started'; readonly turnId: TurnId }
  /** The agent proved that it took these steered words into the running turn. */
  | { readonly type: 'steer-consumed'; readonly turnId: TurnId }
  /** It did not and will not take them: the engine runs them as a turn of their own. `reason`: why, for people. */
  | { readonly type: 'steer-returned'; readonly turnId: TurnId; readonly reason?: string }
  | { readonly type: 'item-started'; readonly turnId: TurnId; readonly item: Item }
  | { readonly type: 'item-delta'; readonly turnId: TurnId; readonly itemId: ItemId; readonly text: string }
  /** An item whose text was given as deltas may leave `text` / `output` empty here only if the agent gave no whole text: the engine joins the deltas. */
  | { readonly type: 'item-completed'; readonly turnId: TurnId; readonly item: Item }
  | { readonly type: 'approval-requested'; readonly turnId: TurnId; readonly approval: ApprovalRequest }
  /** The agent no longer wants an answer. */
  | { readonly type: 'approval-withdrawn'; readonly approvalId: ApprovalId }
  /**
   * This turn's usage so far (a difference where the agent reports totals). Replaces the one before. `threadTotal`: what the agent told, where
   * it tells only the total of its conversation: the next run gets it in its context.
   */
  | { readonly type: 'usage'; readonly turnId: TurnId; readonly usage: Usage; readonly threadTotal?: Usage }
  | {
      readonly type: 'notice';
      readonly turnId?: TurnId;
      readonly level: 'info' | 'warning' | 'error';
      readonly code: string;
      readonly text: string;
      readonly raw?: string;
    }
  /** The turn's one end. Open items need not be completed first: the engine ends them. */
  | { readonly type: 'turn-ended'; readonly turnId: TurnId; readonly end: TurnEnd }
  /** Ask for a `deadline` input (`set`), or take that back (`clear`). */
  | { readonly type: 'deadline'; readonly name: DriverDeadline; readonly action: 'set' | 'clear' }
  /** The process is of no more use (protocol broken, or it cannot go on): the engine ends the run. */
  | { readonly type: 'end-run'; readonly reason: string };

export interface DriverStep<State> {
  readonly state: State;
  readonly outputs: readonly DriverOutput[];
}

/** The machine of one run. */
export interface DriverProtocol<State> {
  begin(context: DriverContext): State;
  step(state: State, input: DriverInput): DriverStep<State>;
}

/** What detection found out. Detection is the one part of a driver that may run the agent (`--version`, login status) and read files. */
export interface Detected {
  readonly installed: boolean;
  /** Absolute path, launchers resolved to the program that does the work. */
  readonly path?: string;
  readonly version?: string;
  /** Where several programs share the name: which one this is. */
  readonly dialect?: string;
  /** The vendor's own login, if one is there: for people, never a secret. */
  readonly login?: string;
  readonly problem?: string;
}

export interface DetectRequest {
  /** Absolute folders to look in, in order: Parley's own installations first, then PATH. */
  readonly searchPath: readonly string[];
  /** From the configuration: overrides the search. */
  readonly command?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As in `LaunchRequest`; absent: agents that are Node programs are started as they are. */
  readonly node?: string;
}

/**
 * A driver: one folder under `packages/drivers/src`, one line in its registry. An agent that can be spoken to in several ways has one
 * driver for each (they share all but `mode`, `capabilities`, `protocol` and `launch`); the first in the registry is the usual one.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- each driver's state is its own business; nobody but its protocol reads it
export interface Driver<State = any> {
  readonly agent: AgentName;
  /** How the agent is spoken to: `app-server`, `acp`, `print`, … One word, never two of the same in one agent. */
  readonly mode: string;
  /** Only for the program of this dialect. */
  readonly dialect?: string;
  /** For people: "Codex", "Claude Code". */
  readonly title: string;
  /** The version of the agent that all this was seen on. */
  readonly provenVersion: string;
  /** Absent for agents that npm does not have: then `installHint` says what a person can do. */
  readonly npmPackage?: string;
  readonly installHint?: string;
  /** How the agent gets a model of its own, as a sentence without its full stop and with commands in backticks: "Run `codex login`, or set OPENAI_API_KEY". */
  readonly loginHint: string;
  /** The vendor's usual key variable, and what kind of model server the agent speaks to. */
  readonly keyEnv: string;
  /** More variables that hold this vendor's credentials: no other agent gets them. */
  readonly secretEnv?: readonly string[];
  /** The variable by which people name another address for the vendor's key, where the vendor's own programs read one. */
  readonly baseUrlEnv?: string;
  /** Where a key in `keyEnv` is taken to. Absent for agents whose vendor Parley does not know: then only a configured server gets one. */
  readonly vendorUrl?: string;
  readonly wire: ModelWire;
  /** The model to name when it talks to the rehearsal server. */
  readonly rehearsalModel: string;
  readonly capabilities: AgentCapabilities;
  /** It sometimes falls silent for ever and works again when its conversation is resumed: then Parley does that, once in a turn. */
  readonly resumesAfterSilence?: boolean;
  /** It prints nothing before it has finished: its silence tells as little as a tool's and may last as long (`deadlines.tool`). */
  readonly printsAtEnd?: boolean;
  /** The options that it has when it is spoken to in this way. Absent: none. */
  readonly options?: readonly AgentOptionName[];
  /** Throws `invalid_request` and `policy_not_allowed` for values of those options that cannot be had, or not with this policy. */
  checkOptions?(options: AgentOptions, facts: OptionFacts): void;
  /** Where its MCP servers are configured, for `options.mcpServers`. Absent: names go to it as they are. */
  mcpPlaces?(where: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly cwd: string;
    readonly agentHome?: string;
  }): readonly McpPlace[];
  /** The agent takes its prompt only from the command line. */
  readonly promptInArgv?: boolean;
  readonly protocol: DriverProtocol<State>;
  /** Throws `ParleyError` when the request cannot be expressed safely. */
  launch(request: LaunchRequest): LaunchPlan;
  detect(request: DetectRequest): Promise<Detected>;
}

/** The four kinds of model server, as in `packages/rehearsal`. OpenAI's two take base URLs with `/v1`, the others without. */
export type ModelWire = 'openai-responses' | 'openai-chat' | 'anthropic-messages' | 'gemini';
