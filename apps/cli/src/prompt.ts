// The prompt of a turn: the words of the command line, standard input, or both.

import { failure } from '@parley/client';
import type { Io } from './io.ts';

/** With words on the command line a pipe that stays open and silent (as many programs give their children) is not waited for. */
const firstByteMs = 1000;

/**
 * Words and input, joined by a blank line. `-` alone means standard input, a terminal too. `note` gets told what is left out.
 * Throws `empty_prompt`, `prompt_too_large`.
 */
export async function readPrompt(words: readonly string[], io: Io, note: (text: string) => void): Promise<string> {
  const wantsInput = words.length === 1 && words[0] === '-';
  const said = wantsInput ? '' : words.join(' ');
  const input = wantsInput || io.stdinKind === 'data' ? await readInput(io, said === '' ? undefined : note) : '';
  const prompt = [said, input].filter((part) => part.trim() !== '').join('\n\n');
  if (prompt === '') throw await failure('empty_prompt', 'There is no prompt.');
  return prompt;
}

/** All of standard input, without the newlines at its end. With `onSilence`: '' when nothing comes. */
async function readInput({ stdin }: Io, onSilence?: (text: string) => void): Promise<string> {
  if (onSilence !== undefined && !(await comesSoon(stdin))) {
    onSilence('standard input is open but silent: not waited for');
    stdin.destroy();
    return '';
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (size > 4_000_000) await refuseTooLarge(size);
  }
  return Buffer.concat(chunks)
    .toString()
    .replace(/[\r\n]+$/, '');
}

async function refuseTooLarge(size: number): Promise<void> {
  const { maxPromptBytes } = await import('@parley/schema');
  if (size > maxPromptBytes)
    throw await failure('prompt_too_large', `The prompt is longer than ${maxPromptBytes} bytes.`);
}

/** Whether something comes, or the end, before patience is over. */
function comesSoon(stdin: Io['stdin']): Promise<boolean> {
  if (stdin.readableLength > 0 || stdin.readableEnded) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (answer: boolean) => {
      clearTimeout(timer);
      stdin.off('readable', came);
      stdin.off('end', came);
      stdin.off('error', came);
      resolve(answer);
    };
    const came = () => settle(true);
    const timer = setTimeout(settle, firstByteMs, false);
    stdin.once('readable', came).once('end', came).once('error', came);
  });
}
