// A value that readers follow: each sees the newest one, never a backlog of older ones.

export class Latest<Value> {
  #value: { readonly value: Value } | undefined;
  #ended: { readonly error?: Error } | undefined;
  #wake = () => {};

  set(value: Value): void {
    this.#value = { value };
    this.#wake();
  }

  end(error?: Error): void {
    this.#ended ??= error === undefined ? {} : { error };
    this.#wake();
  }

  /** The newest value that was not yet read, waiting for one; undefined at the end. */
  async next(): Promise<{ readonly value: Value } | undefined> {
    for (;;) {
      const held = this.#value;
      this.#value = undefined;
      if (held !== undefined) return held;
      if (this.#ended?.error !== undefined) throw this.#ended.error;
      if (this.#ended !== undefined) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
