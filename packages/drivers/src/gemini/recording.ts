// Test support: a reducer, the engine's part played for it, and recorded lines of the real gemini.

import { readFileSync } from 'node:fs';
import type {
  DriverContext,
  DriverInput,
  DriverOutput,
  DriverProtocol,
  Item,
  RunId,
  TurnEnd,
  TurnId,
} from '@parley/schema';

export const turnId = 'trn_1' as TurnId;

export class Machine<State> {
  readonly all: DriverOutput[] = [];
  readonly #protocol: DriverProtocol<State>;
  #state: State;

  constructor(protocol: DriverProtocol<State>, context: Partial<DriverContext> = {}) {
    this.#protocol = protocol;
    this.#state = protocol.begin({
      runId: 'run_T' as RunId,
      cwd: '/code',
      policy: 'ask',
      endpoint: 'url',
      ...context,
    });
  }

  give(input: DriverInput): readonly DriverOutput[] {
    const { state, outputs } = this.#protocol.step(this.#state, input);
    this.#state = state;
    this.all.push(...outputs);
    return outputs;
  }

  lines(lines: readonly string[]): void {
    for (const line of lines) this.give({ type: 'line', line });
  }

  exit(code: number | null, stderrTail = '', signal: string | null = null): void {
    this.give({ type: 'exited', code, signal, stderrTail });
  }

  of<Type extends DriverOutput['type']>(type: Type): readonly Extract<DriverOutput, { type: Type }>[] {
    return this.all.filter((output): output is Extract<DriverOutput, { type: Type }> => output.type === type);
  }

  end(): TurnEnd | undefined {
    return this.of('turn-ended')[0]?.end;
  }

  /** Items as they ended, without their ids. */
  items(): readonly object[] {
    return this.of('item-completed').map(({ item }) => withoutId(item));
  }

  /** All that it said. */
  said(): string {
    return this.of('item-delta')
      .map(({ text }) => text)
      .join('');
  }
}

function withoutId({ id: _, ...item }: Item): object {
  return item;
}

/** The lines of `fixtures/<name>.jsonl`, in the folder `/code`. */
export function recorded(name: string): readonly string[] {
  return readFileSync(new URL(`fixtures/${name}.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('$CWD', '/code'));
}
