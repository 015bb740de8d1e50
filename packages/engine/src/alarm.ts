// One timer for all waits of a session. It rings early rather than late: a wait that has moved on is looked at again when it rings, so that
// the many events that move it cost no timer.

/** The longest that a timer of Node takes. */
const longest = 2 ** 31 - 1;

export class Alarm {
  readonly #now: () => number;
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | undefined;
  #at = Infinity;

  constructor(now: () => number, ring: () => void) {
    this.#now = now;
    this.#ring = ring;
  }

  /** Ring at this time (milliseconds since the epoch; Infinity: no need), or before. */
  at(time: number): void {
    if (time >= this.#at) return;
    clearTimeout(this.#timer);
    this.#at = time;
    this.#timer = setTimeout(
      () => {
        this.#at = Infinity;
        this.#ring();
      },
      Math.min(Math.max(0, time - this.#now()), longest),
    );
    this.#timer.unref();
  }

  off(): void {
    clearTimeout(this.#timer);
    this.#at = Infinity;
  }
}
