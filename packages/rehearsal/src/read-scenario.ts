// Reads a scenario from YAML or JSON and says where a bad one is wrong.
import { readFile } from 'node:fs/promises';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { scenarioSchema, type CheckedScenario } from './scenario.ts';

/** The place of a fault: `path` as in `rules[0].steps[1].error.status`; line and column count from 1. */
export interface ScenarioPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly path: string;
}

export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly code = 'scenario_invalid';
  readonly place: ScenarioPlace;

  constructor(problem: string, place: ScenarioPlace, cause?: unknown) {
    const where = [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
    super([where, place.path, problem].filter((part) => part !== '').join(': '), { cause });
    this.place = place;
  }
}

/** @throws ScenarioError when the file cannot be read or is not a scenario. */
export async function loadScenario(file: string): Promise<CheckedScenario> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ScenarioError('cannot be read', { file, path: '' }, cause);
  });
  return parseScenario(text, file);
}

/** JSON is YAML too. @throws ScenarioError */
export function parseScenario(text: string, file?: string): CheckedScenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const named = file === undefined ? {} : { file };
  const broken = document.errors[0];
  if (broken !== undefined)
    throw new ScenarioError(broken.message, { ...named, ...placeAt(lines, broken.pos[0]), path: '' }, broken);
  const parsed = scenarioSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const { message, path } = deepestIssue(parsed.error.issues);
  throw new ScenarioError(message, { ...named, ...placeOf(document, lines, path), path: written(path) }, parsed.error);
}

/** @throws ScenarioError */
export function checkScenario(value: unknown): CheckedScenario {
  const parsed = scenarioSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { message, path } = deepestIssue(parsed.error.issues);
  throw new ScenarioError(message, { path: written(path) }, parsed.error);
}

interface Issue {
  readonly message: string;
  readonly path: readonly PropertyKey[];
}

// Of a union's branches the one is named that was probably meant: of the right type, without foreign keys, with least to mend.
function deepestIssue(issues: readonly z.core.$ZodIssue[]): Issue {
  const [first] = issues;
  if (first === undefined) return { message: 'is not a scenario', path: [] };
  if (first.code !== 'invalid_union' || first.errors.length === 0) return first;
  const likely = first.errors.filter((branch) => !branch.some(speaksAgainst));
  const [nearest = []] = (likely.length > 0 ? likely : first.errors).toSorted((a, b) => a.length - b.length);
  const inner = deepestIssue(nearest);
  if (inner.path.length === 0 && likely.length === 0 && nearest[0]?.code === 'invalid_type') return first;
  return { message: inner.message, path: [...first.path, ...inner.path] };
}

function speaksAgainst(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'invalid_type') return issue.path.length === 0;
  return (
    issue.code === 'unrecognized_keys' ||
    issue.code === 'invalid_value' ||
    (issue.code === 'invalid_union' && issue.errors.length === 0)
  );
}

function placeOf(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
): { line: number; column: number } | undefined {
  // A missing key has no place of its own: its nearest parent has.
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return placeAt(lines, node.range[0]);
  }
  return undefined;
}

function placeAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function written(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text === '' ? '' : '.'}${String(part)}`),
    '',
  );
}
