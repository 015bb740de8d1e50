// The agents' own options as parameters of the request tools, and the few that say in an agent's words what Parley says in its own.

import { isDeepStrictEqual } from 'node:util';
import { isAbsolute } from 'node:path';
import { failure } from '@parley/client';
import { agentOptionShape, idleMsRange, shownOptions } from '@parley/schema';
import type { AgentOptionName, AgentOptions, CreateSession, Session } from '@parley/schema';
import { z } from 'zod';
import type { RequestTool } from './agents.ts';
import type { Door } from './door.ts';
import { codexApprovals } from './permission.ts';
import type { PermissionArguments } from './permission.ts';

/** What is here beside `AgentOptions`. */
export interface OwnWords extends AgentOptions, Omit<PermissionArguments, 'policy'> {
  readonly idleTimeoutMs?: number;
  readonly outputFormat?: string;
  readonly reasoningEffort?: string;
  readonly continueSession?: boolean;
}

/** By name, all optional. */
export function optionParameters(tool: RequestTool): Record<string, z.ZodType> {
  const { permission, switches = [], options = [], formats, asksForApproval, reasoningEffort, continueSession } = tool;
  const own: Record<string, z.ZodType> = {};
  if (permission !== undefined) {
    const meanings = Object.entries(permission.policies).map(([value, policy]) => `${value} = ${policy}`);
    own[permission.name] = z
      .enum(Object.keys(permission.policies))
      .describe(`The policy in the agent's own words: ${meanings.join(', ')}.`);
  }
  for (const { name, policy, deprecated } of switches) {
    const old = deprecated === true ? 'Deprecated. ' : '';
    const consent = policy === 'full' ? ', which needs the opt-in of whoever runs Parley' : '';
    own[name] = z.boolean().describe(`${old}The policy \`${policy}\`${consent}.`);
  }
  if (asksForApproval === true) {
    own['askForApproval'] = z
      .enum(codexApprovals)
      .describe('With sandboxMode the nearest policy that is not above both: untrusted = ask, on-request = edit.');
    own['useLegacyFullAutoFlag'] = z.boolean().describe('Deprecated; changes nothing.');
  }
  for (const name of options) own[name] = agentOptionShape[name];
  if (formats !== undefined) {
    own['outputFormat'] = z
      .enum(formats)
      .describe('Taken for compatibility: the reply is the same in each format, the answer with its usage.');
  }
  if (reasoningEffort === true)
    own['reasoningEffort'] = z.string().regex(/^[^-]/).max(200).describe('The same as effort.');
  if (continueSession === true) own['continueSession'] = z.boolean().describe('The same as resumeLatest.');
  own['idleTimeoutMs'] = idleMsRange.describe(
    'End the turn after so many milliseconds without a sign of work (30000 to 3600000); it then fails with `idle_timeout`.',
  );
  return Object.fromEntries(Object.entries(own).map(([name, schema]) => [name, schema.optional()]));
}

/** Of a strict object of such parameters. */
export function excludeEachOther({ systemPrompt, appendSystemPrompt }: OwnWords): boolean {
  return systemPrompt === undefined || appendSystemPrompt === undefined;
}

type SessionOptions = Pick<CreateSession, 'options' | 'idleMs' | 'effort'>;

/** For a new session. Throws `invalid_request` where two names of one thing have two values. */
export async function sessionOptionsOf(
  door: Door,
  tool: RequestTool,
  request: OwnWords & { readonly effort?: string },
): Promise<SessionOptions> {
  const { idleTimeoutMs, reasoningEffort, effort = reasoningEffort } = request;
  if (reasoningEffort !== undefined && reasoningEffort !== effort)
    throw await failure(
      'invalid_request',
      `reasoningEffort: ${reasoningEffort} and effort: ${effort} contradict each other.`,
    );
  const options = optionsIn(door, tool, request);
  return {
    ...(Object.keys(options).length > 0 && { options }),
    ...(idleTimeoutMs !== undefined && { idleMs: idleTimeoutMs }),
    ...(effort !== undefined && { effort }),
  };
}

/**
 * Options of a request that goes on with a session which was made without them: they are not applied. Of servers' variables and headers only
 * the names are compared: sessions tell no values.
 */
export function fixedOptions(door: Door, tool: RequestTool, request: OwnWords, session: Session): readonly string[] {
  const changed = Object.entries(shownOptions(optionsIn(door, tool, request)))
    .filter(([name, value]) => !isDeepStrictEqual(value, session.options?.[name as AgentOptionName]))
    .map(([name]) => name);
  const { idleTimeoutMs, reasoningEffort } = request;
  return [
    ...changed,
    ...(idleTimeoutMs !== undefined && idleTimeoutMs !== session.idleMs ? ['idleTimeoutMs'] : []),
    ...(reasoningEffort !== undefined && reasoningEffort !== session.effort ? ['reasoningEffort'] : []),
  ];
}

export function formatWarnings({ outputFormat }: OwnWords): readonly string[] {
  return outputFormat === undefined || outputFormat === 'text' || outputFormat === 'plain'
    ? []
    : [
        `outputFormat: ${outputFormat} changes nothing: the answer is the agent's final text, its usage and cost stand beside it, and its raw stream is not passed on.`,
      ];
}

const pathLists: readonly AgentOptionName[] = ['images', 'attachments', 'policyFiles', 'adminPolicyFiles'];

/** Relative paths are those of the caller. */
function optionsIn(door: Door, { options = [] }: RequestTool, request: OwnWords): AgentOptions {
  const path = (value: unknown): unknown =>
    typeof value === 'string' && !isAbsolute(value) ? door.folder(value) : value;
  const given = options.flatMap((name): readonly (readonly [string, unknown])[] => {
    const value: unknown = request[name];
    if (value === undefined) return [];
    if (pathLists.includes(name) && Array.isArray(value)) return [[name, value.map(path)]];
    return [[name, name === 'outputSchema' ? path(value) : value]];
  });
  return Object.fromEntries(given);
}
