// What the tools of consultation answer with: the report in the words of llm-cli-gateway.

import { nameOf, readReview } from '@parley/consult';
import type {
  AgentName,
  ConsultPart,
  ConsultReport,
  JudgeReport,
  PartState,
  Reading,
  ReviewerReport,
  TurnState,
} from '@parley/schema';
import { z } from 'zod';
import { cliOfAgent } from './agents.ts';
import { ErrorSchema, jobStatusOf } from './reply.ts';

const JobReferenceSchema = z.object({
  jobId: z.string(),
  correlationId: z.string().nullable(),
  statusTool: z.string(),
  resultTool: z.string(),
});
type JobReference = z.output<typeof JobReferenceSchema>;

export const ProviderResultSchema = z.object({
  provider: z.string(),
  /** The model's own name; null while nobody has told it. */
  model: z.string().nullable(),
  status: z.enum(['running', 'completed', 'failed', 'canceled', 'orphaned', 'skipped']),
  /** approve, reject, mixed or unsure; `answered`: words without a verdict; `no_answer`, `pending`, `not_run`, or the status. */
  verdict: z.string(),
  rationale: z.string(),
  risks: z.array(z.string()),
  rawJobReference: JobReferenceSchema.nullable(),
  error: z.string().nullable(),
  warning: z.string().exactOptional(),
});
export type ProviderResult = z.output<typeof ProviderResultSchema>;

export const SynthesisSchema = z.looseObject({
  status: z.enum([
    'not_requested',
    'waiting_for_provider_results',
    'running',
    'skipped',
    'completed',
    'failed',
    'canceled',
  ]),
  judgeModel: z.string().nullable(),
  rawJobReference: JobReferenceSchema.nullable(),
  note: z.string(),
});
export type Synthesis = z.output<typeof SynthesisSchema>;

export const ReportSchema = z.object({
  success: z.boolean(),
  validationId: z.string().nullable(),
  status: z.enum(['running', 'completed', 'partial', 'failed', 'canceled', 'not_started']),
  /** ISO 8601. */
  startedAt: z.string().exactOptional(),
  intent: z.string().exactOptional(),
  originalRequest: z.looseObject({}).exactOptional(),
  modelList: z.array(z.string()).exactOptional(),
  results: z.array(ProviderResultSchema).exactOptional(),
  synthesis: SynthesisSchema.exactOptional(),
  disagreements: z
    .object({ hasMaterialDisagreement: z.boolean(), summary: z.string(), signals: z.array(z.string()) })
    .exactOptional(),
  confidence: z.enum(['none', 'low', 'medium', 'high']).exactOptional(),
  finalRecommendation: z.string().nullable().exactOptional(),
  limitations: z.array(z.string()).exactOptional(),
  jobIds: z.array(z.string()).exactOptional(),
  report: z.object({ schemaVersion: z.string(), humanReadable: z.string() }).exactOptional(),
  /** How to go on. */
  next: z.string().exactOptional(),
  error: ErrorSchema.exactOptional(),
});
export type RunReport = z.output<typeof ReportSchema>;

/** Characters of an answer that stand for a summary where it has none. */
const rationaleChars = 1800;
const riskChars = 300;
const mostRisks = 20;

export function runReportOf(report: ConsultReport, humanReadable: string): RunReport {
  const { id, status, startedAt, request, reviewers, judge, agreement, confidence, limitations } = report;
  const judgement = judge?.judgement?.form === 'structured' ? judge.judgement : undefined;
  const { question, material, focus, answers } = request;
  return {
    success: status !== 'failed',
    validationId: id,
    status: status === 'interrupted' ? 'canceled' : status,
    startedAt: new Date(startedAt).toISOString(),
    intent: request.kind,
    originalRequest: {
      question,
      ...(material !== undefined && { content: material }),
      ...(focus !== undefined && { focus }),
      ...(answers !== undefined && { answers }),
    },
    modelList: reviewers.map(providerOf),
    results: reviewers.map((reviewer, index) => providerResultOf(reviewer, `${id}.${index}`)),
    synthesis: synthesisOf(report),
    disagreements: {
      hasMaterialDisagreement: agreement?.state === 'disagree',
      summary: agreementInWords(report),
      signals: [...(agreement?.signals ?? []), ...(judgement?.disagreements ?? [])],
    },
    confidence: confidence?.level ?? judgedConfidence(judge),
    finalRecommendation: judgement?.recommendation ?? null,
    limitations: [...limitations, ...(judgement?.limitations ?? [])],
    jobIds: [...reviewers, ...(judge === undefined ? [] : [judge])].flatMap(({ turnIds }) => turnIds),
    report: { schemaVersion: 'validation-report.v1', humanReadable },
    next:
      status === 'running'
        ? `The work goes on. Come back with validation_report {"validationId":"${id}","wait":true}.`
        : 'Read an answer in full with job_result, or continue its session.',
  };
}

/** One agent's part. */
export function providerResultOf(part: ReviewerReport, correlationId: string): ProviderResult {
  const { state, error, answer = '', reading } = part;
  const status = statusOf(part);
  const message = error === undefined ? null : `${error.code}: ${error.message}`;
  const warning = warningOf(part);
  return {
    provider: providerOf(part),
    model: part.actualModel ?? null,
    status,
    verdict: verdictOf(state, status, reading),
    rationale: rationaleOf(answer, reading) || (message ?? ''),
    risks: risksOf(reading, message),
    rawJobReference: jobReference(part, correlationId),
    error: message ?? (state === 'silent' ? 'The agent gave no answer.' : null),
    ...(warning !== undefined && { warning }),
  };
}

/** A job's answer, read as a provider's. */
export function normalizedOf(job: {
  readonly provider: string;
  readonly model: string | null;
  readonly state: TurnState;
  readonly jobId: string;
  readonly answer: string;
  readonly error: string | null;
}): ProviderResult {
  const { provider, model, state, jobId, answer, error } = job;
  const told = jobStatusOf(state);
  const reading = told === 'completed' ? readReview(answer) : undefined;
  const isSilent = reading?.form === 'empty';
  const status = isSilent ? 'failed' : told === 'queued' ? 'running' : told;
  return {
    provider,
    model,
    status,
    verdict: verdictOf(isSilent ? 'silent' : 'answered', status, reading),
    rationale: rationaleOf(answer, reading) || (error ?? ''),
    risks: risksOf(reading, error),
    rawJobReference: { jobId, correlationId: null, statusTool: 'job_status', resultTool: 'job_result' },
    error: error ?? (isSilent ? 'The agent gave no answer.' : null),
  };
}

/** As it was named: `mistral`, `claude=opus`. */
export function providerOf({ agent, model }: { readonly agent: AgentName; readonly model?: string }): string {
  return `${cliOfAgent(agent)}${model === undefined ? '' : `=${model}`}`;
}

function synthesisOf({ id, judge, status }: ConsultReport): Synthesis {
  if (judge === undefined) {
    return { status: 'not_requested', judgeModel: null, rawJobReference: null, note: 'No judge was named.' };
  }
  const { judgement, reason, error } = judge;
  const missing = reason ?? error?.message;
  const waits = judge.state === 'waiting' && status === 'running';
  return {
    status: waits ? 'waiting_for_provider_results' : judgeStatus(judge),
    judgeModel: providerOf(judge),
    rawJobReference: jobReference(judge, `${id}.judge`),
    note: missing ?? (waits ? 'The judge is asked once all have ended; it sees completed results only.' : ''),
    ...(judgement?.form === 'structured' && { ...judgement }),
    ...(judgement?.form === 'prose' && { summary: judge.answer }),
  };
}

function judgeStatus(judge: JudgeReport): Synthesis['status'] {
  const status = statusOf(judge);
  return status === 'orphaned' ? 'failed' : status;
}

function statusOf({ state, error }: ConsultPart): ProviderResult['status'] {
  switch (state) {
    case 'waiting':
    case 'working':
      return 'running';
    case 'answered':
      return 'completed';
    case 'interrupted':
      return 'canceled';
    case 'skipped':
    case 'not-asked':
      return 'skipped';
    case 'failed':
      return error?.code === 'turn_lost' ? 'orphaned' : 'failed';
    case 'silent':
    case 'timed-out':
      return 'failed';
  }
}

function verdictOf(state: PartState, status: ProviderResult['status'], reading: Reading | undefined): string {
  if (state === 'silent') return 'no_answer';
  switch (status) {
    case 'running':
      return 'pending';
    case 'skipped':
      return 'not_run';
    case 'completed':
      return reading !== undefined && 'verdict' in reading ? reading.verdict : 'answered';
    case 'failed':
    case 'canceled':
    case 'orphaned':
      return status;
  }
}

function rationaleOf(answer: string, reading: Reading | undefined): string {
  const summary = reading !== undefined && 'verdict' in reading ? reading.summary : '';
  return summary === '' ? cut(answer, rationaleChars) : summary;
}

function risksOf(reading: Reading | undefined, error: string | null): string[] {
  const findings = reading !== undefined && 'verdict' in reading ? reading.findings : [];
  if (findings.length === 0) return error === null ? [] : [cut(error, riskChars)];
  return findings.slice(0, mostRisks).map(({ severity, title, file, line }) => {
    const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
    return cut(`${severity}: ${title}${place}`, riskChars);
  });
}

function warningOf({ backend, reading, state }: ReviewerReport): string | undefined {
  if (backend?.kind === 'rehearsal')
    return "Not logged in: these words come from Parley's offline rehearsal, not from a model.";
  if (state === 'answered' && reading?.form === 'unreadable') return `${reading.reason} It counts for nobody.`;
  return undefined;
}

function jobReference({ turnIds }: ConsultPart, correlationId: string): JobReference | null {
  const jobId = turnIds.at(-1);
  return jobId === undefined ? null : { jobId, correlationId, statusTool: 'job_status', resultTool: 'job_result' };
}

function agreementInWords({ agreement, reviewers }: ConsultReport): string {
  if (agreement === undefined) return 'Nobody was asked for a verdict.';
  const { state, comparable, asked, verdict } = agreement;
  switch (state) {
    case 'agree':
      return `The ${comparable} of ${asked} that took a side say ${verdict}.`;
    case 'disagree':
      return reviewers
        .flatMap((one) =>
          one.reading !== undefined && 'verdict' in one.reading ? [`${nameOf(one)} says ${one.reading.verdict}`] : [],
        )
        .join(', ');
    case 'not-comparable':
      return `Nothing to compare: ${comparable} of ${asked} took a side.`;
  }
}

/** Where no reviewer gives a verdict: what the judge says of itself. */
function judgedConfidence(judge: JudgeReport | undefined): 'none' | 'low' | 'medium' | 'high' {
  const own = judge?.judgement?.form === 'structured' ? judge.judgement.confidence : undefined;
  if (own === undefined) return 'none';
  return own >= 0.7 ? 'high' : own >= 0.4 ? 'medium' : 'low';
}

/** Said, where something was left out. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
