// The command line of legacy `kimi` 1.49.0, as far as its headless modes go.

export interface KimiFlags {
  readonly mode: 'print' | 'wire' | 'shell';
  readonly version: boolean;
  readonly help: boolean;
  readonly workDir: string | undefined;
  /** Resumed, or made with exactly this id when it is missing. */
  readonly session: string | undefined;
  readonly latest: boolean;
  /** A configuration is named on the command line. */
  readonly configured: boolean;
  readonly yolo: boolean;
  readonly prompt: string | undefined;
  readonly inputFormat: 'text' | 'stream-json';
  readonly outputFormat: 'text' | 'stream-json';
  readonly finalMessageOnly: boolean;
  readonly maxSteps: number;
  readonly maxRetries: number;
}

const short: Readonly<Record<string, string>> = {
  '-V': '--version',
  '-h': '--help',
  '-w': '--work-dir',
  '-S': '--session',
  '-r': '--session',
  '--resume': '--session',
  '-C': '--continue',
  '-m': '--model',
  '-y': '--yolo',
  '--yes': '--yolo',
  '--auto-approve': '--yolo',
  '-p': '--prompt',
  '-c': '--prompt',
  '--command': '--prompt',
};
const withValue = new Set([
  '--work-dir',
  '--add-dir',
  '--session',
  '--config',
  '--config-file',
  '--model',
  '--prompt',
  '--input-format',
  '--output-format',
  '--agent',
  '--agent-file',
  '--mcp-config-file',
  '--mcp-config',
  '--skills-dir',
  '--max-steps-per-turn',
  '--max-retries-per-step',
  '--max-ralph-iterations',
]);
const withoutValue = new Set([
  '--version',
  '--help',
  '--verbose',
  '--debug',
  '--continue',
  '--thinking',
  '--no-thinking',
  '--yolo',
  '--afk',
  '--plan',
  '--print',
  '--quiet',
  '--wire',
  '--acp',
  '--final-message-only',
]);
const exclusive = [
  ['--print', '--acp', '--wire'],
  ['--agent', '--agent-file'],
  ['--continue', '--session'],
  ['--config', '--config-file'],
];

/** The flags, or what is wrong with them. */
export function readFlags(argv: readonly string[]): KimiFlags | string {
  const given = new Map<string, string>();
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const [, long = word, inline] = /^(--[a-z-]+)=([\s\S]*)$/.exec(word) ?? [];
    const name = short[long] ?? long;
    if (withoutValue.has(name)) given.set(name, '');
    else if (withValue.has(name)) {
      const value = inline ?? argv[++at];
      if (value === undefined) return `Option '${long}' requires an argument.`;
      given.set(name, value);
    } else return name.startsWith('-') ? `No such option: ${word}` : `No such command '${word}'.`;
  }
  for (const group of exclusive) {
    const both = group.filter((name) => given.has(name));
    if (both.length > 1) return `Cannot combine ${both.join(', ')}.`;
  }
  const isPrint = given.has('--print') || given.has('--quiet');
  const alone = ['--input-format', '--output-format', '--final-message-only'].find((name) => given.has(name));
  if (alone !== undefined && !isPrint) return `Invalid value for ${alone}: only in print mode.`;
  if (given.get('--prompt')?.trim() === '') return 'Prompt cannot be empty';
  const inputFormat = formatOf(given.get('--input-format'));
  const outputFormat = formatOf(given.get('--output-format'));
  if (inputFormat === undefined || outputFormat === undefined)
    return "Invalid value: not one of 'text', 'stream-json'.";
  return {
    mode: isPrint ? 'print' : given.has('--wire') ? 'wire' : 'shell',
    version: given.has('--version'),
    help: given.has('--help'),
    workDir: given.get('--work-dir'),
    session: given.get('--session'),
    latest: given.has('--continue'),
    configured: given.has('--config') || given.has('--config-file'),
    yolo: given.has('--yolo') || given.has('--afk'),
    prompt: given.get('--prompt'),
    inputFormat,
    outputFormat,
    finalMessageOnly: given.has('--final-message-only') || given.has('--quiet'),
    maxSteps: Number(given.get('--max-steps-per-turn') ?? 100),
    maxRetries: Number(given.get('--max-retries-per-step') ?? 3),
  };
}

function formatOf(word = 'text'): 'text' | 'stream-json' | undefined {
  return word === 'text' || word === 'stream-json' ? word : undefined;
}
