// Asks the reviewers, all at once, then the judge; from the beginning, or from where an earlier process had to leave.

import { failure, isParleyError } from '@parley/client';
import type { AgentChoice, ErrorBody, SessionId, Turn, Usage } from '@parley/schema';
import type { ConsultAgents } from './consult-agents.ts';
import { answersToJudge } from './make-report.ts';
import { judgePrompt, repairPrompt, reviewerPrompt } from './prompts.ts';
import { readReview } from './read-review.ts';
import { progressOf } from './record.ts';
import type { ConsultRecord, Participation } from './record.ts';
import { asksVerdicts, consultTitles } from './request.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface ConsultationOptions {
  /** Keeps the record, whenever something has happened or is about to: nothing is done before it resolves. */
  readonly save: (record: ConsultRecord) => Promise<void>;
  /** Stops it: what runs is interrupted, and the record says what came before. */
  readonly signal?: AbortSignal;
  /** Lets go of it: nothing more is saved and nothing interrupted, so that another process can go on from the record. */
  readonly leave?: AbortSignal;
}

/** The daemon ends a turn that is out of time; one that does not is given up so many milliseconds later. */
const graceMs = 20_000;

/** Less time than this is not enough to ask again for a readable answer. */
const leastRepairMs = 5_000;

/**
 * Runs a consultation to its end and gives its record; what fails on the way is in it. Each reviewer has `timeoutMs`, then the judge has.
 * A reviewer whose verdict cannot be read is asked once more, within its time. Given the record of one that was left, it goes on: it waits
 * for turns that there are and asks nothing twice. Rejects with the reason of `leave`, and with what `save` throws.
 */
export function runConsultation(
  record: ConsultRecord,
  agents: ConsultAgents,
  options: ConsultationOptions,
): Promise<ConsultRecord> {
  return new Consultation(record, agents, options).run();
}

type Change = Partial<Omit<Participation, 'choice'>>;

/** One who is asked. */
interface Asked {
  readonly role: 'reviewer' | 'judge';
  /** For idempotency keys, and as the correlation id of its turns. */
  readonly key: string;
  readonly prompt: string;
  readonly part: () => Participation;
  /** Tells what was learnt, bit by bit. */
  readonly learn: (change: Change) => Promise<void>;
}

class Consultation {
  readonly #agents: ConsultAgents;
  readonly #save: ConsultationOptions['save'];
  readonly #signal: AbortSignal;
  readonly #leave: AbortSignal;
  #record: ConsultRecord;

  constructor(record: ConsultRecord, agents: ConsultAgents, { save, signal, leave }: ConsultationOptions) {
    this.#record = record;
    this.#agents = agents;
    this.#save = save;
    this.#leave = leave ?? new AbortController().signal;
    const unwanted = record.interrupted === true ? [AbortSignal.abort()] : [];
    this.#signal = AbortSignal.any([...(signal === undefined ? [] : [signal]), ...unwanted]);
  }

  async run(): Promise<ConsultRecord> {
    const prompt = reviewerPrompt(this.#record.request);
    await Promise.all(
      this.#record.reviewers.map((reviewer, index) =>
        this.#ask({
          role: 'reviewer',
          key: `${this.#record.id}.${index}`,
          prompt,
          part: () => this.#record.reviewers[index] ?? reviewer,
          learn: (change) =>
            this.#change({
              reviewers: this.#record.reviewers.map((one, n) => (n === index ? { ...one, ...change } : one)),
            }),
        }),
      ),
    );
    await this.#askJudge();
    await this.#change({ endedAt: Date.now(), ...(this.#signal.aborted && { interrupted: true as const }) });
    return this.#record;
  }

  async #askJudge(): Promise<void> {
    const { judge, request, reviewers } = this.#record;
    if (judge === undefined) return;
    const learn = (change: Change) => this.#change({ judge: { ...(this.#record.judge ?? judge), ...change } });
    if (this.#signal.aborted && judge.turnIds.length === 0) {
      return learn({ progress: { state: 'not-asked', reason: 'The consultation was interrupted before.' } });
    }
    const answers = answersToJudge(this.#record);
    const least = request.kind === 'compare' ? 2 : 1;
    if (answers.length < least) {
      const reason =
        answers.length === 0 ? 'There is no answer to judge.' : 'There is only one answer: nothing to compare.';
      return learn({ progress: { state: 'not-asked', reason } });
    }
    const missing = reviewers.length === 0 ? (request.missing ?? 0) : reviewers.length - answers.length;
    await this.#ask({
      role: 'judge',
      key: `${this.#record.id}.judge`,
      prompt: judgePrompt(request, answers, missing),
      part: () => this.#record.judge ?? judge,
      learn,
    });
  }

  /** What goes wrong is what is learnt. */
  async #ask(asked: Asked): Promise<void> {
    const { part, learn } = asked;
    const { progress, sessionId = this.#agents.newSessionId(), turnIds } = part();
    if (progress.state !== 'waiting' && progress.state !== 'working') return;
    const { timeoutMs } = this.#record.request;
    // Its time begins when it is asked, not when somebody wanted to ask it and had to leave.
    const startedAt = turnIds.length === 0 ? Date.now() : (part().startedAt ?? Date.now());
    const limit = new AbortController();
    // Of a turn that ended while nobody looked, the daemon has to find out first.
    const leftMs = Math.max(graceMs, startedAt + timeoutMs + graceMs - Date.now());
    const timer = setTimeout(() => limit.abort(), leftMs);
    const signal = AbortSignal.any([this.#signal, this.#leave, limit.signal]);
    try {
      await learn({ startedAt, sessionId, progress: { state: 'working' } });
      signal.throwIfAborted();
      const { limits, backend, model } = await this.#agents.session(sessionId, this.#sessionOf(asked));
      await learn({ limits, backend, ...(model !== undefined && { actualModel: model }) });
      const first = await this.#turn(asked, sessionId, 0, asked.prompt, signal);
      const better = await this.#mended(asked, sessionId, first, signal, startedAt + timeoutMs);
      await learn({ progress: progressOf(better), endedAt: Date.now() });
    } catch (error) {
      if (this.#leave.aborted) throw error;
      if (signal.aborted) await this.#stop(part());
      await learn({ endedAt: Date.now(), progress: await this.#failed(error, limit.signal) });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The turn itself, or the one in which the reviewer said it again in a form that can be read. */
  async #mended(asked: Asked, sessionId: SessionId, first: Turn, signal: AbortSignal, until: number): Promise<Turn> {
    const { role, part } = asked;
    const reason = unreadableIn(first);
    const owesVerdict = role === 'reviewer' && asksVerdicts(this.#record.request.kind);
    const isAsked = part().turnIds.length > 1;
    if (reason === undefined || !owesVerdict || (!isAsked && until - Date.now() < leastRepairMs)) return first;
    try {
      const second = await this.#turn(asked, sessionId, 1, repairPrompt(reason), signal);
      return second.state === 'completed' && unreadableIn(second) === undefined ? second : first;
    } catch (error) {
      // What it said first stays, unless nobody wants to know any more.
      if (this.#leave.aborted || this.#signal.aborted) throw error;
      await this.#stop(part());
      return first;
    }
  }

  /** The n-th turn of one who is asked, once it has ended: the one that there is already, or a new one. */
  async #turn({ key, part, learn }: Asked, id: SessionId, n: number, text: string, signal: AbortSignal): Promise<Turn> {
    const { timeoutMs } = this.#record.request;
    const input = { text, when: 'queue', timeoutMs, idempotencyKey: `${key}.${n}`, correlationId: key } as const;
    const known = part().turnIds[n];
    signal.throwIfAborted();
    // Waited for to its end: a turn that nobody knows of could not be stopped.
    const turnId = known ?? (await this.#agents.submit(id, input)).turnId;
    if (known === undefined) await learn({ turnIds: [...part().turnIds, turnId] });
    const { turn, model } = await unlessAborted(signal, this.#agents.ended(id, turnId, signal));
    const usage = n === 0 ? turn.usage : await sumOf(part().usage, turn.usage);
    await learn({ ...(usage !== undefined && { usage }), ...(model !== undefined && { actualModel: model }) });
    return turn;
  }

  #sessionOf({ role, part }: Asked) {
    const { cwd, policy, kind, question } = this.#record.request;
    const { agent, model }: AgentChoice = part().choice;
    return {
      agent,
      cwd,
      policy,
      title: titleOf(role === 'judge' ? 'Judge' : consultTitles[kind], question),
      ...(model !== undefined && { model }),
    };
  }

  /** What cannot be stopped ends at the limit that its turn was given. */
  async #stop({ sessionId, turnIds }: Participation): Promise<void> {
    const turnId = turnIds.at(-1);
    if (sessionId === undefined || turnId === undefined) return;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), graceMs);
    const enough = AbortSignal.any([patience.signal, this.#leave]);
    await unlessAborted(enough, this.#agents.stop(sessionId, turnId)).catch(() => undefined);
    clearTimeout(timer);
  }

  async #failed(error: unknown, limit: AbortSignal): Promise<Participation['progress']> {
    if (this.#signal.aborted) return { state: 'interrupted' };
    if (limit.aborted) {
      const text = `No end came within ${Math.round(this.#record.request.timeoutMs / 1000)} s.`;
      return { state: 'failed', error: (await failure('timeout', text)).body };
    }
    return { state: 'failed', error: await bodyOf(error) };
  }

  async #change(change: Partial<ConsultRecord>): Promise<void> {
    this.#leave.throwIfAborted();
    this.#record = { ...this.#record, ...change, ...(this.#signal.aborted && { interrupted: true as const }) };
    await this.#save(this.#record);
  }
}

/** Why no verdict can be read from a turn that completed with words; undefined where there is nothing to mend. */
function unreadableIn({ state, answer = '' }: Turn): string | undefined {
  if (state !== 'completed') return undefined;
  const reading = readReview(answer);
  return reading.form === 'unreadable' ? reading.reason : undefined;
}

async function sumOf(before: Usage | undefined, more: Usage | undefined): Promise<Usage | undefined> {
  if (before === undefined || more === undefined) return before ?? more;
  const { addUsage } = await import('@parley/schema');
  return addUsage(before, more);
}

async function bodyOf(error: unknown): Promise<ErrorBody> {
  if (isParleyError(error)) return error.body;
  return (await failure('internal', error instanceof Error ? error.message : String(error))).body;
}

/** Cut to what a list of sessions can show. */
function titleOf(what: string, question: string): string {
  return `${what}: ${question.trim().replace(/\s+/g, ' ')}`.slice(0, 120);
}
