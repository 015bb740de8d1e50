// Server-sent events from a stream of bytes, as the HTML standard describes them: only their `data` is wanted here.

import { LineSplitter } from './line-splitter.ts';

export type ServerEvent = { readonly data: string } | { readonly tooLong: true };

/** One per connection. Keeps at most `maxBytes` bytes of an event that is not complete yet. */
export class EventReader {
  readonly #lines: LineSplitter;
  readonly #maxBytes: number;
  #data: string[] = [];
  #length = 0;
  #tooLong = false;

  constructor(maxBytes: number) {
    this.#lines = new LineSplitter(maxBytes);
    this.#maxBytes = maxBytes;
  }

  /** The events that this chunk completes. What is incomplete when the connection ends is no event. */
  push(chunk: Buffer): readonly ServerEvent[] {
    const events: ServerEvent[] = [];
    for (const line of this.#lines.push(chunk)) {
      if (line === undefined) this.#tooLong = true;
      else if (line !== '') this.#field(line);
      else if (this.#tooLong) events.push({ tooLong: true });
      else if (this.#data.length > 0) events.push({ data: this.#data.join('\n') });
      if (line === '') {
        this.#data = [];
        this.#length = 0;
        this.#tooLong = false;
      }
    }
    return events;
  }

  #field(line: string): void {
    if (!line.startsWith('data:')) return;
    const value = line.slice(line.charAt(5) === ' ' ? 6 : 5);
    this.#length += value.length;
    if (this.#length > this.#maxBytes) {
      this.#tooLong = true;
      this.#data = [];
    } else {
      this.#data.push(value);
    }
  }
}
