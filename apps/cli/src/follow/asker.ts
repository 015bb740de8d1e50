// Asks on the terminal what an agent asks. Whoever answers first, here or at another door, settles it.

import type { Client } from '@parley/client';
import { isParleyError } from '@parley/client';
import type { Approval, ApprovalAnswer, ApprovalId, ApprovalOption, ApprovalQuestion } from '@parley/schema';
import type { Io } from '../io.ts';
import { plainLine, plainText } from '../terminal/plain-text.ts';

export class Asker {
  readonly #client: Client;
  readonly #io: Io;
  readonly #open = new Map<ApprovalId, AbortController>();
  /** One question at a time. */
  #last: Promise<void> = Promise.resolve();

  constructor(client: Client, io: Io) {
    this.#client = client;
    this.#io = io;
  }

  /** Asks after what is being asked already. */
  ask(approval: Approval): void {
    const controller = new AbortController();
    this.#open.set(approval.id, controller);
    this.#last = this.#last
      .then(() => this.#answer(approval, controller.signal))
      .catch((error: unknown) => this.#failed(error, controller.signal));
  }

  /** It was answered elsewhere, or is void. */
  settle(id: ApprovalId): void {
    this.#open.get(id)?.abort();
    this.#open.delete(id);
  }

  close(): void {
    for (const id of this.#open.keys()) this.settle(id);
  }

  async #answer(approval: Approval, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#io.stderr.write(describe(approval));
    const answer =
      approval.kind === 'question'
        ? await this.#questions(approval, signal)
        : { optionId: (await this.#choice(approval.options, signal)).id };
    await this.#client.answerApproval(approval.id, answer);
  }

  async #choice(options: readonly ApprovalOption[], signal: AbortSignal): Promise<ApprovalOption> {
    const keys = keysOf(options);
    const menu = [...keys].map(([key, { label }]) => `[${key}] ${plainLine(label, 60)}`).join('  ');
    for (;;) {
      const word = (await this.#line(`  ${menu}  `, signal)).trim().toLowerCase();
      const option = keys.get(keyOfWord.get(word) ?? word);
      if (option !== undefined) return option;
    }
  }

  async #questions({ questions = [], options }: Approval, signal: AbortSignal): Promise<ApprovalAnswer> {
    const answers: Record<string, readonly string[]> = {};
    for (const question of questions) {
      this.#io.stderr.write(describeQuestion(question));
      let chosen: readonly string[] = [];
      while (chosen.length === 0) chosen = readChoices(question, await this.#line('  > ', signal));
      answers[question.id] = chosen;
    }
    return { optionId: options.find(({ effect }) => effect === 'allow')?.id ?? 'allow', answers };
  }

  async #line(prompt: string, signal: AbortSignal): Promise<string> {
    const { createInterface } = process.getBuiltinModule('node:readline/promises');
    const reader = createInterface({
      input: this.#io.stdin,
      output: this.#io.stderr,
      terminal: this.#io.stderrIsTerminal && this.#io.stdinKind === 'terminal',
    });
    // In a terminal that is read key by key Ctrl-C is a key.
    reader.on('SIGINT', () => this.#io.interrupt());
    try {
      return await reader.question(prompt, { signal });
    } finally {
      reader.close();
    }
  }

  #failed(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) this.#io.stderr.write('\n');
    // Somebody was faster: the event tells who.
    else if (!isParleyError(error) || error.code !== 'approval_resolved') {
      this.#io.stderr.write(`parley: ${plainLine(error instanceof Error ? error.message : String(error))}\n`);
    }
  }
}

/** Whole words only: "abort" must not be taken for "always". */
const keyOfWord: ReadonlyMap<string, string> = new Map([
  ['yes', 'y'],
  ['always', 'a'],
  ['no', 'n'],
  ['cancel', 'c'],
]);

const keyOfEffect = { allow: 'y', 'allow-always': 'a', deny: 'n', cancel: 'c' } as const;

/** y, a, n and c for the first option of each effect; numbers for further ones. */
function keysOf(options: readonly ApprovalOption[]): ReadonlyMap<string, ApprovalOption> {
  const keys = new Map<string, ApprovalOption>();
  for (const [index, option] of options.entries()) {
    const key = keyOfEffect[option.effect];
    keys.set(keys.has(key) ? `${index + 1}` : key, option);
  }
  return keys;
}

/** What the progress line does not say. */
function describe({ command, cwd, changes, input }: Approval): string {
  const lines = [
    ...(command === undefined ? [] : [command]),
    ...(cwd === undefined ? [] : [`in ${cwd}`]),
    ...(changes ?? []).map(({ kind, path }) => `${kind} ${path}`),
    ...(command === undefined && changes === undefined && input !== undefined ? [input] : []),
  ];
  return plainText(lines.join('\n'))
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => `    ${text}\n`)
    .join('');
}

function describeQuestion({ text, choices, multiple }: ApprovalQuestion): string {
  const listed = choices.map(
    ({ label, description }, index) =>
      `  [${index + 1}] ${label}${description === undefined ? '' : `: ${description}`}`,
  );
  const how =
    choices.length === 0
      ? []
      : [multiple ? '  numbers with commas, or your own words' : '  a number, or your own words'];
  return `${[text, ...listed, ...how].map((each) => `  ${plainLine(each)}`).join('\n')}\n`;
}

/** The labels of numbers, else the words as they are; nothing for an empty line. */
function readChoices({ choices, multiple }: ApprovalQuestion, answer: string): readonly string[] {
  const words = answer.trim();
  if (words === '') return [];
  const labels = (multiple ? words.split(',') : [words]).map((part) => choices[Number(part.trim()) - 1]?.label);
  return labels.every((label) => label !== undefined) ? labels : [words];
}
