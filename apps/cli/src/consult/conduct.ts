// Has the daemon run a consultation for a command: progress on stderr, the report on stdout, the exit code.

import type { Client } from '@parley/client';
import { markdownOf, problemOf } from '@parley/consult';
import type { ConsultationId, ConsultReport, ConsultRequest } from '@parley/schema';
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
  const client = await openClient(io);
  const begun = await client.createConsultation(request);
  if (options.detach === true) {
    io.stdout.write(options.json === true ? `${JSON.stringify(begun)}\n` : `${begun.id}\n`);
    return 0;
  }
  const report = await follow(client, begun.id, io, noteTo(options, io));
  if (report === undefined) return 130;
  print(report, options, io);
  return exitCode(report);
}

/** The last report; undefined when the person left without waiting for it. */
async function follow(
  client: Client,
  id: ConsultationId,
  io: Io,
  note: (text: string) => void,
): Promise<ConsultReport | undefined> {
  const leaving = new AbortController();
  let isStopping = false;
  const stopListening = io.onInterrupt(() => {
    if (isStopping) return leaving.abort();
    isStopping = true;
    note('interrupting; once more leaves without waiting');
    client.interruptConsultation(id).catch((error: unknown) => note(String(error)));
  });
  const stopKeeping = keepDaemon(client, io, note);
  const progress = new PartProgress();
  let last: ConsultReport | undefined;
  try {
    for await (const report of client.followConsultation(id, { signal: leaving.signal })) {
      last = report;
      progress.news(report).forEach(note);
    }
  } finally {
    stopListening();
    stopKeeping();
  }
  return last?.status === 'running' ? undefined : last;
}

/** Writes lines of progress, unless they are not wanted. */
export function noteTo({ quiet }: SharedOptions, io: Io): (text: string) => void {
  const paint = paintFor(io);
  return (text) => {
    if (quiet !== true) io.stderr.write(`${paint('dim', plainLine(text, 200))}\n`);
  };
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
