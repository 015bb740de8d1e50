// Command output as a person would have seen it in a terminal at the end: without escape sequences, overwritten lines gone.

/* oxlint-disable no-control-regex -- control characters are what this is about */

const escapes =
  /\u001B(?:\[[0-9;:?<>=]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[PX^_][^\u001B]*(?:\u001B\\)?|[ -/]*[0-~])/g;
const controls = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g;
/** Anything that a terminal would not show as it is. */
const special = /[\u0000-\u0008\u000B-\u001F\u007F]/;

/** Text for the page from what a command printed. A progress bar that rewrites its line (`\r`) shows its last state. */
export function plainOutput(output: string): string {
  if (!special.test(output)) return output;
  return output
    .replaceAll('\r\n', '\n')
    .replace(escapes, '')
    .split('\n')
    .map((line) => (line.includes('\r') ? (line.split('\r').findLast((part) => part !== '') ?? '') : line))
    .join('\n')
    .replace(controls, '');
}
