// Consultation: one question to several agents, their verdicts, what they agree on, a judge, and the report of it.

export { agreementOf, confidenceOf } from './agreement.ts';
export type { Agreement, Confidence, Voice } from './agreement.ts';
export { comparisonSchema, reviewSchema, synthesisSchema } from './answer-schemas.ts';
export { clientAgents } from './consult-agents.ts';
export type { ConsultAgents } from './consult-agents.ts';
export { markdownOf, outcomeOf } from './markdown.ts';
export type { MarkdownOptions } from './markdown.ts';
export { judgePrompt, repairPrompt, reviewerPrompt } from './prompts.ts';
export type { LabelledAnswer } from './prompts.ts';
export { readJudgement } from './read-judgement.ts';
export type { Judgement, RankedAnswer } from './read-judgement.ts';
export { readReview } from './read-review.ts';
export type { Reading } from './read-review.ts';
export { newRecord, progressOf } from './record.ts';
export type { ConsultRecord, Participation, Progress } from './record.ts';
export { answersToJudge, reportOf } from './make-report.ts';
export type { ConsultReport, JudgeReport, PartState, ReviewerReport } from './report.ts';
export { consultKinds, defaultTimeoutMs, labelOf, maxReviewers, nameOf, problemOf } from './request.ts';
export type { AgentChoice, ConsultKind, ConsultRequest } from './request.ts';
export { runConsultation } from './run-consultation.ts';
export type { ConsultationOptions } from './run-consultation.ts';
export type { Finding, Position, Severity, Verdict } from './verdict.ts';
