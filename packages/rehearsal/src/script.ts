// Chooses the answer to a request: the first rule of the scenario that fits, else its default, else the persona.
import { createHash } from 'node:crypto';
import type { Conversation } from './conversation.ts';
import { readDirectives } from './directives.ts';
import { editing, patching, reading, running, toolFor, writing, type Job } from './jobs.ts';
import { personaReply } from './persona.ts';
import type { ReplyStep } from './reply.ts';
import type { CheckedScenario, ScenarioStep } from './scenario.ts';
import { callTool, callWithArguments, workingFolder } from './tools.ts';
import { countPeople, type Turn } from './turn.ts';

export type Script = (conversation: Conversation, turn: Turn) => readonly ReplyStep[];

export function createScript(scenario: CheckedScenario): Script {
  const happened = new Counter();
  const rules = scenario.rules.map(({ when = {}, steps }) => ({ steps, fits: fitting(when) }));

  return (conversation, asked) => {
    const directed = scenario.directives ? readDirectives(asked.person) : { text: asked.person, steps: [] };
    const turn: Turn = { ...asked, person: directed.text };
    const chosen = rules.find(({ fits }) => fits(turn))?.steps ?? scenario.default;
    const resolve = (steps: readonly ScenarioStep[], source: string): readonly ReplyStep[] => {
      const reply: ReplyStep[] = [];
      for (const [index, step] of steps.entries()) {
        const limit = limitOf(step);
        const isOver =
          limit !== undefined && happened.count(`${source}.${index}.${placeOf(conversation, asked)}`) > limit;
        if (isOver) continue;
        const resolved = replyStep(step, conversation, turn);
        if (resolved !== undefined) reply.push(resolved);
        // What is never reached must not count as having happened.
        if (resolved !== undefined && isLast(resolved)) break;
      }
      return reply;
    };
    const before = resolve(directed.steps, 'directive');
    if (before.some(isLast)) return before;
    const source = String(scenario.rules.findIndex(({ steps }) => steps === chosen));
    return [...before, ...(chosen === undefined ? personaReply(conversation, turn) : resolve(chosen, source))];
  };
}

/** Nothing follows this step. */
function isLast(step: ReplyStep): boolean {
  switch (step.kind) {
    case 'error':
    case 'hang':
      return true;
    case 'stall':
      return step.forMs === undefined;
    case 'cut':
      return step.after === 0;
    default:
      return false;
  }
}

interface When {
  readonly text?: string | undefined;
  readonly matches?: string | undefined;
  readonly step?: number | undefined;
}

function fitting({ text, matches, step }: When): (turn: Turn) => boolean {
  const wanted = text?.toLowerCase();
  const pattern = matches === undefined ? undefined : new RegExp(matches, 'i');
  return (turn) =>
    (wanted === undefined || turn.person.toLowerCase().includes(wanted)) &&
    (pattern === undefined || pattern.test(turn.person)) &&
    (step === undefined || step === turn.step);
}

function replyStep(step: ScenarioStep, conversation: Conversation, turn: Turn): ReplyStep | undefined {
  if (step.say !== undefined) return { kind: 'say', ...step.say, text: filled(step.say.text, turn) };
  if (step.reason !== undefined) return { kind: 'reason', ...step.reason };
  if (step.tool !== undefined) return callStep(step.tool, conversation);
  if (step.usage !== undefined) return { kind: 'usage', usage: step.usage };
  if (step.pace !== undefined) return { kind: 'pace', ms: step.pace };
  if (step.gate !== undefined) return { kind: 'gate', name: step.gate };
  if (step.error !== undefined) return { kind: 'error', failure: step.error };
  if (step.stall !== undefined) return { kind: 'stall', ...step.stall };
  if (step.cut !== undefined) return { kind: 'cut', after: step.cut.after };
  return step.hang === undefined ? undefined : { kind: 'hang' };
}

function filled(text: string, turn: Turn): string {
  return text
    .replaceAll('{{result}}', () => turn.results.at(-1)?.output ?? '')
    .replaceAll('{{person}}', () => turn.person);
}

function callStep(wanted: NonNullable<ScenarioStep['tool']>, conversation: Conversation): ReplyStep {
  if ('name' in wanted) {
    const found = conversation.tools.find(({ name, namespace }) =>
      [name, `${namespace}.${name}`].includes(wanted.name),
    );
    // A tool that is not offered is called all the same: how an agent takes that is worth a test.
    return {
      kind: 'call',
      call: callWithArguments(found ?? { name: wanted.name, schema: {}, freeform: false }, wanted.args),
    };
  }
  const job = jobOf(wanted);
  const tool = toolFor(job, conversation.tools);
  if (tool === undefined)
    return { kind: 'say', text: `(The scenario wants a ${wanted.kind} tool here; the agent offers none.)` };
  return { kind: 'call', call: callTool(tool, job.given, workingFolder(conversation)) };
}

function jobOf(wanted: Extract<NonNullable<ScenarioStep['tool']>, { kind: string }>): Job {
  switch (wanted.kind) {
    case 'shell':
      return running(wanted.command, 'Run a command of the scenario');
    case 'write':
      return writing(wanted.path, wanted.content);
    case 'edit':
      return editing(wanted.path, wanted.from, wanted.to);
    case 'read':
      return reading(wanted.path);
    case 'patch':
      return patching(wanted.patch);
  }
}

function limitOf(step: ScenarioStep): number | undefined {
  return step.error?.times ?? step.stall?.times ?? step.cut?.times ?? step.hang?.times;
}

/** The same request again, as in a retry, has the same place; the next step or the next turn has another. */
function placeOf(conversation: Conversation, turn: Turn): string {
  const people = countPeople(conversation.entries);
  return createHash('sha256')
    .update(JSON.stringify([turn.person, people, turn.step]))
    .digest('base64');
}

/** The one thing that is remembered between requests: how often a fault with `times` has happened. */
class Counter {
  readonly #counts = new Map<string, number>();

  count(key: string): number {
    const now = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.delete(key);
    this.#counts.set(key, now);
    // Far more places than any test has; the oldest goes.
    if (this.#counts.size > 10_000) this.#counts.delete(this.#counts.keys().next().value ?? key);
    return now;
  }
}
