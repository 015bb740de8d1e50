// Cuts a stream of bytes into lines: chunks may end anywhere, also inside of a character, and memory is bounded.

/** Undefined in place of a line that was longer than the limit: its bytes are dropped as they come. */
export type SplitLine = string | undefined;

const newline = 10;
const carriageReturn = 13;

export class LineSplitter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #length = 0;
  #tooLong = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that this chunk completes, without their ends (`\n` or `\r\n`). */
  push(chunk: Buffer): readonly SplitLine[] {
    const lines: SplitLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return lines;
  }

  /** What came after the last newline; empty when nothing did. */
  end(): readonly SplitLine[] {
    return this.#length === 0 && !this.#tooLong ? [] : [this.#take()];
  }

  #keep(part: Buffer): void {
    if (this.#tooLong) return;
    this.#length += part.length;
    if (this.#length <= this.#maxBytes) {
      if (part.length > 0) this.#parts.push(part);
    } else {
      this.#tooLong = true;
      this.#parts = [];
    }
  }

  #take(): SplitLine {
    const line = this.#tooLong ? undefined : text(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.#tooLong = false;
    return line;
  }
}

function text(parts: readonly Buffer[]): string {
  const [only = Buffer.alloc(0)] = parts;
  const bytes = parts.length > 1 ? Buffer.concat(parts) : only;
  const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
  return bytes.toString('utf8', 0, end);
}
