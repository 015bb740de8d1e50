// A driver and the run that it speaks to: feeds it, keeps the journal of what it was fed, and hands its lines to stdin exactly once.

import { errorBody } from '@parley/schema';
import type {
  Driver,
  DriverContext,
  DriverInput,
  DriverOutput,
  JournalEntry,
  Run,
  RunId,
  TurnId,
} from '@parley/schema';
import type { DriverJournalInput } from './decide/draft.ts';

export class RunHost {
  readonly runId: RunId;
  readonly run: Run;
  /** stdout bytes whose lines the driver has seen. */
  offset = 0;
  readonly #driver: Driver;
  #state: unknown;
  #journalled = 0;
  #entries: JournalEntry[] = [];
  #outgoing: string[] = [];
  #closesInput = false;
  #broken = false;

  constructor(driver: Driver, context: DriverContext, run: Run) {
    this.runId = context.runId;
    this.run = run;
    this.#driver = driver;
    this.#state = driver.protocol.begin(context);
  }

  /** One line of stdout. Outputs without the writes, which are kept for `flush`. */
  line(line: string, activeTurn: TurnId | undefined): readonly DriverOutput[] {
    return this.#step({ type: 'line', line }, activeTurn);
  }

  /** Any other input; goes into the journal. */
  input(input: DriverJournalInput, activeTurn: TurnId | undefined): readonly DriverOutput[] {
    this.#entries.push({ n: this.#journalled++, afterOffset: this.offset, input });
    return this.#step(input, activeTurn);
  }

  #step(input: DriverInput, activeTurn: TurnId | undefined): readonly DriverOutput[] {
    if (this.#broken) return [];
    try {
      const { state, outputs } = this.#driver.protocol.step(this.#state, input);
      this.#state = state;
      return outputs;
    } catch (error) {
      // A defect in a driver must cost one turn, not the session.
      this.#broken = true;
      const text = `The ${this.#driver.agent} driver failed: ${error instanceof Error ? error.message : String(error)}`;
      const end = { state: 'failed', error: errorBody('agent_protocol', text) } as const;
      return [
        { type: 'notice', level: 'error', code: 'driver_failed', text },
        ...(activeTurn === undefined ? [] : [{ type: 'turn-ended', turnId: activeTurn, end } as const]),
        { type: 'end-run', reason: text },
      ];
    }
  }

  /** Keep a line for stdin until the step that made it is committed. */
  keepWrite(line: string): void {
    this.#outgoing.push(line);
  }

  /** After all lines that are kept: EOF. */
  keepClose(): void {
    this.#closesInput = true;
  }

  /** The journal entries since the last call, for the commit. */
  takeJournal(): readonly JournalEntry[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  /** After the commit: hand the kept lines to the agent. */
  flush(): void {
    if (this.#outgoing.length > 0) {
      const text = this.#outgoing.join('\n') + '\n';
      this.#outgoing = [];
      this.run.write(Buffer.from(text));
    }
    if (!this.#closesInput) return;
    this.#closesInput = false;
    this.run.closeInput();
  }

  /**
   * Bring a fresh driver to where the stored one was: all stdout up to `offset`, with the journal's inputs where they came. Outputs are
   * muted, but for stdin: what the stored driver had said and the dead daemon did not get to write is written now. Returns what the
   * driver had asked for last, so that the caller knows whether it wanted to go on.
   */
  async replay(
    journal: readonly JournalEntry[],
    offset: number,
  ): Promise<{ readonly deadlines: ReadonlySet<string>; readonly wantedEnd: boolean }> {
    const deadlines = new Set<string>();
    let wantedEnd = false;
    let closesInput = false;
    let bytes = 0;
    const missing: Buffer[] = [];
    const already = this.run.written;
    const take = (outputs: readonly DriverOutput[]): void => {
      for (const output of outputs) {
        if (output.type === 'deadline') deadlines[output.action === 'set' ? 'add' : 'delete'](output.name);
        if (output.type === 'ready') deadlines.delete('handshake');
        if (output.type === 'end-run') wantedEnd = true;
        if (output.type === 'close-stdin') closesInput = true;
        if (output.type !== 'write') continue;
        const line = Buffer.from(output.line + '\n');
        if (bytes + line.length > already) missing.push(line.subarray(Math.max(0, already - bytes)));
        bytes += line.length;
      }
    };
    const readTo = async (until: number): Promise<void> => {
      if (until <= this.offset) return;
      for await (const batch of this.run.read(this.offset, until)) {
        for (const line of batch.lines) take(this.#step({ type: 'line', line }, undefined));
        this.offset = batch.endOffset;
      }
    };
    for (const { input, afterOffset } of journal) {
      await readTo(afterOffset);
      take(this.#step(input, undefined));
    }
    await readTo(offset);
    this.offset = offset;
    this.#journalled = journal.length;
    if (missing.length > 0) this.run.write(Buffer.concat(missing));
    if (closesInput) this.run.closeInput();
    return { deadlines, wantedEnd };
  }
}
