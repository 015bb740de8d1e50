// Named gates: an answer waits at one until a test opens it, so that tests need no sleeps.

export class Gates {
  readonly #open = new Set<string>();
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Lets through all that wait at the gate now and all that come later. */
  open(name: string): void {
    this.#open.add(name);
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    for (const pass of waiting ?? []) pass();
  }

  /** Makes the gate hold again. */
  shut(name: string): void {
    this.#open.delete(name);
  }

  isOpen(name: string): boolean {
    return this.#open.has(name);
  }

  /** How many answers wait there now. */
  waitingAt(name: string): number {
    return this.#waiting.get(name)?.size ?? 0;
  }

  /** Resolves when the gate is open; rejects with the signal's reason when that comes first. */
  async pass(name: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#open.has(name)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiting.add(resolve));
    const leave = (): void => {
      waiting.delete(resolve);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}
