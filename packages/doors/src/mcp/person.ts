// Brings what an agent asks to the person at the MCP client.

import { isParleyError } from '@parley/client';
import type { Approval, ApprovalId } from '@parley/schema';
import type { Caller } from './caller.ts';
import type { Daemon, Door } from './door.ts';
import { answerOf, formOf } from './elicit.ts';

/** The person at the MCP client, who may answer what the agent asks. Others may be faster. */
export class Person {
  readonly #door: Door;
  readonly #client: Daemon;
  readonly #caller: Caller;
  readonly #open = new Map<ApprovalId, AbortController>();

  constructor(door: Door, client: Daemon, caller: Caller) {
    this.#door = door;
    this.#client = client;
    this.#caller = caller;
  }

  /** Asks, once. Returns those that can only be asked by a reply; where nobody can be asked at all, approvals wait for other doors. */
  ask(approvals: readonly Approval[]): readonly Approval[] {
    const fresh = approvals.filter(({ id }) => !this.#door.asked.has(id));
    if (!this.#caller.elicits) return [];
    for (const { id } of fresh) this.#door.asked.add(id);
    if (this.#caller.era === 'modern') return fresh;
    for (const approval of fresh) {
      this.#request(approval).catch((error: unknown) => this.#door.note(`${approval.id}: ${String(error)}`));
    }
    return [];
  }

  settle(id: ApprovalId): void {
    this.#open.get(id)?.abort();
    this.#open.delete(id);
  }

  close(): void {
    for (const id of this.#open.keys()) this.settle(id);
  }

  async #request(approval: Approval): Promise<void> {
    const controller = new AbortController();
    this.#open.set(approval.id, controller);
    // A call that has come to its deadline leaves the form open: who fills it in later still answers.
    const timeout = Math.max(1, approval.deadlineAt - Date.now());
    const { mcpReq } = this.#caller.ctx;
    try {
      const filled = await mcpReq.elicitInput(
        { mode: 'form', ...formOf(approval) },
        // Over HTTP in the stream of the call: the client may have no other.
        { signal: controller.signal, timeout, relatedRequestId: mcpReq.id },
      );
      const answer = answerOf(approval, filled);
      if (answer !== undefined) await this.#client.answerApproval(approval.id, answer).catch(unlessResolved);
    } catch (error) {
      if (!controller.signal.aborted && Date.now() < approval.deadlineAt) throw error;
    }
  }
}

/** Somebody was faster. */
export function unlessResolved(error: unknown): void {
  if (!isParleyError(error) || error.code !== 'approval_resolved') throw error;
}
