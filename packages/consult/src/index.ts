// Consultation: one question to several agents, their verdicts, what they agree on, a judge, and the report of it.

export type { ConsultAgents, EndedTurn } from './consult-agents.ts';
export { answersToJudge, reportOf, summaryOf } from './make-report.ts';
export { markdownOf, outcomeOf } from './markdown.ts';
export type { MarkdownOptions } from './markdown.ts';
export { readReview } from './read-review.ts';
export { newRecord } from './record.ts';
export type { ConsultRecord, Participation, Progress } from './record.ts';
export { consultKinds, defaultTimeoutMs, maxReviewers, nameOf, problemOf } from './request.ts';
export { runConsultation } from './run-consultation.ts';
export type { ConsultationOptions } from './run-consultation.ts';
