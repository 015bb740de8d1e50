// The parameters that the tools of consultation share, with the names of llm-cli-gateway where it has one.

import type { AgentChoice } from '@parley/schema';
import { z } from 'zod';
import { agentOfCli } from './agents.ts';

/** Characters of a question, of an answer and of other material. */
const longest = 1_000_000;

export const words = (what: string) =>
  z
    .string()
    .max(longest)
    .refine((text) => text.trim() !== '', 'must contain words')
    .describe(what);

/** `codex`, `claude=opus`, `acp:mine`. */
export const modelParameter = z
  .string()
  .regex(
    /^(?:claude|codex|gemini|grok|mistral|vibe|opencode|kimi|acp:[\w.-]+)(?:=[^\s=-][^\s=]*)?$/,
    'must be claude, codex, gemini, grok, mistral, opencode, kimi or acp:<name>, with =<model> for one of its models',
  )
  .describe('claude, codex, gemini, grok, mistral, opencode, kimi or acp:<name>; claude=opus for one of its models');

export const modelsParameter = z
  .array(modelParameter)
  .min(1)
  .max(16)
  .describe('Who is asked. Default: claude and codex where they are usable, else two others that are.')
  .exactOptional();

export const judgeParameter = modelParameter.describe(
  'Who brings the answers together once all have ended; named as in models.',
);

export function choiceOf(text: string): AgentChoice {
  const [name = '', model] = text.split('=');
  return { agent: agentOfCli(name), ...(model !== undefined && { model }) };
}

export function choicesOf(models: readonly string[] | undefined): { readonly reviewers?: readonly AgentChoice[] } {
  return models === undefined ? {} : { reviewers: models.map(choiceOf) };
}

/** What every tool takes that asks agents. */
export const asking = {
  workingDir: z
    .string()
    .min(1)
    .max(4096)
    .describe('Folder that the agents read; relative to the folder of this server, which is the default.')
    .exactOptional(),
  timeoutMs: z
    .int()
    .positive()
    .max(24 * 3600 * 1000)
    .describe('Each agent has so many milliseconds. Default: 600000.')
    .exactOptional(),
  wait: z
    .boolean()
    .describe('false: reply at once with the validationId; come back with validation_report.')
    .exactOptional(),
  syncDeadlineMs: z
    .int()
    .nonnegative()
    .max(3_600_000)
    .describe('Wait so long, then reply with what there is while the work goes on; 0: as long as it takes.')
    .exactOptional(),
};

export interface Asking {
  readonly workingDir?: string;
  readonly timeoutMs?: number;
  readonly wait?: boolean;
  readonly syncDeadlineMs?: number;
}
