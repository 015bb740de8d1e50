// Which calls are to become tasks, in revision 2025-11-25. The SDK (2.4.0) knows the parameter and does not hand it to tools.

import type { RequestId } from '@modelcontextprotocol/server';
import { z } from 'zod';

export class AskedTasks {
  readonly #ids = new Set<RequestId>();

  /** Before the message reaches the server. */
  hear(message: unknown): void {
    const asked = TaskCallSchema.safeParse(message);
    if (asked.success) this.#ids.add(asked.data.id);
  }

  /** Whether this call is to; true once. */
  take(id: RequestId): boolean {
    return this.#ids.delete(id);
  }
}

const TaskCallSchema = z.looseObject({
  id: z.union([z.string(), z.number()]),
  method: z.literal('tools/call'),
  params: z.looseObject({ name: z.string().regex(/_request$/), task: z.looseObject({}) }),
});
