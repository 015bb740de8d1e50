// Items: the things inside a turn that have a life of their own (started → deltas → completed).

import { z } from 'zod';
import { ItemIdSchema, TurnIdSchema } from './ids.ts';
import type { ItemId, TurnId } from './ids.ts';

/** `running` only between started and completed; the others are how it ended. */
export type ItemStatus = 'running' | 'completed' | 'failed' | 'declined' | 'interrupted';

export interface UserMessageItem {
  readonly id: ItemId;
  readonly type: 'user_message';
  readonly text: string;
  /** Set on words sent into a running turn: the turn that they become if the agent does not take them. */
  readonly steer?: {
    readonly turnId: TurnId;
    /** `sent`: written to the agent; `consumed`: the agent proved that it took them; `returned`: it did not. */
    readonly delivery: 'sent' | 'consumed' | 'returned';
  };
}

export interface AssistantMessageItem {
  readonly id: ItemId;
  readonly type: 'assistant_message';
  readonly text: string;
}

export interface ReasoningItem {
  readonly id: ItemId;
  readonly type: 'reasoning';
  readonly text: string;
}

/** A shell command that the agent runs. */
export interface CommandItem {
  readonly id: ItemId;
  readonly type: 'command';
  readonly status: ItemStatus;
  readonly command: string;
  readonly cwd?: string;
  /** stdout and stderr together, as the agent reports them. */
  readonly output?: string;
  readonly exitCode?: number;
  readonly durationMs?: number;
}

export interface FileChange {
  /** Relative to the session's folder where it lies inside it, else absolute. */
  readonly path: string;
  readonly kind: 'add' | 'update' | 'delete' | 'move';
  readonly movedTo?: string;
  readonly added?: number;
  readonly removed?: number;
  /** Unified diff of this file, where the agent gives enough to make one. */
  readonly diff?: string;
}

export interface FileChangeItem {
  readonly id: ItemId;
  readonly type: 'file_change';
  readonly status: ItemStatus;
  readonly changes: readonly FileChange[];
}

/** Any other tool of the agent: reading, searching, MCP, sub-agents. */
export interface ToolCallItem {
  readonly id: ItemId;
  readonly type: 'tool_call';
  readonly status: ItemStatus;
  readonly name: string;
  /** The MCP server that the tool belongs to. */
  readonly server?: string;
  /** One line for people: what it does, to what. */
  readonly title?: string;
  /** The arguments, as the agent gave them, as JSON text. */
  readonly input?: string;
  readonly output?: string;
}

export interface PlanStep {
  readonly text: string;
  readonly status: 'pending' | 'in_progress' | 'completed';
}

/** The agent's plan. Each update is the whole plan, under the same id within one turn. */
export interface PlanItem {
  readonly id: ItemId;
  readonly type: 'plan';
  readonly steps: readonly PlanStep[];
}

export type Item =
  | UserMessageItem
  | AssistantMessageItem
  | ReasoningItem
  | CommandItem
  | FileChangeItem
  | ToolCallItem
  | PlanItem;

export type ItemType = Item['type'];

const StatusSchema = z.enum(['running', 'completed', 'failed', 'declined', 'interrupted']);

export const FileChangeSchema = z.object({
  path: z.string(),
  kind: z.enum(['add', 'update', 'delete', 'move']),
  movedTo: z.string().exactOptional(),
  added: z.number().int().nonnegative().exactOptional(),
  removed: z.number().int().nonnegative().exactOptional(),
  diff: z.string().exactOptional(),
});

export const ItemSchema = z.discriminatedUnion('type', [
  z.object({
    id: ItemIdSchema,
    type: z.literal('user_message'),
    text: z.string(),
    steer: z.object({ turnId: TurnIdSchema, delivery: z.enum(['sent', 'consumed', 'returned']) }).exactOptional(),
  }),
  z.object({ id: ItemIdSchema, type: z.literal('assistant_message'), text: z.string() }),
  z.object({ id: ItemIdSchema, type: z.literal('reasoning'), text: z.string() }),
  z.object({
    id: ItemIdSchema,
    type: z.literal('command'),
    status: StatusSchema,
    command: z.string(),
    cwd: z.string().exactOptional(),
    output: z.string().exactOptional(),
    exitCode: z.number().int().exactOptional(),
    durationMs: z.number().nonnegative().exactOptional(),
  }),
  z.object({
    id: ItemIdSchema,
    type: z.literal('file_change'),
    status: StatusSchema,
    changes: z.array(FileChangeSchema).readonly(),
  }),
  z.object({
    id: ItemIdSchema,
    type: z.literal('tool_call'),
    status: StatusSchema,
    name: z.string(),
    server: z.string().exactOptional(),
    title: z.string().exactOptional(),
    input: z.string().exactOptional(),
    output: z.string().exactOptional(),
  }),
  z.object({
    id: ItemIdSchema,
    type: z.literal('plan'),
    steps: z
      .array(z.object({ text: z.string(), status: z.enum(['pending', 'in_progress', 'completed']) }).readonly())
      .readonly(),
  }),
]);
