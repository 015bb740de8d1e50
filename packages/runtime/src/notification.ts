// "Something has changed, look again": one flag that any number of waiters can wait for.

export class Notification {
  #waiting: PromiseWithResolvers<void> | undefined;

  /** Resolves at the next `raise`. Take it before you look, wait for it after: then no change is missed. */
  get next(): Promise<void> {
    this.#waiting ??= Promise.withResolvers<void>();
    return this.#waiting.promise;
  }

  raise(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
