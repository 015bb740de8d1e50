// What installing or removing Parley's entry would change in a client's configuration file. Nothing is written here.

import { lstatSync, realpathSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import { failure } from '@parley/client';
import { fileOf } from './clients.ts';
import type { ClientPlace, McpClient, ServerEntry } from './clients.ts';
import { entryInJson, removeFromJson, setInJson } from './edit-json.ts';
import { entryInToml, removeFromToml, setInToml } from './edit-toml.ts';
import { readPlaces, valueAt } from './json-places.ts';
import { readText } from './read-text.ts';
import { placeVariables } from './server-entry.ts';

type Table = Readonly<Record<string, unknown>>;

/** The name under which a client knows Parley. */
export const serverName = 'parley';

export interface ClientPlan {
  readonly client: McpClient;
  /** As the client names it; `target` is the file behind its links. */
  readonly file: string;
  readonly target: string;
  /** `none`: it is as wanted already. */
  readonly action: 'add' | 'replace' | 'remove' | 'none';
  /** Undefined when there is no file. */
  readonly before: string | undefined;
  readonly after: string;
  /** The entry as it will be; absent when it is to be removed. */
  readonly entry?: Table;
}

/** A plan that makes the client start this server. Keys that others have put into the entry stay. Throws `config_invalid`. */
export function planInstall(client: McpClient, place: ClientPlace, server: ServerEntry): Promise<ClientPlan> {
  return plan(client, place, (old) => wantedEntry(client, server, old));
}

/** A plan that takes the entry out. Throws `config_invalid`. */
export function planUninstall(client: McpClient, place: ClientPlace): Promise<ClientPlan> {
  return plan(client, place, () => undefined);
}

/** What the file says of Parley: its entry, or that it has none. Throws an `Error` that says what is wrong with the file. */
export function readEntry(client: McpClient, file: string): Table | undefined {
  const text = readText(file);
  return text === undefined ? undefined : tableIn(client, text);
}

/** The entry as it should be, given the one that is there. */
export function wantedEntry(client: McpClient, server: ServerEntry, old: Table | undefined): Table {
  const { envKey } = client;
  const others = Object.entries(asTable(old?.[envKey]) ?? {}).filter(([name]) => !isPlaceVariable(name));
  const env = { ...Object.fromEntries(others), ...server.env };
  const { [envKey]: _old, ...rest } = old ?? {};
  return { ...rest, ...client.entry(server), ...(Object.keys(env).length === 0 ? {} : { [envKey]: env }) };
}

async function plan(
  client: McpClient,
  place: ClientPlace,
  decide: (old: Table | undefined) => Table | undefined,
): Promise<ClientPlan> {
  const file = fileOf(client, place);
  const target = lstatSync(file, { throwIfNoEntry: false }) === undefined ? file : realpathSync(file);
  try {
    const before = readText(target);
    const old = before === undefined ? undefined : tableIn(client, before);
    const entry = decide(old);
    const same = { client, file, target, before, after: before ?? '' };
    if (isDeepStrictEqual(old, entry)) return { ...same, action: 'none', ...(entry === undefined ? {} : { entry }) };
    const after = edited(client, before ?? '', entry);
    check(client, before ?? '', after, entry);
    if (entry === undefined) return { ...same, after, action: 'remove' };
    return { ...same, after, action: old === undefined ? 'add' : 'replace', entry };
  } catch (error) {
    const what = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw await failure('config_invalid', `${file} of ${client.title}: ${what}. Nothing was changed.`);
  }
}

function edited({ format, container }: McpClient, text: string, entry: Table | undefined): string {
  switch (format) {
    case 'json':
      return entry === undefined
        ? removeFromJson(text, container, serverName)
        : setInJson(text, container, serverName, entry);
    case 'toml':
      return entry === undefined
        ? removeFromToml(text, container, serverName)
        : setInToml(text, container, serverName, entry);
  }
}

/** The new text says what the old one said, but for the one entry: else nothing is written. */
function check(client: McpClient, before: string, after: string, entry: Table | undefined): void {
  const wanted = { ...asTable(contentOf(client, before)) };
  const { [serverName]: _old, ...others } = asTable(wanted[client.container]) ?? {};
  const servers = entry === undefined ? others : { ...others, [serverName]: entry };
  if (Object.keys(servers).length === 0) delete wanted[client.container];
  else wanted[client.container] = servers;
  // By what they say: the parsers give objects of different kinds.
  const plainly = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
  if (isDeepStrictEqual(plainly(read(client, after)), plainly(wanted))) return;
  throw new Error(`has its servers in a notation that Parley does not change: edit "${client.container}" by hand`);
}

/** Undefined for what cannot be read. */
function read(client: McpClient, text: string): unknown {
  try {
    return contentOf(client, text);
  } catch {
    return undefined;
  }
}

function contentOf({ format }: McpClient, text: string): unknown {
  if (format === 'toml') return parse(text);
  return text.trim() === '' ? {} : valueAt(readPlaces(text));
}

function tableIn({ format, container }: McpClient, text: string): Table | undefined {
  const found = format === 'toml' ? entryInToml(text, container, serverName) : entryInJson(text, container, serverName);
  if (found === undefined) return undefined;
  const table = asTable(found);
  if (table === undefined) throw new Error(`has something else than a server at "${container}.${serverName}"`);
  return JSON.parse(JSON.stringify(table)) as Table;
}

function asTable(value: unknown): Table | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function isPlaceVariable(name: string): boolean {
  return placeVariables.some((each) => each === name);
}
