// Runs a consultation for a command: progress on stderr, the report on stdout, the exit code.

import { failure } from '@parley/client';
import type { Client } from '@parley/client';
import { clientAgents, markdownOf, problemOf, runConsultation } from '@parley/consult';
import type { ConsultReport, ConsultRequest } from '@parley/consult';
import type { Io } from '../io.ts';
import { keepDaemon, openClient } from '../open-client.ts';
import { exitCodeOf } from '../report-error.ts';
import { plainLine, plainText } from '../terminal/plain-text.ts';
import { paintFor } from '../terminal/style.ts';
import { UsageError } from '../usage-error.ts';
import type { SharedOptions } from './options.ts';
import { PartProgress } from './part-progress.ts';

/** Gives the exit code. Throws a `UsageError` and `unknown_agent` before anybody is asked. */
export async function conduct(request: ConsultRequest, options: SharedOptions, io: Io): Promise<number> {
  const problem = problemOf(request);
  if (problem !== undefined) throw new UsageError(problem);
  const note = noteTo(options, io);
  const client = await openClient(io);
  await checkNames(client, request);

  const stopping = new AbortController();
  const { promise: left, resolve: leave } = Promise.withResolvers<undefined>();
  const stopListening = io.onInterrupt(() => {
    if (stopping.signal.aborted) return leave(undefined);
    note('interrupting; once more leaves without waiting');
    stopping.abort();
  });
  const stopKeeping = keepDaemon(client, io, note);
  const progress = new PartProgress();
  try {
    const run = runConsultation(request, clientAgents(client), {
      signal: stopping.signal,
      onChange: (report) => progress.news(report).forEach(note),
    });
    const report = await Promise.race([run, left]);
    if (report === undefined) return 130;
    print(report, options, io);
    return await exitCode(report);
  } finally {
    stopListening();
    stopKeeping();
  }
}

/** Writes lines of progress, unless they are not wanted. */
export function noteTo({ quiet }: SharedOptions, io: Io): (text: string) => void {
  const paint = paintFor(io);
  return (text) => {
    if (quiet !== true) io.stderr.write(`${paint('dim', plainLine(text, 200))}\n`);
  };
}

/** A name that nobody has is a mistake of the caller, better told before the others have begun to work. */
async function checkNames(client: Client, { reviewers, judge }: ConsultRequest): Promise<void> {
  const known = new Set((await client.agents()).map(({ name }) => name));
  const unknown = [...reviewers, ...(judge === undefined ? [] : [judge])].find(({ agent }) => !known.has(agent));
  if (unknown !== undefined) throw await failure('unknown_agent', `There is no agent "${unknown.agent}".`);
}

function print(report: ConsultReport, { json, markdown }: SharedOptions, io: Io): void {
  if (json === true) return void io.stdout.write(`${JSON.stringify(report)}\n`);
  const text = markdownOf(report, { answers: markdown === true ? 'all' : 'unread' });
  io.stdout.write(io.stdoutIsTerminal ? plainText(text) : text);
}

async function exitCode({ status, reviewers, judge }: ConsultReport): Promise<number> {
  if (status === 'interrupted') return 130;
  const parts = [...reviewers, ...(judge === undefined ? [] : [judge])];
  const missing = parts.find(({ state }) => state !== 'answered');
  if (missing === undefined) return 0;
  if (missing.error !== undefined) return exitCodeOf(missing.error);
  return missing.state === 'interrupted' ? 130 : 1;
}
