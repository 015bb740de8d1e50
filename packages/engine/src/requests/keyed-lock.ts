// One thing at a time for each key, in the order of arrival. Keys that nobody waits for take no memory.

import { Mailbox } from '../mailbox.ts';

export class KeyedLock {
  readonly #waiting = new Map<string, { readonly mailbox: Mailbox; users: number }>();

  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const entry = this.#waiting.get(key) ?? { mailbox: new Mailbox(), users: 0 };
    this.#waiting.set(key, entry);
    entry.users += 1;
    try {
      return await entry.mailbox.run(work);
    } finally {
      entry.users -= 1;
      if (entry.users === 0) this.#waiting.delete(key);
    }
  }
}
