// What a request says, in one form for all wire formats: who said what, which tools the agent offers.
import type { JsonObject } from './shape.ts';

export type Dialect = 'responses' | 'messages' | 'chat' | 'gemini';

/** A tool that the agent offers in its request. */
export interface Tool {
  readonly name: string;
  /** Codex groups some tools (`multi_agent_v1.spawn_agent`): the group's name. */
  readonly namespace?: string;
  /** JSON Schema of the arguments; empty for a freeform tool. */
  readonly schema: JsonObject;
  /** Takes plain text instead of JSON arguments (codex's `apply_patch`). */
  readonly freeform: boolean;
}

export type Entry =
  | { readonly kind: 'person'; readonly text: string }
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'call'; readonly id: string; readonly name: string }
  | { readonly kind: 'result'; readonly id: string; readonly text: string; readonly failed: boolean };

export interface Conversation {
  readonly dialect: Dialect;
  readonly model: string;
  readonly stream: boolean;
  readonly entries: readonly Entry[];
  readonly tools: readonly Tool[];
  /** The answer must be JSON that fits this schema. */
  readonly outputSchema?: JsonObject;
  /** System prompts, reminders, environment: everything that no person wrote. */
  readonly machineText: string;
  /** The agent can show reasoning. */
  readonly wantsReasoning: boolean;
  /** A stream is to end with token numbers; only Chat Completions asks. */
  readonly wantsUsage?: boolean;
}

/** A call of one of the agent's tools, ready for the wire. `input` is JSON text, or the plain text of a freeform tool. */
export interface ToolCall {
  readonly name: string;
  readonly namespace?: string;
  readonly freeform: boolean;
  readonly input: string;
}
