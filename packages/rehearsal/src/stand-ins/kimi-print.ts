// `kimi --print` of the legacy Kimi stand-in: whole chat messages on stdout, errors there too as plain text, and no id and no usage.
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { isObject, textsOf, type JsonObject } from '../shape.ts';
import type { KimiFlags } from './kimi-flags.ts';
import type { KimiSession } from './kimi-session.ts';
import { KimiSoul, type SoulOptions } from './kimi-soul.ts';

export interface PrintOptions extends Omit<SoulOptions, 'desk' | 'canAsk' | 'yolo'> {
  readonly session: KimiSession;
  readonly flags: KimiFlags;
  readonly input: Readable;
  readonly write: (text: string) => void;
  readonly crash: () => never;
  readonly isConfigured: boolean;
  /** Called with what ends the turn, as SIGINT does. */
  readonly onCancel: (cancel: () => void) => void;
}

/** "Try again": the model server could not be reached, was too busy, or failed. */
const retryableExit = 75;

/** Resolves to the exit code. */
export async function runPrint(options: PrintOptions): Promise<number> {
  const { flags, write, session, isConfigured } = options;
  const prompts = await promptsOf(flags, options.input);
  if (prompts.length === 0) {
    write('Prompt cannot be empty\n');
    return 2;
  }
  if (!isConfigured) {
    write('LLM not set\n');
    return 1;
  }
  const messages: JsonObject[] = [];
  const isJson = flags.outputFormat === 'stream-json';
  const soul = new KimiSoul({
    ...options,
    // Print mode is "away from keyboard": everything is approved, and nobody is asked.
    yolo: true,
    canAsk: () => false,
    desk: {
      event: (type, payload) => session.record({ timestamp: Date.now() / 1000, message: { type, payload } }),
      ask: () => Promise.resolve({}),
      message: (message) => {
        messages.push(message);
        if (flags.finalMessageOnly) return;
        write(isJson ? `${JSON.stringify(message)}\n` : `${textOf(message)}\n`);
      },
      raw: write,
      crash: options.crash,
    },
  });
  options.onCancel(() => soul.cancel());
  for (const prompt of prompts) {
    const end = await soul.run(prompt);
    switch (end.status) {
      case 'finished':
        break;
      case 'cancelled':
        write('Interrupted by user\n');
        return 1;
      case 'max_steps_reached':
        write(`Max number of steps reached: ${end.steps}\n`);
        return 1;
      case 'failed':
        write(`${end.error.message}\n`);
        return end.error.isRetryable ? retryableExit : 1;
    }
  }
  if (flags.finalMessageOnly) {
    const last = textOf(messages.findLast(({ role }) => role === 'assistant') ?? {});
    write(isJson ? `${JSON.stringify({ role: 'assistant', content: last })}\n` : `${last}\n`);
  }
  session.remember();
  return 0;
}

async function promptsOf(flags: KimiFlags, input: Readable): Promise<readonly string[]> {
  if (flags.prompt !== undefined) return [flags.prompt];
  const given = await text(input);
  if (flags.inputFormat === 'text') return given.trim() === '' ? [] : [given.trim()];
  return given.split('\n').flatMap((line) => {
    try {
      const message: unknown = JSON.parse(line);
      return isObject(message) && message['role'] === 'user' ? [textsOf(message['content']).join('')] : [];
    } catch {
      return []; // Bad lines are ignored.
    }
  });
}

function textOf({ content }: JsonObject): string {
  return textsOf(content).join('\n');
}
