// The agents' own options of a session: which way of speaking to the agent has them, whether the policy allows them, and that the files
// they name are there. All of it before anything is started.

import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { isAgentOption, ParleyError, serverDefinitions } from '@parley/schema';
import type { AgentOptionName, AgentOptions, Driver, OptionFacts } from '@parley/schema';

/**
 * The driver that a new session with these options gets, where its creator named no mode: the usual one, or the first of the others that
 * has all of them. Throws `invalid_request` naming an option that none of them has.
 */
export function driverWith(options: AgentOptions, usual: Driver, others: readonly Driver[]): Driver {
  const wanted = namesIn(options);
  const found = [usual, ...others].find((driver) => wanted.every((name) => has(driver, name)));
  if (found !== undefined) return found;
  const alone = wanted.find((name) => [usual, ...others].every((driver) => !has(driver, name)));
  if (alone !== undefined) throw notThere(alone, usual, others);
  const modes = wanted.map((name) => `${name} (${modesWith(name, others).join(', ')})`);
  const text = `No mode of ${usual.title} has all of these options: ${modes.join(', ')}.`;
  throw new ParleyError('invalid_request', text, { field: 'options', options: wanted });
}

/**
 * Throws `invalid_request` for an option that this way of speaking to the agent does not have or a value that it cannot take, and
 * `policy_not_allowed` for what would allow more than the policy.
 */
export function checkOptions(
  options: AgentOptions,
  facts: OptionFacts,
  driver: Driver,
  others: readonly Driver[],
): void {
  const { policy } = facts;
  for (const name of namesIn(options)) if (!has(driver, name)) throw notThere(name, driver, others);
  const program = serverDefinitions(options.mcpServers ?? []).find((server) => 'command' in server);
  if (program !== undefined && policy !== 'full') {
    throw new ParleyError(
      'policy_not_allowed',
      `mcpServers: ${program.name} would run a program of the caller's choice, which the policy "${policy}" does not allow. Configure it in ${driver.title} and name it, or use the policy "full".`,
      { field: 'options.mcpServers', policy },
    );
  }
  driver.checkOptions?.(options, facts);
}

/** Files are there, by their real paths; a schema's file is read. Throws `invalid_request` naming the option and the file. */
export async function resolveOptions(options: AgentOptions): Promise<AgentOptions> {
  const files = async (name: 'images' | 'attachments' | 'policyFiles' | 'adminPolicyFiles') => {
    const given = options[name];
    return given === undefined ? {} : { [name]: await Promise.all(given.map((file) => existing(name, file))) };
  };
  const { outputSchema } = options;
  return {
    ...options,
    ...(await files('images')),
    ...(await files('attachments')),
    ...(await files('policyFiles')),
    ...(await files('adminPolicyFiles')),
    ...(typeof outputSchema === 'string' ? { outputSchema: await readSchema(outputSchema) } : {}),
  };
}

/** A schema in a file; more is no schema. */
const maxSchemaBytes = 1024 * 1024;

async function readSchema(path: string): Promise<Readonly<Record<string, unknown>>> {
  const file = await existing('outputSchema', path);
  const { size } = await stat(file);
  if (size > maxSchemaBytes) throw refused('outputSchema', `${path} has ${size} bytes; a schema has at most 1 MiB.`);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    throw refused('outputSchema', `${path} is no JSON.`);
  }
  if (isObject(value)) return value;
  throw refused('outputSchema', `${path} does not hold a JSON object.`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function existing(name: AgentOptionName, path: string): Promise<string> {
  const isThere = isAbsolute(path) && (await stat(path).catch(() => undefined)) !== undefined;
  if (!isThere) throw refused(name, `${path} is not the absolute path of a file that is there.`);
  return realpath(path);
}

function refused(name: AgentOptionName, text: string): ParleyError {
  return new ParleyError('invalid_request', `${name}: ${text}`, { field: `options.${name}` });
}

function notThere(name: AgentOptionName, driver: Driver, others: readonly Driver[]): ParleyError {
  const modes = modesWith(name, others);
  const where = modes.length === 0 ? 'no mode of it has it' : `its mode ${modes.join(' or ')} has it`;
  const text = `${driver.title} has no ${name} in its mode "${driver.mode}"; ${where}. It has ${(driver.options ?? []).join(', ') || 'no options'}.`;
  return new ParleyError('invalid_request', text, { field: `options.${name}`, modes, known: driver.options ?? [] });
}

function modesWith(name: AgentOptionName, drivers: readonly Driver[]): readonly string[] {
  return drivers.filter((driver) => has(driver, name)).map(({ mode }) => mode);
}

function has({ options = [] }: Driver, name: AgentOptionName): boolean {
  return options.includes(name);
}

function namesIn(options: AgentOptions): readonly AgentOptionName[] {
  return Object.keys(options).filter(isAgentOption);
}
