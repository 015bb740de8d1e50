// The agents' own settings files, as far as they name models: where each is, and what it says. Nothing is read here; texts come in.

import { parse } from 'smol-toml';
import type { AgentName } from '@parley/schema';
import type { Variables } from './environment.ts';
import { mayDiscover } from './history.ts';
import { isModelName } from './model-name.ts';

export interface SettingsFile {
  /** Absolute path. */
  readonly path: string;
  /** Absent: it is there and cannot be read. */
  readonly text?: string;
}

interface SettingsPlace {
  readonly agent: AgentName;
  /** Where several programs share the agent's name: the one whose file it is. */
  readonly dialect?: string;
  /** A variable that names the folder, else this folder in the home folder. */
  readonly variable?: string;
  readonly folder: string;
  /** The path in it. */
  readonly file: string;
  /** A variable of llm-cli-gateway that names the file itself. */
  readonly path?: string;
  readonly default: (settings: Table) => unknown;
  readonly others: (settings: Table) => readonly unknown[];
}

type Table = Readonly<Record<string, unknown>>;

/** `"model": "x"` or `"model": { "name": "x" }`. */
const named = ({ model }: Table): unknown => (typeof model === 'object' ? table(model)['name'] : model);

const places: readonly SettingsPlace[] = [
  {
    agent: 'codex',
    variable: 'CODEX_HOME',
    folder: '.codex',
    file: 'config.toml',
    path: 'CODEX_CONFIG_PATH',
    default: ({ model }) => model,
    // Codex notes there which model follows an older one.
    others: ({ profiles, notice }) => [
      ...Object.values(table(profiles)).map((profile) => table(profile)['model']),
      ...Object.values(table(table(notice)['model_migrations'])),
    ],
  },
  {
    agent: 'claude',
    variable: 'CLAUDE_CONFIG_DIR',
    folder: '.claude',
    file: 'settings.json',
    path: 'CLAUDE_SETTINGS_PATH',
    default: named,
    others: () => [],
  },
  {
    // The later file wins, as with the agent.
    agent: 'claude',
    variable: 'CLAUDE_CONFIG_DIR',
    folder: '.claude',
    file: 'settings.local.json',
    path: 'CLAUDE_SETTINGS_LOCAL_PATH',
    default: named,
    others: () => [],
  },
  {
    // `GEMINI_CLI_HOME` stands for the home folder, not for `.gemini`.
    agent: 'gemini',
    variable: 'GEMINI_CLI_HOME',
    folder: '',
    file: '.gemini/settings.json',
    path: 'GEMINI_SETTINGS_PATH',
    // The other two are of older versions.
    default: (settings) => named(settings) ?? settings['selectedModel'] ?? settings['defaultModel'],
    others: () => [],
  },
  {
    // Models are `provider/model` there.
    agent: 'opencode',
    variable: 'XDG_CONFIG_HOME',
    folder: '.config',
    file: 'opencode/opencode.json',
    default: ({ model }) => model,
    others: ({ provider }) =>
      Object.entries(table(provider)).flatMap(([name, settings]) =>
        Object.keys(table(table(settings)['models'])).map((model) => `${name}/${model}`),
      ),
  },
  {
    agent: 'kimi',
    dialect: 'code',
    variable: 'KIMI_CODE_HOME',
    folder: '.kimi-code',
    file: 'config.toml',
    default: ({ default_model: model }) => model,
    others: ({ models }) => Object.keys(table(models)),
  },
  {
    agent: 'grok',
    dialect: 'vibe-kit',
    folder: '.grok',
    file: 'user-settings.json',
    default: ({ defaultModel }) => defaultModel,
    others: ({ models }) => (Array.isArray(models) ? models : []),
  },
  {
    agent: 'vibe',
    variable: 'VIBE_HOME',
    folder: '.vibe',
    file: 'config.toml',
    default: ({ active_model: model }) => model,
    others: ({ models }) => (Array.isArray(models) ? models.map((model) => table(model)['alias']) : []),
  },
];

const placesOf = (agent: AgentName, dialect: string | undefined): readonly SettingsPlace[] =>
  places.filter((place) => place.agent === agent && (place.dialect === undefined || place.dialect === dialect));

/** Absolute paths of the files of an agent that may name models, in an environment as the agent gets it. None without a home folder. */
export function settingsFilesOf(agent: AgentName, dialect: string | undefined, env: Variables): readonly string[] {
  if (!mayDiscover(env)) return [];
  return placesOf(agent, dialect).flatMap(({ variable, folder, file, path }) => {
    const own = path === undefined ? undefined : env[path];
    if (own !== undefined && own !== '') return [own];
    const base = variable === undefined ? undefined : env[variable];
    const home = env['HOME'] || env['USERPROFILE'];
    if (base !== undefined && base !== '') return [`${base}/${file}`];
    return home === undefined || home === '' ? [] : [[home, folder, file].filter((part) => part !== '').join('/')];
  });
}

export interface SettingsModels {
  readonly default?: string;
  readonly models: readonly string[];
}

/** What a file says. Throws what its parser throws. */
export function modelsInSettings(
  agent: AgentName,
  dialect: string | undefined,
  path: string,
  text: string,
): SettingsModels {
  const places = placesOf(agent, dialect);
  // A file that a variable names may be called anything; all files of an agent are read alike.
  const place = places.find((each) => path.endsWith(`/${each.file}`)) ?? places[0];
  if (place === undefined) return { models: [] };
  const settings = table(place.file.endsWith('.toml') ? parse(text) : JSON.parse(text));
  const own = place.default(settings);
  const models = [own, ...place.others(settings)].filter(isModelName);
  return { ...(isModelName(own) ? { default: own } : {}), models: [...new Set(models)] };
}

function table(value: unknown): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {};
}
