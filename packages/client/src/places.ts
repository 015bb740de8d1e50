// Where everything is: the state directory with the daemon's socket, the configuration, the agents that Parley installed.

import { homedir, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

export interface Places {
  /** `PARLEY_STATE_DIR`, else `$XDG_STATE_HOME/parley`, else `~/.local/state/parley`. One daemon owns it. */
  readonly stateDir: string;
  /** `PARLEY_DATA_DIR`, else `$XDG_DATA_HOME/parley`, else `~/.local/share/parley`. May be shared by several state directories. */
  readonly dataDir: string;
  /** `PARLEY_CONFIG`, else `$XDG_CONFIG_HOME/parley/config.toml`, else `~/.config/parley/config.toml`. */
  readonly configFile: string;
  /** In the state directory, or where that is too deep for a socket in `socketDir`. */
  readonly socket: string;
  /** The folder of the socket. It has to be a private folder before anybody listens or connects there. */
  readonly socketDir: string;
  readonly logFile: string;
  /** Who starts the daemon holds it until it listens. Not the daemon's own lock on its state directory. */
  readonly lockFile: string;
  readonly tokenFile: string;
  readonly pidFile: string;
  readonly databaseFile: string;
  /** Spools of runs. */
  readonly runsDir: string;
  /** Agents that Parley installed. */
  readonly agentsDir: string;
}

/** Bytes that fit a socket's address everywhere: 104 with the closing zero on macOS and the BSDs, 108 on Linux. */
const longestSocketPath = 100;

/** Reads no file and makes none. Relative paths in `PARLEY_*` are seen from the current folder; in `XDG_*` they do not count. */
export function placesOf(env: NodeJS.ProcessEnv = process.env): Places {
  const home = env['HOME'] || homedir();
  const xdg = (name: string, fallback: string) => {
    const value = env[name];
    return join(value?.startsWith('/') === true ? value : join(home, fallback), 'parley');
  };
  const chosen = (name: string, fallback: string) => resolve(env[name] || fallback);

  const stateDir = chosen('PARLEY_STATE_DIR', xdg('XDG_STATE_HOME', '.local/state'));
  const dataDir = chosen('PARLEY_DATA_DIR', xdg('XDG_DATA_HOME', '.local/share'));
  const socketDir = socketDirOf(stateDir);
  return {
    stateDir,
    dataDir,
    configFile: chosen('PARLEY_CONFIG', join(xdg('XDG_CONFIG_HOME', '.config'), 'config.toml')),
    socket: join(socketDir, 'parley.sock'),
    socketDir,
    logFile: join(stateDir, 'daemon.log'),
    lockFile: join(stateDir, 'daemon.lock'),
    tokenFile: join(stateDir, 'token'),
    pidFile: join(stateDir, 'daemon.pid'),
    databaseFile: join(stateDir, 'parley.db'),
    runsDir: join(stateDir, 'runs'),
    agentsDir: join(dataDir, 'agents'),
  };
}

function socketDirOf(stateDir: string): string {
  if (Buffer.byteLength(join(stateDir, 'parley.sock')) <= longestSocketPath) return stateDir;
  // Rare, so what it needs is not loaded by every command.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const hash = createHash('sha256').update(stateDir).digest('hex').slice(0, 16);
  return join(tmpdir(), `parley-${userInfo().uid}-${hash}`);
}
