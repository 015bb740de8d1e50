// A failure whose message already tells the user all there is to know: what happened, to what, and what to do next.

export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/**
 * What to print of a failure: the message of a SetupError, all of an unexpected one.
 * @param {unknown} error
 */
export function messageOf(error) {
  if (error instanceof SetupError) return error.message;
  return (error instanceof Error ? error.stack : undefined) ?? String(error);
}

/**
 * Prints a failure and gives the exit code.
 * @param {unknown} error
 */
export function reportFailure(error) {
  process.stderr.write(`\nparley: ${messageOf(error)}\n`);
  return 1;
}
