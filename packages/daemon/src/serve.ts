// `parley serve`: a daemon in the foreground, that says where its page is, brings an agent when there is none, and stops on a signal.

import { setTimeout } from 'node:timers/promises';
import { findDaemon, placesOf } from '@parley/client/node';
import type { Places } from '@parley/client/node';
import { ParleyError } from '@parley/schema';
import { installAgent } from './agents/install.ts';
import { loadConfig } from './config/load.ts';
import type { Daemon } from './daemon.ts';
import { releaseMemoryWhenIdle } from './idle-memory.ts';
import { startDaemon } from './start.ts';
import type { RunningDaemon } from './start.ts';

export interface ServeOptions {
  readonly port?: number;
  readonly host?: string;
  /** Open the TCP port. */
  readonly tcp: boolean;
  /** Bring Codex when no agent is there. */
  readonly install: boolean;
  /** The parley command: program and first arguments. This very process's when absent. */
  readonly command?: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
  /** Takes whole lines; stdout when absent. */
  readonly print?: (text: string) => void;
}

/** Runs until it is stopped. Throws what keeps it from starting. */
export async function serve(options: ServeOptions): Promise<void> {
  const { env = process.env, print = (text) => void process.stdout.write(`${text}\n`) } = options;
  const places = placesOf(env);
  const flags = [
    ...(options.port === undefined
      ? []
      : [{ key: ['server', 'port'] as const, value: options.port, origin: '--port' }]),
    ...(options.host === undefined
      ? []
      : [{ key: ['server', 'host'] as const, value: options.host, origin: '--host' }]),
  ];
  const configuration = await loadConfig(places.configFile, env, flags);
  const running = await inPlaceOfBackground(places, options.tcp, print, () =>
    startDaemon({
      places,
      configuration,
      env,
      command: options.command ?? thisCommand(),
      tcp: options.tcp,
      log: (text) => print(`${new Date().toISOString()} ${text}`),
    }),
  );
  const { daemon } = running;
  welcome(daemon, print);
  releaseMemoryWhenIdle(daemon.engine);

  let signals = 0;
  const onSignal = (): void => {
    signals += 1;
    if (signals === 1) {
      const { workingTurns } = daemon.view();
      if (workingTurns > 0)
        print(
          `Stopping. ${workingTurns} ${workingTurns === 1 ? 'turn goes' : 'turns go'} on working: start Parley again to see, or \`parley daemon stop --end-runs\` to end.`,
        );
      void running.stop('keep');
    } else {
      process.exit(130);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);
  if (options.install)
    bringAnAgent(daemon, print).catch((error: unknown) =>
      print(`Parley could not install an agent: ${messageOf(error)}`),
    );
  await running.stopped;
}

/** Milliseconds between two tries, and until the other daemon has to be gone. */
const lookMs = 50;
const makesWayMs = 20_000;

/**
 * Start; where a daemon without a page owns the state directory (a command has started it in the background), take its place: working
 * turns go on and are taken up. One with a page is somebody's: then this throws `state_locked`, naming the page.
 */
async function inPlaceOfBackground(
  places: Places,
  wantsPage: boolean,
  print: (text: string) => void,
  start: () => Promise<RunningDaemon>,
): Promise<RunningDaemon> {
  try {
    return await start();
  } catch (error) {
    const other = ParleyError.is(error) && error.code === 'state_locked' ? await findDaemon(places) : undefined;
    if (other === undefined) throw error;
    const { address, pid } = await other.daemon();
    if (address !== undefined)
      throw new ParleyError(
        'state_locked',
        `Parley runs already, as process ${pid}; its page is at ${address} (\`parley pair\` lets a browser in).`,
      );
    if (!wantsPage) throw error;
    print(`The daemon in the background (process ${pid}) makes way; what works goes on.`);
    await other.stopDaemon({ runs: 'keep' });
    return startWhenFree(start);
  }
}

/** The other one first ends its idle agents, then lets go of the state directory. */
async function startWhenFree(start: () => Promise<RunningDaemon>): Promise<RunningDaemon> {
  const giveUp = Date.now() + makesWayMs;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!ParleyError.is(error) || error.code !== 'state_locked' || Date.now() > giveUp) throw error;
      await setTimeout(lookMs);
    }
  }
}

function thisCommand(): readonly [string, ...string[]] {
  const [, script] = process.argv;
  return [process.execPath, ...process.execArgv, ...(script === undefined ? [] : [script])];
}

function welcome(daemon: Daemon, print: (text: string) => void): void {
  const { version, address, socket } = daemon.view();
  print(`Parley ${version} is ready.`);
  if (address === undefined) {
    print(`  Socket  ${socket}`);
    return;
  }
  const { code } = daemon.credentials.invite();
  print(`  Page    ${address}`);
  print(`  Open    ${address}pair?code=${code}`);
  print('          (this link pairs one browser, once, within 10 minutes; `parley pair` makes another)');
}

/** Codex, in its pinned version, when no agent is installed at all. */
async function bringAnAgent({ agents, agentsDir, env }: Daemon, print: (text: string) => void): Promise<void> {
  const views = await agents.views();
  const installed = views.filter((view) => view.installed);
  for (const { title, version, backend } of installed) {
    print(
      `  Agent   ${title}${version === undefined ? '' : ` ${version}`} (${backend.kind === 'rehearsal' ? 'no key or login: rehearsal' : backend.detail})`,
    );
  }
  if (installed.length > 0) return;
  print('No agent is installed. Bringing Codex (`npm start -- --no-install` declines).');
  const codex = agents.driver('codex');
  await installAgent(agentsDir, codex, env, (text) => print(`  ${text}`));
  agents.forget('codex');
}

function messageOf(error: unknown): string {
  return ParleyError.is(error)
    ? `${error.message} ${error.body.hint}`
    : error instanceof Error
      ? error.message
      : String(error);
}
