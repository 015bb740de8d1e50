// The MCP clients that Parley can write itself into: where each keeps its servers, and what an entry looks like there. Which of these was
// seen in the real program stands in docs/mcp-clients.md.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** How the client is to start `parley mcp`. */
export interface ServerEntry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What the paths depend on. */
export interface ClientPlace {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
}

export interface McpClient {
  readonly name: string;
  readonly title: string;
  readonly format: 'json' | 'toml';
  /** The key of the object that holds its servers by name. */
  readonly container: string;
  /** The key of an entry that holds its environment. */
  readonly envKey: string;
  /** Its configuration file. The first that is there; else the first. */
  readonly files: (place: ClientPlace) => readonly [string, ...string[]];
  /** The entry without its environment. */
  readonly entry: (server: ServerEntry) => Readonly<Record<string, unknown>>;
  /** Its program on PATH, where it has one. */
  readonly program?: string;
  /** What the user does for it to take notice, in one sentence. */
  readonly next: string;
}

const plain = ({ command, args }: ServerEntry) => ({ command, args });
const typed = ({ command, args }: ServerEntry) => ({ type: 'stdio', command, args });
const usual = { format: 'json', container: 'mcpServers', envKey: 'env', entry: plain } as const;

export const mcpClients: readonly McpClient[] = [
  {
    ...usual,
    name: 'claude-desktop',
    title: 'Claude Desktop',
    files: (place) => [join(appData(place), 'Claude', 'claude_desktop_config.json')],
    next: 'Quit Claude Desktop and open it again.',
  },
  {
    ...usual,
    name: 'claude-code',
    title: 'Claude Code',
    entry: typed,
    // The state file with the servers of the user's scope; with CLAUDE_CONFIG_DIR it lies inside that folder.
    files: (place) => [join(place.env['CLAUDE_CONFIG_DIR'] || homeOf(place), '.claude.json')],
    program: 'claude',
    next: 'Start a new session; `/mcp` shows the server.',
  },
  {
    name: 'codex',
    title: 'Codex',
    format: 'toml',
    container: 'mcp_servers',
    envKey: 'env',
    entry: plain,
    files: (place) => [join(place.env['CODEX_HOME'] || join(homeOf(place), '.codex'), 'config.toml')],
    program: 'codex',
    next: 'Start a new session; `/mcp` shows the server.',
  },
  {
    ...usual,
    name: 'cursor',
    title: 'Cursor',
    files: (place) => [join(homeOf(place), '.cursor', 'mcp.json')],
    program: 'cursor',
    next: 'Switch the server on in the MCP settings of Cursor, if it is not.',
  },
  {
    ...usual,
    name: 'vscode',
    title: 'Visual Studio Code',
    container: 'servers',
    entry: typed,
    files: (place) => [join(appData(place), 'Code', 'User', 'mcp.json')],
    program: 'code',
    next: 'Run "MCP: List Servers" and start it.',
  },
  {
    ...usual,
    name: 'gemini',
    title: 'Gemini CLI',
    files: (place) => [join(place.env['GEMINI_CLI_HOME'] || homeOf(place), '.gemini', 'settings.json')],
    program: 'gemini',
    next: 'Start a new session in a trusted folder; `/mcp` shows the server.',
  },
  {
    ...usual,
    name: 'opencode',
    title: 'OpenCode',
    container: 'mcp',
    envKey: 'environment',
    entry: ({ command, args }) => ({ type: 'local', command: [command, ...args], enabled: true }),
    files: (place) => {
      const folder = join(configHome(place), 'opencode');
      return [join(folder, 'opencode.json'), join(folder, 'opencode.jsonc'), join(folder, 'config.json')];
    },
    program: 'opencode',
    next: 'Start a new session; `opencode mcp list` shows the server.',
  },
  {
    ...usual,
    name: 'windsurf',
    title: 'Windsurf',
    files: (place) => [join(homeOf(place), '.codeium', 'windsurf', 'mcp_config.json')],
    program: 'windsurf',
    next: 'Refresh the list of MCP servers in Windsurf.',
  },
  {
    ...usual,
    name: 'zed',
    title: 'Zed',
    container: 'context_servers',
    // Of Zed's own, on macOS too.
    files: (place) => [join(configHome(place), 'zed', 'settings.json')],
    program: 'zed',
    next: 'Zed starts the server at once; its agent settings show it.',
  },
];

export function fileOf(client: McpClient, place: ClientPlace): string {
  const files = client.files(place);
  return files.find((file) => existsSync(file)) ?? files[0];
}

function homeOf({ env }: ClientPlace): string {
  return env['HOME'] || homedir();
}

/** Where XDG's programs keep their settings. A relative path does not count, as XDG says. */
function configHome(place: ClientPlace): string {
  const given = place.env['XDG_CONFIG_HOME'];
  return given?.startsWith('/') === true ? given : join(homeOf(place), '.config');
}

/** Where Electron's programs keep theirs. */
function appData(place: ClientPlace): string {
  return place.platform === 'darwin' ? join(homeOf(place), 'Library', 'Application Support') : configHome(place);
}
