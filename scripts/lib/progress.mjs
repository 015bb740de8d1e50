// Lines that tell what the setup does. They go to stderr: stdout belongs to the program that is being set up.

/** @param {string} line */
export function say(line) {
  process.stderr.write(`parley setup: ${line}\n`);
}

/**
 * Says what begins, does it, and says how long it took.
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  const begun = Date.now();
  say(`${what} …`);
  const result = await work();
  say(`${what}: done in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  return result;
}
