// The command line of `vibe` 2.18.4, as its argument parser takes it.

export interface VibeFlags {
  /** Undefined: interactive; empty: from stdin. */
  readonly prompt: string | undefined;
  readonly output: string;
  readonly agent: string;
  readonly resume: string | true | undefined;
  readonly latest: boolean;
  readonly maxTurns: number | undefined;
  readonly maxPrice: number | undefined;
  readonly maxTokens: number | undefined;
  readonly workdir: string | undefined;
  readonly version: boolean;
  readonly help: boolean;
}

const withValue = new Set([
  '--output',
  '--agent',
  '--max-turns',
  '--max-price',
  '--max-tokens',
  '--enabled-tools',
  '--add-dir',
  '--workdir',
]);
const withOptionalValue = new Set(['-p', '--prompt', '--resume']);
const withoutValue = new Set([
  '--auto-approve',
  '--yolo',
  '-c',
  '--continue',
  '--trust',
  '--setup',
  '--check-upgrade',
  '-v',
  '--version',
  '-h',
  '--help',
]);

/** The flags, or what is wrong with them. */
export function readFlags(argv: readonly string[]): VibeFlags | string {
  const values = new Map<string, string>();
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const [, name = word, inline] = /^(--[a-z-]+)=([\s\S]*)$/.exec(word) ?? [];
    const next = argv[at + 1];
    if (withoutValue.has(name)) values.set(name, '');
    else if (withValue.has(name) || withOptionalValue.has(name)) {
      // A word that begins with "-" is never taken for a value.
      const given = inline ?? (next === undefined || next.startsWith('-') ? undefined : next);
      if (given === undefined && withValue.has(name)) return `argument ${name}: expected one argument`;
      if (inline === undefined && given !== undefined) at++;
      values.set(name, given ?? '');
    } else if (name.startsWith('-')) return `unrecognized arguments: ${word}`;
    // A bare word is the prompt of an interactive session, which this is not.
  }
  const resume = values.get('--resume');
  const latest = values.has('-c') || values.has('--continue');
  if (resume !== undefined && latest) return 'argument --resume: not allowed with argument -c/--continue';
  const output = values.get('--output') ?? 'text';
  if (!['text', 'json', 'streaming'].includes(output)) return `argument --output: invalid choice: '${output}'`;
  const number = (name: string): number | undefined => (values.has(name) ? Number(values.get(name)) : undefined);
  return {
    prompt: values.get('-p') ?? values.get('--prompt'),
    output,
    agent: values.get('--agent') ?? (values.has('--yolo') || values.has('--auto-approve') ? 'auto-approve' : 'default'),
    resume: resume === '' ? true : resume,
    latest,
    maxTurns: number('--max-turns'),
    maxPrice: number('--max-price'),
    maxTokens: number('--max-tokens'),
    workdir: values.get('--workdir'),
    version: values.has('-v') || values.has('--version'),
    help: values.has('-h') || values.has('--help'),
  };
}
