// A world of its own for tests: home, temporary folder, workspace, and agents that need no model, found by their commands.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const standIns = join(dirname(fileURLToPath(import.meta.resolve('@parley/rehearsal'))), 'stand-ins');
const temporaryRoot = tmpdir();

/**
 * Speaks as xAI's grok does. Its prompt is a shell script that says what it does: `say WORDS` begins or goes on with a message, `next` ends
 * it, `plan STATUS…`, `end` ends the turn. It has what its environment gives, and exits as the script does.
 */
const scriptedGrok = `#!/bin/sh
case "$1" in
  --version) echo 'grok 1.0.41'; exit;;
  --help) echo '--output-format --permission-mode --prompt-file'; exit;;
esac
for word in "$@"; do
  case "$word" in --session-id=* | --resume=*) thread="\${word#*=}";; esac
done
say() { printf '{"type":"text","data":"%s"}\\n' "$1"; }
next() { printf '{"type":"usage"}\\n'; }
plan() {
  entries=$(for status in "$@"; do printf ',{"content":"step","status":"%s"}' "$status"; done)
  printf '{"type":"plan","entries":[%s]}\\n' "\${entries#,}"
}
end() { printf '{"type":"end","stopReason":"end_turn","sessionId":"%s","usage":{"input_tokens":10,"output_tokens":5}}\\n' "$thread"; }
eval "$(cat /dev/stdin)"
`;

export interface World {
  readonly home: string;
  /** The workspace. */
  readonly cwd: string;
  /** `TMPDIR`. */
  readonly temporary: string;
  /** Entries of `config.agents`: stand-ins `grok`, `kimi` (legacy) and `vibe`. Their model server is never asked. */
  readonly agents: Readonly<Record<'grok' | 'kimi' | 'vibe', { readonly command: string; readonly model_url: string }>>;
  /** A `grok` whose prompts are shell scripts. */
  readonly scripted: { readonly command: string; readonly model_url: string };
  /** The environment of a program of its own in this world. */
  readonly env: Readonly<Record<string, string>>;
}

/** Makes one and moves this process into it. A test file is a process of its own, so it has one world. */
export function enterWorld(): World {
  const root = mkdtempSync(join(temporaryRoot, 'parley-library-'));
  const folder = (name: string): string => {
    const path = join(root, name);
    mkdirSync(path, { mode: 0o700 });
    return path;
  };
  const [home, cwd, temporary, bin] = [folder('home'), folder('work'), folder('tmp'), folder('bin')];
  const program = (name: string, text: string): { readonly command: string; readonly model_url: string } => {
    const command = join(bin, name);
    writeFileSync(command, text);
    chmodSync(command, 0o755);
    return { command, model_url: 'http://127.0.0.1:9/v1' };
  };
  const standIn = (name: string, file: string) =>
    program(name, `#!/bin/sh\nexec '${process.execPath}' '${join(standIns, file)}' "$@"\n`);
  const env = {
    HOME: home,
    TMPDIR: temporary,
    PARLEY_STATE_DIR: join(home, 'state'),
    PARLEY_DATA_DIR: join(home, 'data'),
  };
  for (const name of Object.keys(process.env)) if (/^(PARLEY|XDG)_|_API_KEY$/.test(name)) delete process.env[name];
  Object.assign(process.env, env);
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  return {
    home,
    cwd,
    temporary,
    env,
    scripted: program('scripted-grok', scriptedGrok),
    agents: {
      grok: standIn('grok', 'grok-headless.ts'),
      kimi: standIn('kimi', 'kimi-legacy.ts'),
      vibe: standIn('vibe', 'vibe-print.ts'),
    },
  };
}

/** Living processes of this world but this one, as command lines: what was started here has our HOME, and so has what that started. */
export function processesIn({ home }: Pick<World, 'home'>): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
      return environment.includes(`HOME=${home}`) ? [`${pid} ${command}`] : [];
    } catch {
      return []; // It has gone.
    }
  });
}

/** Waits until it is so; fails with the last value after 20 s. */
export async function eventually<Value>(look: () => Value, isSo: (value: Value) => boolean): Promise<Value> {
  const giveUp = performance.now() + 20_000;
  for (;;) {
    const value = look();
    if (isSo(value)) return value;
    if (performance.now() > giveUp) throw new Error(`It did not happen; it is ${JSON.stringify(value)}.`);
    await setTimeout(10);
  }
}
