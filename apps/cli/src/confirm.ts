// Asks a person on the terminal for a yes.

import type { Io } from './io.ts';

/** Whether there is a person to ask. */
export function canAsk(io: Io): boolean {
  return io.stdinKind === 'terminal' && io.stderrIsTerminal;
}

/** An empty line and the end of the input mean no. */
export async function confirm(question: string, io: Io): Promise<boolean> {
  const { createInterface } = process.getBuiltinModule('node:readline');
  const reader = createInterface({ input: io.stdin, output: io.stderr, terminal: true });
  // In a terminal that is read key by key Ctrl-C is a key.
  reader.on('SIGINT', () => io.interrupt());
  try {
    const answer = await new Promise<string>((resolve) => {
      reader.question(`${question} [y/N] `, resolve);
      reader.once('close', () => resolve(''));
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    reader.close();
  }
}
