// Tells an error the way the caller wants it, and gives the exit code.

import { CommanderError } from 'commander';
import { isParleyError } from '@parley/client';
import type { ErrorBody } from '@parley/schema';
import type { Io } from './io.ts';
import { plainText } from './terminal/plain-text.ts';
import { UsageError } from './usage-error.ts';

export interface ReportOptions {
  /** As `{ error }` on stdout. */
  readonly json: boolean;
  /** The command that was called, for the hint: `run`, or '' for none. */
  readonly command: string;
}

/** Exit codes: 0 nothing went wrong (help was shown), 2 usage, else what the catalogue says. */
export async function reportError(error: unknown, io: Io, options: ReportOptions): Promise<number> {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof CommanderError || error instanceof UsageError) {
    const hint = `Run \`parley ${options.command === '' ? '' : `${options.command} `}--help\`.`;
    const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
    tell({ code: 'invalid_request', message, hint, retryable: false }, io, options);
    return 2;
  }
  const body = isParleyError(error) ? error.body : unexpected(error);
  tell(body, io, options);
  return exitCodeOf(body);
}

/** Tells the error of a turn that did not complete. */
export async function reportTurnError(body: ErrorBody, io: Io): Promise<number> {
  tell(body, io, { json: false, command: 'run' });
  return exitCodeOf(body);
}

export async function exitCodeOf({ code }: ErrorBody): Promise<number> {
  const { errorCatalogue } = await import('@parley/schema');
  return errorCatalogue[code].exit;
}

function tell(body: ErrorBody, io: Io, { json }: ReportOptions): void {
  if (json) io.stdout.write(`${JSON.stringify({ error: body })}\n`);
  else io.stderr.write(plainText(`parley: ${body.message}\n${body.hint === '' ? '' : `  ${body.hint}\n`}`));
}

function unexpected(error: unknown): ErrorBody {
  const known = error instanceof Error;
  // The system's errors (no such file, no permission) say all there is to say; others are defects, and their stack is what helps.
  const isSystems = known && 'syscall' in error;
  const message = isSystems ? error.message : known ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', message, hint: isSystems ? '' : 'This is a defect in Parley.', retryable: false };
}
