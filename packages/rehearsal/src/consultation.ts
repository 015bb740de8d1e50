// Parley's consultations: a rehearsed answer in the form that a reviewer, one who is to say it again, or a judge is asked for.
import type { Dialect } from './conversation.ts';
import { smallestValue } from './json-schema.ts';
import { isObject, objectOf, stringOf, stringsOf, type JsonObject } from './shape.ts';
import { A_REHEARSAL, HOW_TO_GET_A_REAL_ONE } from './words.ts';

// Agents that speak differently decide differently, so that a first consultation shows what agreement, disagreement and abstention look
// like. None approves: nobody may take a rehearsal for leave to go on.
const VERDICTS: Readonly<Record<Dialect, string>> = {
  responses: 'mixed',
  messages: 'reject',
  gemini: 'mixed',
  chat: 'unsure',
};

/** The answer to a prompt of a consultation; undefined for any other. */
export function consultationAnswer(prompt: string, dialect: Dialect): string | undefined {
  const { open, fenced } = unfenced(prompt);
  const schema = requestedSchema(open);
  if (schema !== undefined) {
    const answer = inForm(schema, dialect, fenced);
    return answer && JSON.stringify({ ...objectOf(smallestValue(schema)), ...answer }, undefined, 2);
  }
  const isToBeCompared = /^Answer the question below\b/.test(open) && /^The question:\n`{3}/m.test(open);
  return isToBeCompared
    ? `${A_REHEARSAL} A real model would answer the question here. ${HOW_TO_GET_A_REAL_ONE}`
    : undefined;
}

interface Unfenced {
  /** The prompt with its fences, but without what stands in them: that is others' material and asks for nothing. */
  readonly open: string;
  readonly fenced: readonly string[];
}

function unfenced(prompt: string): Unfenced {
  const fenced: string[] = [];
  const open = prompt.replace(/^(`{3,})\n([\s\S]*?)\n\1$/gm, (_, marks: string, inside: string) => {
    fenced.push(inside);
    return `${marks}\n${marks}`;
  });
  return { open, fenced };
}

/** The last JSON Schema of an object that stands on a line of its own. */
function requestedSchema(text: string): JsonObject | undefined {
  return text
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [parsed(line)] : []))
    .findLast((value) => value['type'] === 'object' && isObject(value['properties']));
}

/** Told apart by the fields that only the one form has. */
function inForm(schema: JsonObject, dialect: Dialect, fenced: readonly string[]): JsonObject | undefined {
  const fields = objectOf(schema['properties']);
  if ('verdict' in fields && 'findings' in fields) return review(dialect);
  if ('ranking' in fields && 'best' in fields) return comparison(fields);
  return 'verdict' in fields && 'agreements' in fields ? synthesis(fenced) : undefined;
}

function review(dialect: Dialect): JsonObject {
  return {
    verdict: VERDICTS[dialect],
    confidence: 0,
    summary: `${A_REHEARSAL} The verdict is an example, the same for every question. ${HOW_TO_GET_A_REAL_ONE}`,
    findings: [
      {
        severity: 'info',
        title: 'An example of a finding',
        detail: 'A real reviewer says here what counts, with its file and line. Nobody has looked.',
      },
    ],
  };
}

function comparison(fields: JsonObject): JsonObject {
  const answer = objectOf(objectOf(objectOf(objectOf(fields['ranking'])['items'])['properties'])['answer']);
  return {
    ...judgement(`${A_REHEARSAL} The answers are ranked as they came, and none of them is better.`),
    best: 'tie',
    ranking: stringsOf(answer['enum']).map((label) => ({
      answer: label,
      strengths: ['An example of a strength.'],
      weaknesses: ['An example of a weakness.'],
    })),
  };
}

/** What the reviews say in their own fields is all that it can tell. */
function synthesis(fenced: readonly string[]): JsonObject {
  const said = fenced.flatMap((text) => stringOf(parsed(text)['verdict']) || []);
  const sides = [...new Set(said)];
  const [only] = sides;
  const agreed = sides.length === 1 && said.length > 1 && only !== undefined;
  return {
    ...judgement(`${A_REHEARSAL} It has only looked which verdicts the reviews name.`),
    verdict: 'unsure',
    agreements: agreed ? [`${said.length} reviews name the verdict ${only}.`] : [],
    disagreements: sides.length > 1 ? [`The reviews name different verdicts: ${sides.join(', ')}.`] : [],
  };
}

function judgement(summary: string): JsonObject {
  return {
    summary,
    confidence: 0,
    agreements: [],
    disagreements: [],
    recommendation: `Ask again with a real judge. ${HOW_TO_GET_A_REAL_ONE}`,
    limitations: ['A rehearsal: no model has read the question, the answers or the folder.'],
  };
}

function parsed(text: string): JsonObject {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}
