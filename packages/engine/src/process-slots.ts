// A cap on agent processes at the same time. Who waits is served in order; an idle process of another session makes room.

export class ProcessSlots {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get full(): boolean {
    return this.#taken >= this.#max;
  }

  /** Resolves when there is room. Every `take` needs one `give`. */
  async take(): Promise<void> {
    if (this.full) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#taken += 1;
  }

  /** For a process that is there already (adopted): counts, never waits. */
  claim(): void {
    this.#taken += 1;
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken -= 1;
    else next(); // The slot passes on.
  }
}
