// A stand-in for legacy `kimi` (Python, 1.49.0) in print and wire mode: its flags, messages, wire protocol, sessions and errors, with the
// rehearsal persona for a model. For rehearsing and tests where the real one, which is on PyPI only, cannot be. Run it with Node as `kimi`.
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { loadScenario } from '../read-scenario.ts';
import { scenarioSchema } from '../scenario.ts';
import { readFlags, type KimiFlags } from './kimi-flags.ts';
import { KimiModel } from './kimi-model.ts';
import { runPrint } from './kimi-print.ts';
import { KimiSession } from './kimi-session.ts';
import { serveWire } from './kimi-wire.ts';

const version = '1.49.0';

const help = `Usage: kimi [OPTIONS]

  A stand-in for legacy Kimi ${version}: no model, no network. See packages/rehearsal.

  --print, --wire                 One shot; JSON-RPC over stdin and stdout.
  -S, --session ID                Resume, or make a session with this id.
  -p, --prompt TEXT               In print mode; else stdin.
  --output-format [text|stream-json]
  -y, --yolo                      Nothing asks.
`;

/** Where the program reads and writes. */
export interface KimiStreams {
  readonly input: Readable;
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly crash: () => never;
  readonly onCancel: (cancel: () => void) => void;
}

/**
 * The whole program. Resolves to the exit code. `KIMI_SHARE_DIR` is its home, `KIMI_API_KEY` (any) its login, and
 * `KIMI_REHEARSAL_SCENARIO` may name a scenario file for its model.
 */
export async function runKimi(argv: readonly string[], env: NodeJS.ProcessEnv, streams: KimiStreams): Promise<number> {
  const flags = readFlags(argv);
  if (typeof flags === 'string') {
    streams.complain(`Usage: kimi [OPTIONS] COMMAND [ARGS]...\nTry 'kimi --help' for help.\n\nError: ${flags}\n`);
    return 2;
  }
  if (flags.version) return say(streams, `kimi, version ${version}\n`);
  if (flags.help) return say(streams, help);
  if (flags.mode === 'shell') {
    streams.complain('This stand-in has no screen: use --print or --wire.\n');
    return 2;
  }
  const share = env['KIMI_SHARE_DIR'] ?? join(env['HOME'] ?? homedir(), '.kimi');
  mkdirSync(share, { recursive: true });
  const cwd = realpathSync(resolve(flags.workDir ?? '.'));
  const session = KimiSession.open(share, cwd, { id: flags.session, latest: flags.latest });
  if (session === undefined) {
    streams.complain('Error: No previous session found for the working directory\n');
    return 2;
  }
  try {
    return await converse(flags, env, streams, session, cwd, share);
  } finally {
    session.close();
    if (session.entries.length > 0) streams.complain(`\nTo resume this session: kimi -r ${session.id}\n`);
  }
}

async function converse(
  flags: KimiFlags,
  env: NodeJS.ProcessEnv,
  streams: KimiStreams,
  session: KimiSession,
  cwd: string,
  share: string,
): Promise<number> {
  const file = env['KIMI_REHEARSAL_SCENARIO'];
  const scenario = file === undefined ? scenarioSchema.parse({ directives: true }) : await loadScenario(file);
  const { maxSteps, maxRetries, yolo } = flags;
  const isConfigured = flags.configured || (env['KIMI_API_KEY'] ?? '') !== '' || existsSync(join(share, 'config.toml'));
  const options = { session, model: new KimiModel(scenario), cwd, maxSteps, maxRetries, isConfigured, ...streams };
  if (flags.mode === 'print') return runPrint({ ...options, flags });
  await serveWire({ ...options, yolo, version });
  return 0;
}

function say({ write }: KimiStreams, text: string): number {
  write(text);
  return 0;
}

if (import.meta.main) {
  // What it started must not outlive it: see `runShell`.
  process.on('SIGTERM', () => process.exit(143));
  process.on('SIGHUP', () => process.exit(129));
  process.exitCode = await runKimi(process.argv.slice(2), process.env, {
    input: process.stdin,
    write: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
    crash: () => {
      process.stderr.write('Traceback (most recent call last):\nRuntimeError: the rehearsal was told to crash\n');
      process.exit(70);
    },
    onCancel: (cancel) => void process.on('SIGINT', cancel),
  });
}
