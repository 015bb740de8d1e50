// One way to make each fault that the doctor can find, in a world of its own: for its test.

import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { DoctorCode } from '@parley/schema';
import { FakeDaemon } from './fake-daemon.ts';
import type { World } from '../doctor/world.ts';

export interface Sick {
  readonly t: TestContext;
  readonly home: string;
  readonly world: World;
  /** Puts a program on the world's PATH that prints this. */
  readonly put: (name: string, prints: string) => string;
  readonly remove: (name: string) => void;
}

type Seed = (sick: Sick) => Partial<World> | void | Promise<Partial<World> | void>;

const config =
  (text: string): Seed =>
  ({ world }) =>
    write(world.places.configFile, text);

const state =
  (seed: (world: World) => void): Seed =>
  ({ world }) => {
    mkdirSync(world.places.stateDir, { recursive: true, mode: 0o700 });
    seed(world);
  };

const withEnv =
  (more: NodeJS.ProcessEnv): Seed =>
  ({ world }) => ({ io: { ...world.io, env: { ...world.io.env, ...more } } });

const server = (entries: string): Seed => config(`[server]\nport = 0\n${entries}\n`);

export const seededFaults: Readonly<Record<DoctorCode, Seed>> = {
  node_too_old: ({ world }) => ({ system: { ...world.system, node: '22.1.0' } }),
  platform_unproven: ({ world }) => ({ system: { ...world.system, platform: 'freebsd' } }),
  disk_full: () => ({ freeBytes: () => 5_000_000 }),
  disk_low: () => ({ freeBytes: () => 500_000_000 }),

  config_not_toml: config('[server\nport = 1'),
  config_entry_invalid: config('[server]\nport = "many"'),
  config_variable_invalid: withEnv({ PARLEY_PORT: 'many' }),
  variable_not_honoured: withEnv({ LLM_GATEWAY_AUTH_DISABLED: '1' }),
  config_writable_by_others: ({ world }) => {
    chmodSync(world.places.configFile, 0o666);
  },
  config_readable_by_others: ({ world }) => {
    write(world.places.configFile, '[server]\nport = 0\n[agents.codex.env]\nMY_KEY = "k"\n');
    chmodSync(world.places.configFile, 0o644);
  },
  config_unknown_agent: server('[agents.codexx]\nmodel = "m"'),
  config_not_in_force: async (sick) => {
    await listen(sick);
    const soon = Date.now() / 1000 + 60;
    utimesSync(sick.world.places.configFile, soon, soon);
  },
  full_folder_missing: server('[policy]\nfull = ["/nowhere/at/all"]'),
  model_key_missing: server('[agents.codex]\nmodel_url = "http://127.0.0.1:1/v1"\nmodel_key_env = "NO_SUCH_KEY"'),
  project_config_invalid: ({ world }) => write(join(world.io.cwd, '.parley.toml'), '[server]\nport = 1'),

  state_not_folder: ({ world }) => write(world.places.stateDir, 'words'),
  state_foreign: ({ world }) => {
    mkdirSync(world.places.stateDir);
    return { uid: 54_321 };
  },
  state_open: state(({ places }) => chmodSync(places.stateDir, 0o755)),
  state_file_open: state(({ places }) => {
    write(places.logFile, 'words');
    chmodSync(places.logFile, 0o644);
  }),
  state_on_network: () => ({ networkProblem: (folder) => `${folder} is on a network file system (NFS).` }),
  store_damaged: state(({ places }) => write(places.databaseFile, 'no database at all')),
  token_open: state(({ places }) => {
    write(places.tokenFile, 't'.repeat(43));
    chmodSync(places.tokenFile, 0o640);
  }),
  token_unusable: state(({ places }) => write(places.tokenFile, 'short')),
  socket_folder_foreign: ({ home, world }) => {
    const socketDir = join(home, 'open');
    mkdirSync(world.places.stateDir, { mode: 0o700 });
    mkdirSync(socketDir);
    chmodSync(socketDir, 0o777);
    return { places: { ...world.places, socketDir, socket: join(socketDir, 'parley.sock') } };
  },

  socket_stale: state(({ places }) => symlinkSync('/dev/null', places.socket)),
  daemon_silent: state(({ places }) => {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    write(join(places.stateDir, 'lock-owner.json'), JSON.stringify({ pid: process.pid, startTime }));
  }),
  daemon_foreign: async ({ t, world }) => {
    mkdirSync(world.places.stateDir, { mode: 0o700 });
    const stranger = createServer((_request, response) => response.writeHead(404).end('hello'));
    await listenUntilEnd(t, stranger, world.places.socket);
  },
  daemon_other_version: async (sick) => {
    await listen(sick);
    return { version: '0.2.0' };
  },
  processes_left: async ({ t, world }) => {
    const instance = createHash('sha256').update(world.places.stateDir).digest('hex').slice(0, 16);
    const child = spawn(process.execPath, ['-e', 'console.log(1);setInterval(() => {}, 1000)'], {
      env: { PARLEY_RUN: `${instance}-runs/run_1` },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    t.after(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
  },

  no_agent_installed: ({ remove }) => remove('codex'),
  no_usable_agent: withEnv({ OPENAI_API_KEY: '' }),
  agent_command_missing: server('[agents.gemini]\ncommand = "/nowhere/gemini"'),
  agent_broken: ({ put }) => void put('claude', ''),
  agent_other_version: ({ put }) => void put('codex', 'codex-cli 0.1.0'),
  agent_no_login: withEnv({ OPENAI_API_KEY: '' }),

  port_taken: async ({ t, world }) => {
    const other = createSocketServer();
    const port = await listenUntilEnd(t, other, 0);
    write(world.places.configFile, `[server]\nport = ${port}\n`);
  },
  port_privileged: ({ world }) => {
    write(world.places.configFile, '[server]\nport = 1\n');
    return { firstFreePort: 1024 };
  },
  host_not_here: server('host = "192.0.2.1"'),
  exposed_to_lan: server('host = "0.0.0.0"'),
  origin_malformed: server('origins = ["https://parley.example.com/page"]'),
  origin_insecure: server('hosts = ["parley.example.com"]\norigins = ["http://parley.example.com"]'),
  origin_without_host: server('origins = ["https://parley.example.com"]'),
  host_malformed: server('hosts = ["https://parley.example.com"]'),
  public_url_unreachable: ({ world }) => {
    // Reserved names (RFC 2606) resolve nowhere.
    write(
      world.places.configFile,
      '[server]\nport = 0\nhosts = ["parley.invalid"]\norigins = ["https://parley.invalid"]\n',
    );
    return { verify: true };
  },

  client_config_invalid: ({ home }) => write(join(home, '.cursor', 'mcp.json'), '{"mcpServers": oops}'),
  client_entry_stale: ({ home }) =>
    write(join(home, '.cursor', 'mcp.json'), '{"mcpServers":{"parley":{"command":"/gone/parley","args":["mcp"]}}}'),
};

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, text, { mode: 0o600 });
}

async function listen({ t, world }: Sick): Promise<void> {
  mkdirSync(world.places.stateDir, { mode: 0o700 });
  const daemon = await new FakeDaemon().listen(world.places.socket);
  t.after(() => daemon.close());
}

async function listenUntilEnd(t: TestContext, listener: Server, where: string | number): Promise<number> {
  const listening = once(listener, 'listening');
  if (typeof where === 'number') listener.listen(where, '127.0.0.1');
  else listener.listen(where);
  await listening;
  t.after(() => listener.close());
  return typeof where === 'number' ? (listener.address() as AddressInfo).port : 0;
}
