// An agent that speaks ACP over stdio and does what the words of its turn say, for the suites of tasks: it takes its time, fails, asks, or cuts off
// what it has printed. Run as a program of its own.

import { ftruncateSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Job } from './task-tools.ts';

type Message = Readonly<Record<string, unknown>>;

const stdout = 1;

/** Milliseconds in which Parley has surely read what is about to be cut off. */
const readMs = 500;

const stopped = new AbortController();
const answers = new Map<string, (answer: unknown) => void>();

function say(message: Message): void {
  writeSync(stdout, `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

function ask(id: string, field: Message): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  answers.set(id, resolve);
  const requestedSchema = { type: 'object', properties: { [id]: field }, required: [id] };
  say({ id, method: 'elicitation/create', params: { sessionId: 's', mode: 'form', message: id, requestedSchema } });
  return promise;
}

/** What it says at last. */
async function work(job: Job): Promise<string> {
  switch (job.do) {
    case 'wait':
      await pause(job.seconds * 1000, undefined, { signal: stopped.signal });
      return job.say;
    case 'fail':
      await pause(job.seconds * 1000, undefined, { signal: stopped.signal });
      throw new Error('It went wrong.');
    case 'ask': {
      const asked = Object.entries(job.fields).map(([id, field]) => ask(id, field));
      return JSON.stringify(await Promise.all(asked));
    }
    case 'cut':
      writeSync(stdout, 'x'.repeat(100_000));
      await pause(readMs);
      ftruncateSync(stdout, 0);
      return process.exit();
  }
}

async function answerPrompt(id: unknown, words: string): Promise<void> {
  try {
    const text = await work(JSON.parse(words) as Job);
    const update = { sessionUpdate: 'agent_message_chunk', messageId: 'm', content: { type: 'text', text } };
    say({ method: 'session/update', params: { sessionId: 's', update } });
    say({ id, result: { stopReason: stopped.signal.aborted ? 'cancelled' : 'end_turn' } });
  } catch (error) {
    if (stopped.signal.aborted) say({ id, result: { stopReason: 'cancelled' } });
    else say({ id, error: { code: -32_603, message: String(error) } });
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params, result } = JSON.parse(line) as Message & { readonly params?: Message };
  switch (method) {
    case undefined:
      answers.get(String(id))?.(result);
      break;
    case 'initialize':
      say({ id, result: { protocolVersion: 1, agentCapabilities: {}, authMethods: [] } });
      break;
    case 'session/new':
      say({ id, result: { sessionId: 's' } });
      break;
    case 'session/prompt': {
      const [block] = (params?.['prompt'] ?? []) as readonly { readonly text: string }[];
      void answerPrompt(id, block?.text ?? '');
      break;
    }
    case 'session/cancel':
      stopped.abort();
      break;
    default:
      if (id !== undefined) say({ id, result: {} });
  }
}
