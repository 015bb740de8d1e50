// Prints events: the answer on stdout, progress on stderr, or everything as NDJSON.

import type { ItemId, ParleyEvent } from '@parley/schema';
import type { Io } from '../io.ts';
import { PlainStream, plainText } from '../terminal/plain-text.ts';
import { paintFor } from '../terminal/style.ts';
import { line, Progress } from './progress.ts';
import type { ProgressLine } from './progress.ts';

export interface Printer {
  print(event: ParleyEvent): void;
  /** A line about what this command does, not the agent. */
  note(text: string): void;
  /** The end of a turn, with its answer if it has one. */
  finish(answer?: string): void;
}

/** One event a line, as it is stored. */
export function jsonPrinter(io: Io): Printer {
  return {
    print: (event) => void io.stdout.write(`${JSON.stringify(event)}\n`),
    note: () => {},
    finish: () => {},
  };
}

export interface HumanPrinterOptions {
  /** `answer`: the turn's final words alone; `messages`: each message of the agent. */
  readonly stdout: 'answer' | 'messages';
  /** The first words are the caller's own and not repeated. */
  readonly hidesPrompt: boolean;
  /** No progress. */
  readonly quiet: boolean;
}

/**
 * On a terminal messages appear as they are written. Elsewhere stdout gets whole messages: only the answer for `answer`, and what the
 * agent said on the way there is progress.
 */
export function humanPrinter(io: Io, options: HumanPrinterOptions): Printer {
  return new HumanPrinter(io, options);
}

interface OpenMessage {
  readonly stream: PlainStream;
  /** Characters of the agent's text that were printed. */
  printed: number;
}

class HumanPrinter implements Printer {
  readonly #io: Io;
  readonly #options: HumanPrinterOptions;
  readonly #paint: ReturnType<typeof paintFor>;
  readonly #progress = new Progress();
  readonly #open = new Map<ItemId, OpenMessage>();
  /** A message that may be the answer, or only words on the way to it: the next item tells. */
  #held: string | undefined;
  #printedMessage = false;
  #promptSeen = false;
  /** stdout does not end with a newline. */
  #inLine = false;

  constructor(io: Io, options: HumanPrinterOptions) {
    this.#io = io;
    this.#options = options;
    this.#paint = paintFor(io);
  }

  print(event: ParleyEvent): void {
    if ((event.type === 'item.started' || event.type === 'item.completed') && event.item.type === 'assistant_message') {
      this.#message(event.item.id, event.item.text, event.type === 'item.completed');
    } else if (event.type === 'item.completed' && event.item.type === 'user_message' && !this.#promptSeen) {
      this.#promptSeen = true;
      if (!this.#options.hidesPrompt) this.#tell(this.#progress.lines(event));
    } else if (event.type === 'item.delta') {
      this.#delta(event.itemId, event.text);
    } else {
      if (event.type === 'item.started') this.#letGoOfHeld();
      this.#tell(this.#progress.lines(event));
    }
  }

  note(text: string): void {
    this.#tell([line('dim', text)]);
  }

  finish(answer?: string): void {
    const words = answer ?? this.#held;
    this.#held = undefined;
    if (words !== undefined && words !== '' && !this.#printedMessage) this.#out(this.#safe(words));
    this.#endLine();
    this.#printedMessage = false;
  }

  #message(id: ItemId, text: string, complete: boolean): void {
    if (this.#io.stdoutIsTerminal) {
      const open = this.#open.get(id) ?? this.#begin(id);
      this.#out(open.stream.push(text.slice(open.printed)));
      open.printed = Math.max(open.printed, text.length);
      if (complete) {
        this.#out(open.stream.end());
        this.#open.delete(id);
        this.#endLine();
      }
    } else if (complete && this.#options.stdout === 'messages') {
      this.#out(text);
      this.#endLine();
    } else if (complete) {
      this.#letGoOfHeld();
      this.#held = text;
    }
  }

  #delta(id: ItemId, text: string): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#out(open.stream.push(text));
    open.printed += text.length;
  }

  #begin(id: ItemId): OpenMessage {
    const open = { stream: new PlainStream(), printed: 0 };
    this.#open.set(id, open);
    this.#endLine();
    this.#printedMessage = true;
    return open;
  }

  #letGoOfHeld(): void {
    const words = this.#held;
    this.#held = undefined;
    if (words !== undefined)
      this.#tell(
        plainText(words)
          .split('\n')
          .map((text) => line('dim', text)),
      );
  }

  #tell(lines: readonly ProgressLine[]): void {
    if (this.#options.quiet || lines.length === 0) return;
    if (this.#io.stdoutIsTerminal) this.#endLine();
    for (const { tone, text } of lines) this.#io.stderr.write(`${this.#paint(tone, text)}\n`);
  }

  #out(text: string): void {
    if (text === '') return;
    this.#io.stdout.write(text);
    this.#inLine = !text.endsWith('\n');
  }

  #endLine(): void {
    if (this.#inLine) this.#io.stdout.write('\n');
    this.#inLine = false;
  }

  #safe(text: string): string {
    return this.#io.stdoutIsTerminal ? plainText(text) : text;
  }
}
