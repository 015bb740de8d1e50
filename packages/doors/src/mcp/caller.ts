// Who calls a tool that waits, what it waits for, and how its person can be asked.

import type { ApprovalId, Optimization, RequestApproval, ReviewIntegrity, SessionId, TurnId } from '@parley/schema';
import { CLIENT_CAPABILITIES_META_KEY, createRequestStateCodec } from '@modelcontextprotocol/server';
import type { McpServer, RequestStateCodec, ServerContext } from '@modelcontextprotocol/server';

/** A turn that a call waits for. As the state of a call in several rounds (protocol revision 2026-07-28) it goes to the client and comes back. */
export interface AwaitedTurn {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  /** Of the session's events the newest that needs no second look. */
  readonly after: number;
  readonly warnings: readonly string[];
  /** It is the first of its session. */
  readonly isNew?: true;
  /** What this caller's reply says of the request, where the turn alone would say something else. */
  readonly told?: Told;
  /** Approvals that the person has been asked about: asked once, they wait for other doors. */
  readonly asked: readonly ApprovalId[];
}

export interface Told {
  /** The caller's own name for it, also where it is answered by the turn of a request of another name. */
  readonly correlationId?: string;
  /** The turn was begun by an earlier request. */
  readonly deduped?: boolean;
  readonly approval?: RequestApproval;
  /** Only where something was found. */
  readonly reviewIntegrity?: ReviewIntegrity;
  /** What was left out of the prompt. */
  readonly optimization?: Optimization;
}

/** What a connection speaks. */
export interface Protocol {
  /** 2025-era: a person is asked by a request of ours while the call waits. Later: by a reply of ours, after which the call comes back. */
  readonly era: 'legacy' | 'modern';
  readonly codec: RequestStateCodec<AwaitedTurn>;
}

/** Seconds that a person has for a form: longer than any approval waits. */
const roundSeconds = 24 * 3600;

/** Seals what goes to the client and comes back. Only this process ever reads it. */
export function createStateCodec(): RequestStateCodec<AwaitedTurn> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  return createRequestStateCodec<AwaitedTurn>({ key, ttlSeconds: roundSeconds });
}

/** How this caller's person can be asked. */
export interface Caller extends Protocol {
  readonly ctx: ServerContext;
  /** Shows forms at all. */
  readonly elicits: boolean;
}

/** Whether this client can show a form: told once in its `initialize`, or with each request since protocol revision 2026-07-28. */
export function elicits(server: McpServer, { mcpReq }: ServerContext): boolean {
  const told = Object.entries(mcpReq.envelope ?? {}).find(([name]) => name === CLIENT_CAPABILITIES_META_KEY)?.[1];
  const capabilities: unknown = told ?? server.server.getClientCapabilities();
  const elicitation = memberOf(capabilities, 'elicitation');
  // Before 2025-11-25 there were only forms, and nothing inside said so.
  return (
    elicitation !== undefined &&
    (memberOf(elicitation, 'form') !== undefined || memberOf(elicitation, 'url') === undefined)
  );
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
