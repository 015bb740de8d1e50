// The parameters of the request tools. All objects are strict: a parameter that is not known here is an error that names it.

import { approvalPolicies, approvalStrategies, policies } from '@parley/schema';
import { z } from 'zod';
import type { RequestTool } from './agents.ts';
import { excludeEachOther, optionParameters } from './option-parameters.ts';
import type { OwnWords } from './option-parameters.ts';

/** Characters of a prompt. */
const maxPrompt = 100_000;

/** A word that goes onto an agent's command line must not be taken for an option. */
const word = (): z.ZodString => z.string().min(1).max(200).regex(/^[^-]/, 'must not begin with "-"');

const folder = (): z.ZodString => z.string().min(1).max(4096);

/** What every request takes. */
const shared = {
  prompt: z
    .string()
    .max(maxPrompt)
    .refine((text) => text.trim() !== '', 'must contain words')
    .describe('What the agent is to do or answer.'),
  workingDir: folder()
    .describe('Folder that the agent works in; relative to the folder of this server, which is the default.')
    .exactOptional(),
  model: word().describe('Model, by the name that the agent knows.').exactOptional(),
  policy: z
    .enum(policies)
    .describe('What the agent may do without asking. `full` needs the opt-in of whoever runs Parley.')
    .exactOptional(),
  effort: word().describe("How hard the model is to think, in the agent's own words.").exactOptional(),
  addedFolders: z.array(folder()).max(50).describe('More folders that the agent may work in.').exactOptional(),
  mode: word().describe('How the agent is spoken to, one of its `modes` in cli_versions.').exactOptional(),
  profile: word().describe("A named profile of the agent's configuration.").exactOptional(),
  sessionId: word()
    .describe("Go on with this session: Parley's id (ses_…) or the agent's own id of the conversation.")
    .exactOptional(),
  resumeLatest: z
    .boolean()
    .describe('Go on with the newest session of this agent in this folder; not looked at when sessionId is given.')
    .exactOptional(),
  createNewSession: z.boolean().describe('A new session, whatever else is said.').exactOptional(),
  timeoutMs: z
    .int()
    .positive()
    .max(7 * 24 * 3600 * 1000)
    .describe('End the turn after so many milliseconds; it then fails with `timeout`.')
    .exactOptional(),
  correlationId: z
    .string()
    .min(1)
    .max(200)
    .describe('Your own name for the request, in every reply about it; absent: one is made.')
    .exactOptional(),
  idempotencyKey: z
    .string()
    .min(1)
    .max(200)
    .describe('The same key with the same request begins nothing twice, for 24 hours.')
    .exactOptional(),
  forceRefresh: z
    .boolean()
    .describe('Ask again, also where the same was asked of the same files a short while ago.')
    .exactOptional(),
  approvalStrategy: z
    .enum(approvalStrategies)
    .describe(
      'legacy: the policy decides, and what it leaves open is asked. mcp_managed: the request is scored before anything starts; above the threshold it is refused, or your person is asked.',
    )
    .exactOptional(),
  approvalPolicy: z
    .enum(approvalPolicies)
    .describe('Highest score that mcp_managed lets through: strict 2, balanced 5, permissive 7.')
    .exactOptional(),
  optimizePrompt: z
    .boolean()
    .describe('Leave courtesy and empty space out of the prompt; code, data and quotations keep every byte.')
    .exactOptional(),
  optimizeResponse: z
    .boolean()
    .describe('The same for empty space in the answer, in each reply with it.')
    .exactOptional(),
};

const waiting = {
  syncDeadlineMs: z
    .int()
    .nonnegative()
    .max(3_600_000)
    .describe('Wait so long, then answer with a handle while the work goes on; 0: as long as it takes.')
    .exactOptional(),
};

type Shared = z.output<z.ZodObject<typeof shared & typeof waiting>>;

/** A request as it was checked; what is not shared is of some agents only. */
export interface RequestArguments extends Shared, OwnWords {
  readonly includeDirs?: readonly string[];
  readonly forkSession?: boolean;
}

/** The parameters of `<tool>_request`, or of `<tool>_request_async`. */
export function parametersOf(tool: RequestTool, sync: boolean): z.ZodType<RequestArguments> {
  const { foldersName, forks } = tool;
  const own: Record<string, z.ZodType> = {};
  if (tool.agent === undefined) {
    own['agent'] = word().describe('Name of the agent in the configuration, as in `acp:<name>`.');
  }
  if (foldersName !== undefined) {
    own[foldersName] = z.array(folder()).max(50).describe('The same as addedFolders.').exactOptional();
  }
  if (forks === true) {
    own['forkSession'] = z
      .boolean()
      .describe(
        'Go on with a copy of the conversation (of sessionId, resumeLatest or the active session) and leave it as it is.',
      )
      .exactOptional();
  }
  const all = z.strictObject({ ...shared, ...(sync && waiting), ...optionParameters(tool), ...own });
  // The names are those of RequestArguments; that they come from a table is more than the compiler can follow.
  const checked = all as z.ZodType<unknown> as z.ZodType<RequestArguments>;
  return checked.refine(excludeEachOther, {
    error: 'systemPrompt and appendSystemPrompt exclude each other',
    path: ['appendSystemPrompt'],
  });
}

/** The value of `cli` in the tools for sessions. */
export const cliParameter = z
  .string()
  .regex(
    /^(?:claude|codex|gemini|grok|mistral|vibe|opencode|kimi|acp:[\w.-]+)$/,
    'must be claude, codex, gemini, grok, mistral, opencode, kimi or acp:<name>',
  )
  .describe('claude, codex, gemini, grok, mistral, opencode, kimi or acp:<name>');
