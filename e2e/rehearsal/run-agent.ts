// Runs the vendors' real command lines against a rehearsal server, each in a home and a folder of its own.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { createRehearsal, type RehearsalServer, type Scenario } from '@parley/rehearsal';
import { installRealAgents } from '../../scripts/agents.mjs';

export type Line = Readonly<Record<string, unknown>>;

export interface Finished {
  readonly code: number | null;
  /** What the agent wrote on stdout, one JSON object a line. */
  readonly lines: readonly Line[];
  readonly stderr: string;
}

export interface AgentBench {
  readonly server: RehearsalServer;
  readonly read: (file: string) => Promise<string>;
  readonly write: (file: string, text: string) => Promise<void>;
  readonly list: () => Promise<readonly string[]>;
  readonly codex: (args: readonly string[]) => Promise<Finished>;
  readonly claude: (args: readonly string[]) => Promise<Finished>;
  /** Claude with stdin open, for messages in the middle of a turn. */
  readonly liveClaude: () => ChildProcessByStdio<Writable, Readable, Readable>;
}

// Real agents need about a second; this is for a machine that is busy with other tests.
const DEADLINE_MS = 120_000;

/** A server, a home and a work folder that end with the test. */
export async function openBench(test: TestContext, scenario: Scenario = {}): Promise<AgentBench> {
  const agents = await installRealAgents();
  const server = await createRehearsal({ scenario, pace: 0 });
  const root = await mkdtemp(join(tmpdir(), 'parley-e2e-rehearsal-'));
  const [home, work, temporary] = [join(root, 'home'), join(root, 'work'), join(root, 'tmp')];
  for (const folder of [home, work, temporary]) await mkdir(folder);
  test.after(async () => {
    await server.close();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });

  // Codex warns about a home below the folder for temporary files, so that one is moved.
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: home, TMPDIR: temporary, LANG: 'C.UTF-8' };
  if (process.env['TEST_FILE_MARK'] !== undefined) env['TEST_FILE_MARK'] = process.env['TEST_FILE_MARK'];
  const claudeEnv = {
    ...env,
    ANTHROPIC_BASE_URL: server.anthropicUrl,
    ANTHROPIC_API_KEY: 'sk-ant-rehearsal-00000000',
    IS_SANDBOX: '1',
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    CLAUDE_CODE_MAX_RETRIES: '1',
  };
  const claudeFlags = [
    '-p',
    '--output-format',
    'stream-json',
    '--verbose',
    '--dangerously-skip-permissions',
    '--model',
  ];
  const provider = `{name="rehearsal",base_url="${server.openaiUrl}",env_key="REHEARSAL_KEY",wire_api="responses",request_max_retries=0,stream_max_retries=1}`;
  const codexFlags = [
    '--json',
    '--dangerously-bypass-approvals-and-sandbox',
    '--disable=apps',
    '--disable=plugins',
    '--disable=remote_plugin',
    '-ccheck_for_update_on_startup=false',
    '-canalytics.enabled=false',
    '-cmodel_provider="rehearsal"',
    `-cmodel_providers.rehearsal=${provider}`,
  ];
  const options = { cwd: work, timeout: DEADLINE_MS, killSignal: 'SIGKILL' } as const;

  return {
    server,
    read: (file) => readFile(join(work, file), 'utf8'),
    write: (file, text) => writeFile(join(work, file), text),
    list: async () => (await readdir(work)).toSorted(),
    codex: (args) => {
      const argv = ['exec', ...args.slice(0, -1), ...codexFlags, args.at(-1) ?? ''];
      const child = spawn(agents.codexNative, argv, {
        ...options,
        env: { ...env, REHEARSAL_KEY: 'any' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return finish(child);
    },
    claude: (args) => {
      const argv = [...claudeFlags, 'rehearsal', ...args.slice(0, -1), '--', args.at(-1) ?? ''];
      return finish(spawn(agents.claude, argv, { ...options, env: claudeEnv, stdio: ['ignore', 'pipe', 'pipe'] }));
    },
    liveClaude: () => {
      const argv = [...claudeFlags, 'rehearsal', '--input-format', 'stream-json'];
      return spawn(agents.claude, argv, { ...options, env: claudeEnv, stdio: ['pipe', 'pipe', 'pipe'] });
    },
  };
}

async function finish(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Finished> {
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([readAll(child.stdout), readAll(child.stderr), ended]);
  return {
    code,
    lines: stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map(parseLine),
    stderr,
  };
}

export function parseLine(line: string): Line {
  return recordOf(JSON.parse(line));
}

export function recordOf(value: unknown): Line {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function recordsOf(value: unknown): readonly Line[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}
