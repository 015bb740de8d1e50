// A daemon, from the lock on its state directory to its open sockets, and back.

import type { Server } from 'node:http';
import { ensurePrivateFolder } from '@parley/client/node';
import type { Places } from '@parley/client/node';
import { redact } from '@parley/schema';
import type { Extend } from '@parley/doors/mcp/http';
import type { DaemonView } from '@parley/schema';
import manifest from '../package.json' with { type: 'json' };
import type { LoadedConfig } from './config/load.ts';
import { Consultations } from './consultations/consultations.ts';
import { openCore } from './core.ts';
import type { Daemon } from './daemon.ts';
import { gatewayToken } from './config/variables.ts';
import { Credentials } from './gate/credentials.ts';
import { hostsOf, originsOf } from './gate/gate.ts';
import type { GateRules } from './gate/gate.ts';
import { findPage } from './http/page.ts';
import { HttpDoor } from './http/server.ts';
import { WebSocketDoor } from './http/websocket.ts';
import { listenTcp, listenUnix, tryTcp } from './listen.ts';
import { mcpDoor } from './mcp/load.ts';
import { Observation } from './observe/observation.ts';
import { loadTelemetry } from './observe/telemetry/load.ts';
import { routeTable } from './routes/route-table.ts';

export interface DaemonOptions {
  readonly places: Places;
  readonly configuration: LoadedConfig;
  readonly env: NodeJS.ProcessEnv;
  /** The parley command, to start the rehearsal server with: program and first arguments. */
  readonly command: readonly [string, ...string[]];
  /** Open the TCP port too. */
  readonly tcp: boolean;
  /** More tools, resources and prompts for MCP over HTTP, beside Parley's own. */
  readonly extendMcp?: Extend;
  /** Where what nobody waits for is told. */
  readonly log: (text: string) => void;
}

export interface RunningDaemon {
  readonly daemon: Daemon;
  /** Resolves when it has stopped, by request or by `stop`. */
  readonly stopped: Promise<void>;
  /** `keep` leaves working turns' processes alone. Idempotent: the first call decides. */
  readonly stop: (runs: 'keep' | 'end') => Promise<void>;
}

/** Start a daemon. Throws `state_locked`, `state_on_network`, `state_newer`, `port_in_use`, `config_invalid`. */
export async function startDaemon(options: DaemonOptions): Promise<RunningDaemon> {
  const { places, configuration, env } = options;
  const { config } = configuration;
  const startedAt = Date.now();
  // Others' words stand in it, and it is sent along with reports of problems.
  const log = (text: string): void => options.log(redact(text));
  const report = (text: string, error: unknown): void =>
    log(`${text}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  await ensurePrivateFolder(places.socketDir);
  const telemetry = await loadTelemetry({ config: config.telemetry, env, version: manifest.version, log, report });
  const observation = new Observation(startedAt, telemetry);
  const core = await openCore({
    ...places,
    config,
    env,
    command: options.command,
    // Before anything of an earlier daemon is taken up: its agents would have to be left again.
    prepare: async () => {
      if (options.tcp) await tryTcp(config.server.host, config.server.port);
    },
    report,
    recorded: observation.recorded,
    fatal: (error) => {
      report('the store failed, so the daemon stops; agents go on and the next daemon takes them up', error);
      process.exit(1);
    },
  });
  const { engine, requests, agents } = core;
  observation.watch(engine);
  const credentials = await Credentials.open(places.tokenFile, Date.now, gatewayToken(env)).catch(
    async (error: unknown) => {
      await core.close('keep');
      throw error;
    },
  );
  const consultations = new Consultations({ engine, agents, store: core.store, report });
  const stopped = Promise.withResolvers<void>();
  const servers: Server[] = [];
  let address: string | undefined;
  const view = (): DaemonView => ({
    pid: process.pid,
    version: manifest.version,
    socket: places.socket,
    ...(address === undefined ? {} : { address }),
    stateDir: places.stateDir,
    memory: process.memoryUsage.rss(),
    startedAt,
    sessions: engine.sessions().length,
    workingTurns: engine.workingTurns,
  });

  let stopping: Promise<void> | undefined;
  const stop = (runs: 'keep' | 'end'): Promise<void> => {
    stopping ??= close(runs).then(stopped.resolve, stopped.reject);
    return stopping;
  };
  const daemon: Daemon = {
    engine,
    requests,
    agents,
    consultations,
    observation,
    credentials,
    configuration,
    agentsDir: places.agentsDir,
    env,
    view,
    // After the answer is on its way.
    stop: (runs) => void setImmediate(() => void stop(runs)),
  };
  const webSocket = new WebSocketDoor(engine, consultations);
  const mcp = mcpDoor({
    socket: places.socket,
    config,
    env,
    version: manifest.version,
    log,
    ...(options.extendMcp !== undefined && { extend: options.extendMcp }),
  });
  try {
    await consultations.resume();
    await listen();
  } catch (error) {
    await close('keep');
    throw error;
  }
  return { daemon, stopped: stopped.promise, stop };

  async function listen(): Promise<void> {
    const http = await HttpDoor.open({
      routes: routeTable(daemon),
      version: manifest.version,
      page: await findPage(),
      webSocket,
      mcp,
      report,
    });
    const credentialRules = {
      isToken: (text: string) => credentials.isToken(text),
      isCookie: (text: string) => credentials.isCookie(text),
    };
    const unix = http.listenerFor('unix', { hosts: new Set(), origins: new Set(), ...credentialRules });
    await listenUnix(unix, places.socket);
    servers.push(unix);
    if (!options.tcp) return;
    // The rules need the port, which is known only after listening; nobody can knock before this same turn of the loop is over.
    const rules: { -readonly [Key in keyof GateRules]: GateRules[Key] } = {
      hosts: new Set(),
      origins: new Set(),
      ...credentialRules,
    };
    const tcp = http.listenerFor('tcp', rules);
    const { host, hosts, origins } = config.server;
    const port = await listenTcp(tcp, host, config.server.port);
    servers.push(tcp);
    rules.hosts = hostsOf(host, port, hosts);
    rules.origins = originsOf(rules.hosts, origins);
    const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    address = `http://${name}:${port}/`;
  }

  async function close(runs: 'keep' | 'end'): Promise<void> {
    // First, so that what its callers wait for is not taken for given up.
    await mcp.close();
    webSocket.close();
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    await consultations.close(runs);
    await core.close(runs, () => observation.close());
  }
}
