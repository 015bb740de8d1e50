// The effective configuration, with where each value came from. Order: flag, environment, project file, user file, default. A project
// file is somebody else's repository: it may only choose an agent and models, and make the policy stricter.

import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { ConfigSchema, ParleyError, policies, PolicySchema } from '@parley/schema';
import type { Config, Policy } from '@parley/schema';
import { overridesIn } from './variables.ts';
import type { Override } from './variables.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface ConfigEntry {
  /** `server.port` */
  readonly key: string;
  readonly value: unknown;
  /** `default`, the file's path, or the variable's or flag's name. */
  readonly origin: string;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly entries: readonly ConfigEntry[];
}

type Table = Record<string, unknown>;

/** Read the user's file and the environment. `flags` win over all. Throws `config_invalid` naming file and entry. */
export async function loadConfig(
  file: string,
  env: NodeJS.ProcessEnv,
  flags: readonly Override[] = [],
): Promise<LoadedConfig> {
  const user = await readToml(file);
  const merged: Table = structuredClone(user);
  const overrides = [...overridesIn(env, (key) => valueAt(user, key)), ...flags];
  for (const { key, value } of overrides) setAt(merged, key, value);

  const checked = ConfigSchema.safeParse(merged);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const at = issue?.path.join('.') ?? '';
    const override = overrides.findLast(({ key }) => `${at}.`.startsWith(`${key.join('.')}.`));
    const origin = override?.origin ?? file;
    const given = typeof override?.value === 'string' ? `, given was "${override.value}"` : '';
    throw new ParleyError(
      'config_invalid',
      `${origin}: ${at === '' ? '' : `"${at}": `}${issue?.message ?? 'not valid'}${given}`,
      { file, entry: at },
    );
  }
  return { config: checked.data, entries: entriesOf(checked.data, user, overrides, file) };
}

async function readToml(file: string, read = (path: string) => readFile(path, 'utf8')): Promise<Table> {
  let text: string;
  try {
    text = await read(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new ParleyError(
      'config_invalid',
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      { file },
    );
  }
  try {
    return parse(text);
  } catch (error) {
    const place = error instanceof TomlError ? ` (line ${error.line}, column ${error.column})` : '';
    throw new ParleyError('config_invalid', `${file} is not valid TOML${place}: ${firstLine(error)}`, { file });
  }
}

/** What the parser says; the rest of its message is a drawing of the place. */
const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.replace(/^Invalid TOML document: /, '') ??
  '';

/** Largest project file in bytes. */
const maxProjectBytes = 256 * 1024;

/** A repository can hold a link to anything: to a device without an end, or to a pipe that nobody writes to. */
async function readOrdinaryFile(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error('it is not an ordinary file');
    if (found.size > maxProjectBytes) throw new Error(`it is larger than ${maxProjectBytes} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function valueAt(table: Table, key: readonly string[]): unknown {
  return key.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? (value as Table)[name] : undefined),
    table,
  );
}

function setAt(table: Table, [first, ...rest]: readonly [string, ...string[]], value: unknown): void {
  const [next, ...further] = rest;
  if (next === undefined) {
    table[first] = value;
    return;
  }
  const inner = table[first];
  const child: Table = typeof inner === 'object' && inner !== null ? (inner as Table) : {};
  table[first] = child;
  setAt(child, [next, ...further], value);
}

/** All values as flat keys. Values of environment variables given to agents may be secrets: only their names are shown. */
function entriesOf(config: Config, user: Table, overrides: readonly Override[], file: string): readonly ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  const walk = (value: unknown, path: readonly string[], own: unknown): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const table = typeof own === 'object' && own !== null ? (own as Table) : {};
      for (const [name, inner] of Object.entries(value)) walk(inner, [...path, name], table[name]);
      return;
    }
    const key = path.join('.');
    const origin =
      overrides.findLast((override) => override.key.join('.') === key)?.origin ??
      (own === undefined ? 'default' : file);
    entries.push({ key, value: shown(path, value), origin });
  };
  walk(config, [], user);
  return entries;
}

function shown(path: readonly string[], value: unknown): unknown {
  if (path.at(-2) === 'env') return '(set)';
  return path.at(-1) === 'model_url' && typeof value === 'string' ? withoutSecrets(value) : value;
}

/** What a repository may say about sessions in it. */
export interface ProjectChoices {
  readonly policy?: Policy;
  readonly models: Readonly<Record<string, string>>;
}

const ProjectSchema = z.strictObject({
  policy: z.strictObject({ default: PolicySchema.exactOptional() }).exactOptional(),
  agents: z.record(z.string(), z.strictObject({ model: z.string().min(1).regex(/^[^-]/).exactOptional() })).default({}),
});

/** `.parley.toml` of a workspace. An entry that a repository has no right to set is an error that names it, not silently dropped. */
export async function loadProject(cwd: string): Promise<ProjectChoices> {
  const file = join(cwd, '.parley.toml');
  const checked = ProjectSchema.safeParse(await readToml(file, readOrdinaryFile));
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const keys = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : '';
    const entry = [...(issue?.path ?? []), keys].filter((part) => part !== '').join('.');
    throw new ParleyError('config_invalid', `${file}: a project file may not set "${entry}", or not like this.`, {
      file,
      entry,
    });
  }
  const models: Record<string, string> = {};
  for (const [agent, { model }] of Object.entries(checked.data.agents)) if (model !== undefined) models[agent] = model;
  const policy = checked.data.policy?.default;
  return { models, ...(policy === undefined ? {} : { policy }) };
}

/** The stricter of two policies. */
export function stricter(a: Policy, b: Policy): Policy {
  return policies.indexOf(a) <= policies.indexOf(b) ? a : b;
}
