// Which calls are to become tasks, in revision 2025-11-25. The SDK (2.4.0) knows the parameter and does not hand it to tools.

import type { RequestId } from '@modelcontextprotocol/server';
import { z } from 'zod';

export class AskedTasks {
  readonly #ids = new Set<unknown>();

  /** Before the message reaches the server. Returns the id of a call that is to become one. */
  hear(message: unknown): RequestId | undefined {
    const asked = TaskCallSchema.safeParse(message);
    if (!asked.success) return undefined;
    this.#ids.add(asked.data.id);
    return asked.data.id;
  }

  /** Whether this call is to; true once. */
  take(id: RequestId): boolean {
    return this.#ids.delete(id);
  }

  /** It has its reply, or nobody waits for one: it may have been refused before its tool was asked. */
  forget(id: unknown): void {
    this.#ids.delete(id);
  }

  /** Calls that are to and have not. */
  get size(): number {
    return this.#ids.size;
  }
}

const TaskCallSchema = z.looseObject({
  id: z.union([z.string(), z.number()]),
  method: z.literal('tools/call'),
  params: z.looseObject({ name: z.string().regex(/_request$/), task: z.looseObject({}) }),
});
