// Makes the errors that this client throws. The catalogue comes with Zod, which takes longer to load than a whole `parley run` may
// cost, so it is loaded when the first thing fails and not before.

import type { ErrorBody, ErrorCode, ParleyError } from '@parley/schema';

/** An error of the catalogue. */
export async function failure(code: ErrorCode, message: string, cause?: unknown): Promise<ParleyError> {
  const schema = await import('@parley/schema');
  return new schema.ParleyError(code, message, undefined, { cause });
}

/** The error that a body from the daemon describes. A code that only a newer daemon knows becomes `internal`, with its name. */
export async function failureOf(body: ErrorBody): Promise<ParleyError> {
  const schema = await import('@parley/schema');
  if (Object.hasOwn(schema.errorCatalogue, body.code)) return schema.ParleyError.from(body);
  return new schema.ParleyError('internal', `${body.message} (${body.code})`, body.details);
}

/** `ParleyError.is`, without loading the catalogue. */
export function isParleyError(value: unknown): value is ParleyError {
  return typeof value === 'object' && value !== null && Symbol.for('parley.error') in value;
}
