// What `parley doctor` can find: every finding has one of these codes, with what it means and the command that mends it. docs/doctor.md is
// made from this table. Words in angle brackets stand for what the finding itself names.

interface FindingKind {
  /** A `problem` keeps Parley, or what was configured, from working or from being safe; a `warning` does not. */
  readonly severity: 'problem' | 'warning';
  readonly meaning: string;
  /** A command. */
  readonly fix: string;
}

const problem = (meaning: string, fix: string): FindingKind => ({ severity: 'problem', meaning, fix });
const warning = (meaning: string, fix: string): FindingKind => ({ severity: 'warning', meaning, fix });

export const doctorCatalogue = {
  // This machine.
  node_too_old: problem('Parley runs on a Node older than 24.', 'npm run setup'),
  platform_unproven: warning('Parley is proven on Linux and macOS only.', 'parley --version'),
  disk_full: problem(
    'Less than 100 MB are free where Parley writes: turns will be lost.',
    'du -xh --max-depth=2 <folder>',
  ),
  disk_low: warning('Less than 1 GB is free where Parley writes.', 'du -xh --max-depth=2 <folder>'),

  // The configuration.
  config_not_toml: problem(
    'The configuration file is not valid TOML, or cannot be read: no daemon starts.',
    '${EDITOR:-vi} <file>',
  ),
  config_entry_invalid: problem(
    'An entry of the configuration file is unknown or has a value that does not fit: no daemon starts.',
    '${EDITOR:-vi} <file>',
  ),
  config_variable_invalid: problem(
    'A `PARLEY_*` variable has a value that does not fit: no daemon starts.',
    'unset <variable>',
  ),
  variable_not_honoured: warning(
    'A variable of llm-cli-gateway is set that Parley does not honour, or not with this value (docs/environment.md).',
    'unset <variable>',
  ),
  config_writable_by_others: problem(
    'Other users can change the configuration, which names programs that Parley starts.',
    'chmod 600 <file>',
  ),
  config_readable_by_others: warning(
    'Other users can read the configuration, which sets variables for agents (`env`): often keys.',
    'chmod 600 <file>',
  ),
  config_unknown_agent: warning(
    'The configuration has a table for an agent that Parley does not drive: it does nothing.',
    '${EDITOR:-vi} <file>',
  ),
  config_not_in_force: warning(
    'The configuration file was changed after the daemon had started, which reads it only then.',
    'parley daemon stop',
  ),
  full_folder_missing: warning('A folder of `policy.full` does not exist.', '${EDITOR:-vi} <file>'),
  model_key_missing: warning(
    'The variable that `model_key_env` names is not set here, so sessions with that model server fail.',
    'export <variable>=…',
  ),
  project_config_invalid: problem(
    "The folder's `.parley.toml` is not valid, or sets what a project may not: no session starts in this folder.",
    '${EDITOR:-vi} <file>',
  ),

  // The state directory.
  state_not_folder: problem(
    'Something that is no folder lies where the state directory has to be.',
    'mv <path> <path>.old',
  ),
  state_foreign: problem('The state directory belongs to another user.', 'export PARLEY_STATE_DIR=…'),
  state_open: problem('Other users may enter the state directory.', 'chmod 700 <folder>'),
  state_file_open: problem('Other users may read or write files of the state directory.', 'chmod 600 <files>'),
  state_on_network: problem(
    'The state directory is on a network file system, where SQLite is not safe: no daemon starts.',
    'export PARLEY_STATE_DIR=…',
  ),
  store_damaged: problem('The file of the store is no SQLite database: no daemon starts.', 'mv <file> <file>.damaged'),
  token_open: problem('Other users may read the token, which opens the API.', 'chmod 600 <file>'),
  token_unusable: problem(
    'The token file is too short or cannot be read; the next daemon makes a new token and every browser has to pair again.',
    'rm <file>',
  ),
  socket_folder_foreign: problem(
    'The folder for the socket (in the temp folder, because the state directory lies too deep) is not ours alone.',
    'export PARLEY_STATE_DIR=…',
  ),

  // The daemon and what runs.
  socket_stale: warning(
    'The socket of a daemon that is gone lies there. The next daemon takes its place.',
    'parley daemon status --start',
  ),
  daemon_silent: problem('The daemon lives but does not answer on its socket.', 'kill <pid>'),
  daemon_foreign: problem('Something that is no Parley daemon answers on the socket.', 'rm <socket>'),
  daemon_other_version: warning('The daemon that runs is of another version than this command.', 'parley daemon stop'),
  processes_left: warning(
    'Agents of this state directory run without a daemon. The next daemon takes them up, or ends those that it does not know.',
    'parley daemon status --start',
  ),

  // Agents.
  no_agent_installed: problem('No agent is installed.', 'parley agents install codex'),
  no_usable_agent: problem(
    'No agent has a model server of its own: each one is missing, broken, or would talk to the offline rehearsal server.',
    'parley agents show <agent>',
  ),
  agent_command_missing: problem(
    'The configuration names a program for an agent that is not there or is not executable.',
    '${EDITOR:-vi} <file>',
  ),
  agent_broken: warning(
    'An agent is there but does not work, or does not tell its version.',
    'parley agents show <agent>',
  ),
  agent_other_version: warning(
    'An agent has another version than the one that Parley was proven on.',
    'parley agents install <agent>',
  ),
  agent_no_login: warning(
    'An agent has neither login nor key nor configured model server: it would talk to the offline rehearsal server.',
    'parley agents show <agent>',
  ),

  // Ports and exposure.
  port_taken: warning(
    'Another program has the port of the page: `parley serve` cannot start.',
    'parley serve --port 0',
  ),
  port_privileged: warning(
    'Only root may listen on that port: `parley serve` cannot start.',
    'parley serve --port 7337',
  ),
  host_not_here: problem(
    '`server.host` is no address of this machine: `parley serve` cannot start.',
    'parley serve --host 127.0.0.1',
  ),
  exposed_to_lan: warning(
    'The page is served to the network without TLS: token and words can be read on the way.',
    'parley serve --host 127.0.0.1',
  ),
  origin_malformed: problem(
    'An entry of `server.origins` is no origin (`https://name`, without a path): it lets nobody in.',
    '${EDITOR:-vi} <file>',
  ),
  origin_insecure: problem('A public origin is not https: the token could be read on the way.', '${EDITOR:-vi} <file>'),
  origin_without_host: problem(
    'The host of an origin is not in `server.hosts`: its requests are refused with `host_not_allowed`.',
    '${EDITOR:-vi} <file>',
  ),
  host_malformed: problem(
    'An entry of `server.hosts` is no `name` or `name:port`: it matches nothing.',
    '${EDITOR:-vi} <file>',
  ),
  public_url_unreachable: problem('With `--verify`: the public address does not answer.', 'parley serve'),

  // MCP clients.
  client_config_invalid: warning(
    "An MCP client's own configuration cannot be read, so it may not load any server.",
    '${EDITOR:-vi} <file>',
  ),
  client_entry_stale: warning(
    "An MCP client's entry for Parley starts another program than this Parley, or one that is gone.",
    'parley mcp install <client>',
  ),
} as const satisfies Record<string, FindingKind>;

export type DoctorCode = keyof typeof doctorCatalogue;

export const doctorCodes = Object.keys(doctorCatalogue) as readonly DoctorCode[];
