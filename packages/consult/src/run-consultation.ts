// Asks the reviewers, all at once, then the judge; tells the report after each step.

import { failure, isParleyError } from '@parley/client';
import type { ErrorBody, SessionId, Turn, Usage } from '@parley/schema';
import type { ConsultAgents } from './consult-agents.ts';
import { judgePrompt, repairPrompt, reviewerPrompt } from './prompts.ts';
import { readReview } from './read-review.ts';
import { newRecord, progressOf } from './record.ts';
import type { ConsultRecord, Participation } from './record.ts';
import { answersToJudge, reportOf } from './make-report.ts';
import type { ConsultReport } from './report.ts';
import { problemOf } from './request.ts';
import type { AgentChoice, ConsultKind, ConsultRequest } from './request.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface ConsultationOptions {
  /** Default: a new one. */
  readonly id?: string;
  /** Called with the report as it stands, whenever something has happened. */
  readonly onChange?: (report: ConsultReport) => void;
  /** Stops it: what runs is interrupted, and the report says what came before. */
  readonly signal?: AbortSignal;
}

/** The daemon ends a turn that is out of time; one that does not is given up so many milliseconds later. */
const graceMs = 20_000;

/** Less time than this is not enough to ask again for a readable answer. */
const leastRepairMs = 5_000;

/**
 * Runs a consultation to its end and gives its report; what fails on the way is in the report. Each reviewer has `timeoutMs`, then the
 * judge has. A reviewer whose verdict cannot be read is asked once more, within its time. Throws `invalid_request` for a request that
 * cannot be meant, before anything is started.
 */
export async function runConsultation(
  request: ConsultRequest,
  agents: ConsultAgents,
  options: ConsultationOptions = {},
): Promise<ConsultReport> {
  const problem = problemOf(request);
  if (problem !== undefined) throw await failure('invalid_request', problem);
  return new Consultation(request, agents, options).run();
}

type Change = Partial<Omit<Participation, 'choice'>>;

type Role = 'reviewer' | 'judge';

/** What asks one agent tells what it learns, bit by bit. */
type Learn = (change: Change) => void;

class Consultation {
  readonly #request: ConsultRequest;
  readonly #agents: ConsultAgents;
  readonly #signal: AbortSignal;
  readonly #onChange: (report: ConsultReport) => void;
  #record: ConsultRecord;

  constructor(request: ConsultRequest, agents: ConsultAgents, options: ConsultationOptions) {
    this.#request = request;
    this.#agents = agents;
    this.#signal = options.signal ?? new AbortController().signal;
    this.#onChange = options.onChange ?? (() => {});
    this.#record = newRecord(options.id ?? `con_${crypto.randomUUID()}`, request, Date.now());
  }

  async run(): Promise<ConsultReport> {
    const prompt = reviewerPrompt(this.#request);
    await Promise.all(
      this.#request.reviewers.map((choice, index) => {
        const learn = (change: Change) =>
          this.#change({
            reviewers: this.#record.reviewers.map((one, n) => (n === index ? { ...one, ...change } : one)),
          });
        return this.#ask(choice, prompt, learn, 'reviewer');
      }),
    );
    await this.#askJudge();
    this.#change({ endedAt: Date.now(), ...(this.#signal.aborted && { interrupted: true as const }) });
    return reportOf(this.#record);
  }

  async #askJudge(): Promise<void> {
    const { judge } = this.#record;
    if (judge === undefined || this.#signal.aborted) return;
    const learn = (change: Change) => {
      this.#change({ judge: { ...(this.#record.judge ?? judge), ...change } });
    };
    const answers = answersToJudge(this.#record);
    const least = this.#request.kind === 'compare' ? 2 : 1;
    if (answers.length < least) {
      const reason =
        answers.length === 0 ? 'There is no answer to judge.' : 'There is only one answer: nothing to compare.';
      return learn({ progress: { state: 'not-asked', reason } });
    }
    const missing = this.#request.reviewers.length === 0 ? 0 : this.#request.reviewers.length - answers.length;
    await this.#ask(judge.choice, judgePrompt(this.#request, answers, missing), learn, 'judge');
  }

  /** Never throws: what goes wrong is what is learnt. */
  async #ask(choice: AgentChoice, prompt: string, learn: Learn, role: Role): Promise<void> {
    const { timeoutMs } = this.#request;
    const startedAt = Date.now();
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs + graceMs);
    const signal = AbortSignal.any([this.#signal, limit.signal]);
    let sessionId: SessionId | undefined;
    try {
      learn({ startedAt, progress: { state: 'working' } });
      const session = await unlessAborted(signal, this.#agents.createSession(this.#sessionOf(choice, role)));
      sessionId = session.id;
      learn({ sessionId, limits: session.limits });
      const first = await this.#turn(sessionId, prompt, timeoutMs, signal, learn, []);
      const left = startedAt + timeoutMs - Date.now();
      const owesVerdict = role === 'reviewer' && this.#request.kind !== 'compare';
      const reason = owesVerdict && left >= leastRepairMs ? unreadableIn(first) : undefined;
      if (reason === undefined) return learn({ progress: progressOf(first), endedAt: Date.now() });
      const second = await this.#turn(sessionId, repairPrompt(reason), left, signal, learn, [first]);
      const better = unreadableIn(second) === undefined && second.state === 'completed' ? second : first;
      learn({ progress: progressOf(better), endedAt: Date.now() });
    } catch (error) {
      if (signal.aborted && sessionId !== undefined) await this.#stop(sessionId);
      learn({ endedAt: Date.now(), progress: await this.#failed(error, limit.signal) });
    } finally {
      clearTimeout(timer);
    }
  }

  async #turn(
    sessionId: SessionId,
    text: string,
    timeoutMs: number,
    signal: AbortSignal,
    learn: Learn,
    before: readonly Turn[],
  ): Promise<Turn> {
    const { turnId } = await unlessAborted(signal, this.#agents.submit(sessionId, { text, when: 'queue', timeoutMs }));
    const turnIds = [...before.map(({ id }) => id), turnId];
    learn({ turnIds });
    const turn = await unlessAborted(signal, this.#agents.ended(sessionId, turnId, signal));
    const usage = await sumOfUsage([...before, turn]);
    learn(usage === undefined ? {} : { usage });
    return turn;
  }

  #sessionOf({ agent, model }: AgentChoice, role: Role) {
    const { cwd, policy, kind, question } = this.#request;
    return {
      agent,
      cwd,
      policy,
      title: titleOf(role === 'judge' ? 'Judge' : titles[kind], question),
      ...(model !== undefined && { model }),
    };
  }

  /** What cannot be stopped ends at the limit that its turn was given. */
  async #stop(sessionId: SessionId): Promise<void> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), graceMs);
    await unlessAborted(patience.signal, this.#agents.interrupt(sessionId)).catch(() => undefined);
    clearTimeout(timer);
  }

  async #failed(error: unknown, limit: AbortSignal): Promise<Participation['progress']> {
    if (this.#signal.aborted) return { state: 'interrupted' };
    if (limit.aborted) {
      const text = `No end came within ${Math.round(this.#request.timeoutMs / 1000)} s.`;
      return { state: 'failed', error: (await failure('timeout', text)).body };
    }
    return { state: 'failed', error: await bodyOf(error) };
  }

  #change(change: Partial<ConsultRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#onChange(reportOf(this.#record));
  }
}

/** Why no verdict can be read from a turn that completed with words; undefined where there is nothing to mend. */
function unreadableIn({ state, answer = '' }: Turn): string | undefined {
  if (state !== 'completed') return undefined;
  const reading = readReview(answer);
  return reading.form === 'unreadable' ? reading.reason : undefined;
}

async function sumOfUsage(turns: readonly Turn[]): Promise<Usage | undefined> {
  const [first, ...more] = turns.flatMap(({ usage }) => usage ?? []);
  if (first === undefined || more.length === 0) return first;
  const { addUsage } = await import('@parley/schema');
  return more.reduce(addUsage, first);
}

async function bodyOf(error: unknown): Promise<ErrorBody> {
  if (isParleyError(error)) return error.body;
  return (await failure('internal', error instanceof Error ? error.message : String(error))).body;
}

const titles: Readonly<Record<ConsultKind, string>> = {
  validate: 'Review',
  'second-opinion': 'Second opinion',
  'red-team': 'Red team',
  consensus: 'Claim',
  compare: 'Comparison',
};

/** Cut to what a list of sessions can show. */
function titleOf(what: string, question: string): string {
  return `${what}: ${question.trim().replace(/\s+/g, ' ')}`.slice(0, 120);
}
