// The prompt of agents that take it nowhere but on their command line.

import { ParleyError } from '@parley/schema';

/** Linux takes no argument longer than 128 KiB, name and closing zero included. */
const mostBytes = 127 * 1024;

/** The prompt, if it fits. `title`: of the agent, for people. Throws `empty_prompt`, `prompt_too_large`. */
export function promptArgument(title: string, prompt: string | undefined): string {
  if (prompt === undefined || prompt.trim() === '') throw new ParleyError('empty_prompt', 'The prompt is empty.');
  if (Buffer.byteLength(prompt) > mostBytes)
    throw new ParleyError(
      'prompt_too_large',
      `${title} takes its prompt on the command line, which holds ${mostBytes} bytes.`,
    );
  return prompt;
}
