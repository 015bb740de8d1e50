// The form of a scenario file: rules that say what the model answers to which words, step by step. See the README.
import { z } from 'zod';

const milliseconds = z.int().min(0).max(600_000);
// Only for the first so many times; then the step is skipped.
const times = z.int().min(1).optional();

const longText = z.strictObject({ text: z.string(), chunk: z.int().min(1).optional(), pace: milliseconds.optional() });
const text = z.union([z.string().transform((value): z.output<typeof longText> => ({ text: value })), longText], {
  error: 'needs a text, or {text, chunk: characters in a piece, pace: milliseconds before each piece}',
});

const TOOL_FORMS =
  'needs {kind: shell, command} | {kind: write, path, content} | {kind: edit, path, from, to} | {kind: read, path} | ' +
  '{kind: patch, patch} | {name, args}';
const toolByKind = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('shell'), command: z.string() }),
    z.strictObject({ kind: z.literal('write'), path: z.string(), content: z.string() }),
    z.strictObject({ kind: z.literal('edit'), path: z.string(), from: z.string(), to: z.string() }),
    z.strictObject({ kind: z.literal('read'), path: z.string() }),
    z.strictObject({ kind: z.literal('patch'), patch: z.string() }),
  ],
  { error: TOOL_FORMS },
);
const toolByName = z.strictObject({ name: z.string(), args: z.union([z.record(z.string(), z.unknown()), z.string()]) });
const tool = z.union([toolByKind, toolByName], { error: TOOL_FORMS });

const usage = z.strictObject({
  input: z.int().min(0).optional(),
  cached: z.int().min(0).optional(),
  cacheWrite: z.int().min(0).optional(),
  output: z.int().min(0).optional(),
  reasoning: z.int().min(0).optional(),
});

const error = z.strictObject({
  status: z.int().min(400).max(599),
  retryAfter: z.int().min(0).optional(),
  message: z.string().optional(),
  type: z.string().optional(),
  code: z.string().optional(),
  times,
});

const longStall = z.strictObject({ forMs: milliseconds.optional(), times });
const stall = z.union([z.literal(true).transform((): z.output<typeof longStall> => ({})), longStall], {
  error: 'needs true, or {forMs: milliseconds, times}',
});

const longHang = z.strictObject({ times });
const hang = z.union([z.literal(true).transform((): z.output<typeof longHang> => ({})), longHang], {
  error: 'needs true, or {times}',
});

const longCut = z.strictObject({ after: z.int().min(0).default(0), times });
const cut = z.union(
  [
    z.literal(true).transform((): z.output<typeof longCut> => ({ after: 0 })),
    z
      .int()
      .min(0)
      .transform((after): z.output<typeof longCut> => ({ after })),
    longCut,
  ],
  { error: 'needs true, a number of pieces, or {after: pieces, times}' },
);

const step = z
  .strictObject({
    say: text.optional(),
    reason: text.optional(),
    tool: tool.optional(),
    usage: usage.optional(),
    pace: milliseconds.optional(),
    gate: z.string().min(1).optional(),
    error: error.optional(),
    stall: stall.optional(),
    cut: cut.optional(),
    hang: hang.optional(),
  })
  .refine((value) => Object.keys(value).length === 1, {
    error: 'a step is exactly one of say, reason, tool, usage, pace, gate, error, stall, cut, hang',
  });

const pattern = z.string().refine(isRegularExpression, { error: 'is not a regular expression' });

const longWhen = z.strictObject({
  text: z.string().optional(),
  matches: pattern.optional(),
  step: z.int().min(0).optional(),
});
const when = z.union([z.string().transform((value): z.output<typeof longWhen> => ({ text: value })), longWhen], {
  error: 'needs a text, or {text, matches: a regular expression, step: a number from 0}',
});

const rule = z.strictObject({ when: when.optional(), steps: z.array(step) });

export const scenarioSchema = z.strictObject({
  name: z.string().optional(),
  pace: milliseconds.optional(),
  directives: z.boolean().default(false),
  rules: z.array(rule).default([]),
  default: z.union([z.literal('persona').transform(() => undefined), z.array(step)]).optional(),
});

/** A scenario as a person writes it. */
export type Scenario = z.input<typeof scenarioSchema>;
/** A scenario with its short forms written out. */
export type CheckedScenario = z.output<typeof scenarioSchema>;
export type ScenarioStep = z.output<typeof step>;

function isRegularExpression(source: string): boolean {
  try {
    new RegExp(source, 'i');
    return true;
  } catch {
    return false;
  }
}
