// The command line of xAI's `grok`, as far as headless mode goes.

export interface GrokFlags {
  readonly single: string | undefined;
  readonly promptFile: string | undefined;
  readonly model: string | undefined;
  readonly format: 'plain' | 'json' | 'streaming-json';
  readonly mode: string;
  readonly deny: readonly string[];
  readonly sessionId: string | undefined;
  readonly resume: string | undefined;
  readonly latest: boolean;
  readonly cwd: string | undefined;
  readonly maxTurns: number | undefined;
  readonly version: boolean;
  readonly help: boolean;
}

const modes = ['default', 'acceptEdits', 'plan', 'auto', 'dontAsk', 'bypassPermissions'];
const short: Readonly<Record<string, string>> = {
  '-p': '--single',
  '-m': '--model',
  '-s': '--session-id',
  '-r': '--resume',
  '-c': '--continue',
  '-V': '--version',
  '-h': '--help',
};
const withValue = new Set([
  '--single',
  '--prompt-file',
  '--model',
  '--output-format',
  '--permission-mode',
  '--allow',
  '--deny',
  '--tools',
  '--disallowed-tools',
  '--session-id',
  '--resume',
  '--cwd',
  '--effort',
  '--reasoning-effort',
  '--max-turns',
  '--rules',
  '--sandbox',
]);
const withoutValue = new Set([
  '--always-approve',
  '--yolo',
  '--continue',
  '--no-auto-update',
  '--version',
  '--help',
  '--verbatim',
]);

/** The flags, or what is wrong with them. */
export function readFlags(argv: readonly string[]): GrokFlags | string {
  const values = new Map<string, readonly string[]>();
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const [, long, inline] = /^(--[a-z-]+)=([\s\S]*)$/.exec(word) ?? [];
    const name = long ?? short[word] ?? word;
    if (withoutValue.has(name)) values.set(name, []);
    else if (withValue.has(name)) {
      const next = argv[at + 1];
      if (inline === undefined && (next === undefined || next.startsWith('-')))
        return `a value is required for '${name}' but none was supplied`;
      values.set(name, [...(values.get(name) ?? []), inline ?? next ?? '']);
      if (inline === undefined) at++;
    } else return `unexpected argument '${word}' found`;
  }
  const one = (name: string): string | undefined => values.get(name)?.at(-1);
  const format = one('--output-format') ?? 'plain';
  if (format !== 'plain' && format !== 'json' && format !== 'streaming-json')
    return `invalid value '${format}' for '--output-format <FMT>'`;
  const mode =
    values.has('--always-approve') || values.has('--yolo')
      ? 'bypassPermissions'
      : (one('--permission-mode') ?? 'default');
  if (!modes.includes(mode)) return `--permission-mode: invalid value: ${mode}`;
  const known = values.has('--version') || values.has('--help');
  if (!known && !values.has('--single') && !values.has('--prompt-file'))
    return 'the stand-in is headless only: give it -p or --prompt-file';
  const turns = one('--max-turns');
  return {
    single: one('--single'),
    promptFile: one('--prompt-file'),
    model: one('--model'),
    format,
    mode,
    deny: values.get('--deny') ?? [],
    sessionId: one('--session-id'),
    resume: one('--resume'),
    latest: values.has('--continue'),
    cwd: one('--cwd'),
    maxTurns: turns === undefined ? undefined : Number(turns),
    version: values.has('--version'),
    help: values.has('--help'),
  };
}
