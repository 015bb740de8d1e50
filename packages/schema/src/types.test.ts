// Keeps every hand-written type and its Zod schema equal, key by key: the type checker fails on this file when they part.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import * as schema from './index.ts';

/** Without `readonly`, all the way down: Zod's output has none, and it changes no value. */
type Plain<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Element)[]
    ? Plain<Element>[]
    : T extends object
      ? { -readonly [Key in keyof T]: Plain<T[Key]> }
      : T;

/** True only for types that are the same, optional keys included. */
type Same<A, B> = (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false;

/** What the comparison has to tell apart; if it ever takes one of these for equal, it proves nothing about the pairs below. */
type Different = {
  aKeyTooMany: Same<{ a: 1 }, { a: 1; b?: 2 }>;
  optionalOrNot: Same<{ a?: 1 }, { a: 1 }>;
  optionalOrUndefined: Same<{ a?: 1 }, { a?: 1 | undefined }>;
  aCaseOfAUnion: Same<'a' | 'b', 'a' | 'b' | 'c'>;
  aNestedKey: Same<{ a: readonly { b: 1 }[] }, { a: readonly { b: string }[] }>;
  twoKindsOfId: Same<schema.SessionId, schema.TurnId>;
  anIdOrAnyText: Same<schema.SessionId, string>;
  nothingChecked: Same<unknown, { a: 1 }>;
};

type Pairs = {
  AgentBackend: Same<z.output<typeof schema.AgentBackendSchema>, schema.AgentBackend>;
  AgentCapabilities: Same<z.output<typeof schema.AgentCapabilitiesSchema>, schema.AgentCapabilities>;
  AgentConfig: Same<z.output<typeof schema.AgentConfigSchema>, schema.AgentConfig>;
  AgentOptions: Same<z.output<typeof schema.AgentOptionsSchema>, schema.AgentOptions>;
  McpServer: Same<z.output<typeof schema.McpServerSchema>, schema.McpServer>;
  SubAgent: Same<z.output<typeof schema.SubAgentSchema>, schema.SubAgent>;
  AgentPage: Same<z.output<typeof schema.AgentPageSchema>, schema.AgentPage>;
  AgentView: Same<z.output<typeof schema.AgentViewSchema>, schema.AgentView>;
  InstalledBy: Same<z.output<typeof schema.InstalledBySchema>, schema.InstalledBy>;
  InstallPlan: Same<z.output<typeof schema.InstallPlanSchema>, schema.InstallPlan>;
  PlanInstallation: Same<z.output<typeof schema.PlanInstallationSchema>, schema.PlanInstallation>;
  Approval: Same<z.output<typeof schema.ApprovalSchema>, schema.Approval>;
  ApprovalChoice: Same<z.output<typeof schema.ApprovalChoiceSchema>, schema.ApprovalChoice>;
  OptimizedText: Same<z.output<typeof schema.OptimizedTextSchema>, schema.OptimizedText>;
  Optimization: Same<z.output<typeof schema.OptimizationSchema>, schema.Optimization>;
  RequestApproval: Same<z.output<typeof schema.RequestApprovalSchema>, schema.RequestApproval>;
  RequestApprovalPage: Same<z.output<typeof schema.RequestApprovalPageSchema>, schema.RequestApprovalPage>;
  ReviewIntegrity: Same<z.output<typeof schema.ReviewIntegritySchema>, schema.ReviewIntegrity>;
  ApprovalAnswer: Same<z.output<typeof schema.ApprovalAnswerSchema>, schema.ApprovalAnswer>;
  ApprovalPage: Same<z.output<typeof schema.ApprovalPageSchema>, schema.ApprovalPage>;
  ApprovalRequest: Same<z.output<typeof schema.ApprovalRequestSchema>, schema.ApprovalRequest>;
  ApprovalResolution: Same<z.output<typeof schema.ApprovalResolutionSchema>, schema.ApprovalResolution>;
  ClientFrame: Same<z.output<typeof schema.ClientFrameSchema>, schema.ClientFrame>;
  AgentChoice: Same<z.output<typeof schema.AgentChoiceSchema>, schema.AgentChoice>;
  Agreement: Same<z.output<typeof schema.AgreementSchema>, schema.Agreement>;
  Confidence: Same<z.output<typeof schema.ConfidenceSchema>, schema.Confidence>;
  ConsultationPage: Same<z.output<typeof schema.ConsultationPageSchema>, schema.ConsultationPage>;
  ConsultKind: Same<z.output<typeof schema.ConsultKindSchema>, schema.ConsultKind>;
  ConsultStatus: Same<z.output<typeof schema.ConsultStatusSchema>, schema.ConsultStatus>;
  PartState: Same<z.output<typeof schema.PartStateSchema>, schema.PartState>;
  Verdict: Same<z.output<typeof schema.VerdictSchema>, schema.Verdict>;
  ConsultReport: Same<z.output<typeof schema.ConsultReportSchema>, schema.ConsultReport>;
  ConsultRequest: Same<z.output<typeof schema.ConsultRequestSchema>, schema.ConsultRequest>;
  ConsultSummary: Same<z.output<typeof schema.ConsultSummarySchema>, schema.ConsultSummary>;
  ContinueSession: Same<z.output<typeof schema.ContinueSessionSchema>, schema.ContinueSession>;
  CopySession: Same<z.output<typeof schema.CopySessionSchema>, schema.CopySession>;
  CreateConsultation: Same<z.output<typeof schema.CreateConsultationSchema>, schema.CreateConsultation>;
  Finding: Same<z.output<typeof schema.FindingSchema>, schema.Finding>;
  JudgeReport: Same<z.output<typeof schema.JudgeReportSchema>, schema.JudgeReport>;
  Judgement: Same<z.output<typeof schema.JudgementSchema>, schema.Judgement>;
  Reading: Same<z.output<typeof schema.ReadingSchema>, schema.Reading>;
  ReviewerReport: Same<z.output<typeof schema.ReviewerReportSchema>, schema.ReviewerReport>;
  Config: Same<z.output<typeof schema.ConfigSchema>, schema.Config>;
  ChangeQueued: Same<z.output<typeof schema.ChangeQueuedSchema>, schema.ChangeQueued>;
  InputReceipt: Same<z.output<typeof schema.InputReceiptSchema>, schema.InputReceipt>;
  QueuePage: Same<z.output<typeof schema.QueuePageSchema>, schema.QueuePage>;
  DoctorAgent: Same<z.output<typeof schema.DoctorAgentSchema>, schema.DoctorAgent>;
  DoctorFinding: Same<z.output<typeof schema.DoctorFindingSchema>, schema.DoctorFinding>;
  DoctorReport: Same<z.output<typeof schema.DoctorReportSchema>, schema.DoctorReport>;
  CreateSession: Same<z.output<typeof schema.CreateSessionSchema>, schema.CreateSession>;
  DaemonView: Same<z.output<typeof schema.DaemonViewSchema>, schema.DaemonView>;
  ErrorAnswer: Same<z.output<typeof schema.ErrorAnswerSchema>, schema.ErrorAnswer>;
  ErrorBody: Same<z.output<typeof schema.ErrorBodySchema>, schema.ErrorBody>;
  EventPage: Same<z.output<typeof schema.EventPageSchema>, schema.EventPage>;
  FileChange: Same<z.output<typeof schema.FileChangeSchema>, schema.FileChange>;
  ForkOrigin: Same<z.output<typeof schema.ForkOriginSchema>, schema.ForkOrigin>;
  ForkSession: Same<z.output<typeof schema.ForkSessionSchema>, schema.ForkSession>;
  FolderPage: Same<z.output<typeof schema.FolderPageSchema>, schema.FolderPage>;
  InstallProgress: Same<z.output<typeof schema.InstallProgressSchema>, schema.InstallProgress>;
  Interrupt: Same<z.output<typeof schema.InterruptSchema>, schema.Interrupt>;
  InterruptResult: Same<z.output<typeof schema.InterruptResultSchema>, schema.InterruptResult>;
  AgentModels: Same<z.output<typeof schema.AgentModelsSchema>, schema.AgentModels>;
  DefaultModel: Same<z.output<typeof schema.DefaultModelSchema>, schema.DefaultModel>;
  FindModels: Same<z.output<typeof schema.FindModelsSchema>, schema.FindModels>;
  KnownModel: Same<z.output<typeof schema.KnownModelSchema>, schema.KnownModel>;
  ModelAlias: Same<z.output<typeof schema.ModelAliasSchema>, schema.ModelAlias>;
  ModelPage: Same<z.output<typeof schema.ModelPageSchema>, schema.ModelPage>;
  ModelResolution: Same<z.output<typeof schema.ModelResolutionSchema>, schema.ModelResolution>;
  ModelSource: Same<z.output<typeof schema.ModelSourceSchema>, schema.ModelSource>;
  Item: Same<z.output<typeof schema.ItemSchema>, schema.Item>;
  PairingLink: Same<z.output<typeof schema.PairingLinkSchema>, schema.PairingLink>;
  MakeRequest: Same<z.output<typeof schema.MakeRequestSchema>, schema.MakeRequest>;
  RequestResult: Same<z.output<typeof schema.RequestResultSchema>, schema.RequestResult>;
  AgentMetrics: Same<z.output<typeof schema.AgentMetricsSchema>, schema.AgentMetrics>;
  ApprovalTally: Same<z.output<typeof schema.ApprovalTallySchema>, schema.ApprovalTally>;
  BreakerView: Same<z.output<typeof schema.BreakerViewSchema>, schema.BreakerView>;
  DurationMetrics: Same<z.output<typeof schema.DurationMetricsSchema>, schema.DurationMetrics>;
  FindRequests: Same<z.output<typeof schema.FindRequestsSchema>, schema.FindRequests>;
  MetricsView: Same<z.output<typeof schema.MetricsViewSchema>, schema.MetricsView>;
  OwnedProcess: Same<z.output<typeof schema.OwnedProcessSchema>, schema.OwnedProcess>;
  ProcessHealth: Same<z.output<typeof schema.ProcessHealthSchema>, schema.ProcessHealth>;
  ProcessPage: Same<z.output<typeof schema.ProcessPageSchema>, schema.ProcessPage>;
  RecordedText: Same<z.output<typeof schema.RecordedTextSchema>, schema.RecordedText>;
  RequestCounts: Same<z.output<typeof schema.RequestCountsSchema>, schema.RequestCounts>;
  RequestPage: Same<z.output<typeof schema.RequestPageSchema>, schema.RequestPage>;
  RequestRecord: Same<z.output<typeof schema.RequestRecordSchema>, schema.RequestRecord>;
  ParleyEvent: Same<z.output<typeof schema.EventSchema>, schema.ParleyEvent>;
  Policy: Same<z.output<typeof schema.PolicySchema>, schema.Policy>;
  QueuedTurn: Same<z.output<typeof schema.QueuedTurnSchema>, schema.QueuedTurn>;
  Session: Same<z.output<typeof schema.SessionSchema>, schema.Session>;
  SessionPage: Same<z.output<typeof schema.SessionPageSchema>, schema.SessionPage>;
  StopDaemon: Same<z.output<typeof schema.StopDaemonSchema>, schema.StopDaemon>;
  SubmitResult: Same<z.output<typeof schema.SubmitResultSchema>, schema.SubmitResult>;
  SubmitTurn: Same<z.output<typeof schema.SubmitTurnSchema>, schema.SubmitTurn>;
  Turn: Same<z.output<typeof schema.TurnSchema>, schema.Turn>;
  TurnPage: Same<z.output<typeof schema.TurnPageSchema>, schema.TurnPage>;
  UpdateSession: Same<z.output<typeof schema.UpdateSessionSchema>, schema.UpdateSession>;
  Usage: Same<z.output<typeof schema.UsageSchema>, schema.Usage>;
};

// A pair that differs is `false` and does not fit here.
const pairs: { readonly [Name in keyof Pairs]: Pairs[Name] extends true ? true : never } = {
  AgentBackend: true,
  AgentCapabilities: true,
  AgentConfig: true,
  AgentOptions: true,
  McpServer: true,
  SubAgent: true,
  AgentPage: true,
  AgentView: true,
  InstalledBy: true,
  InstallPlan: true,
  PlanInstallation: true,
  Approval: true,
  ApprovalAnswer: true,
  ApprovalChoice: true,
  OptimizedText: true,
  Optimization: true,
  RequestApproval: true,
  RequestApprovalPage: true,
  ReviewIntegrity: true,
  ApprovalPage: true,
  ApprovalRequest: true,
  ApprovalResolution: true,
  ClientFrame: true,
  AgentChoice: true,
  Agreement: true,
  Confidence: true,
  ConsultationPage: true,
  ConsultKind: true,
  ConsultStatus: true,
  PartState: true,
  Verdict: true,
  ConsultReport: true,
  ConsultRequest: true,
  ConsultSummary: true,
  ContinueSession: true,
  CopySession: true,
  CreateConsultation: true,
  Finding: true,
  JudgeReport: true,
  Judgement: true,
  Reading: true,
  ReviewerReport: true,
  Config: true,
  ChangeQueued: true,
  InputReceipt: true,
  QueuePage: true,
  DoctorAgent: true,
  DoctorFinding: true,
  DoctorReport: true,
  CreateSession: true,
  DaemonView: true,
  ErrorAnswer: true,
  ErrorBody: true,
  EventPage: true,
  FileChange: true,
  FolderPage: true,
  ForkOrigin: true,
  ForkSession: true,
  InstallProgress: true,
  Interrupt: true,
  InterruptResult: true,
  AgentModels: true,
  DefaultModel: true,
  FindModels: true,
  KnownModel: true,
  ModelAlias: true,
  ModelPage: true,
  ModelResolution: true,
  ModelSource: true,
  Item: true,
  PairingLink: true,
  MakeRequest: true,
  RequestResult: true,
  AgentMetrics: true,
  ApprovalTally: true,
  BreakerView: true,
  DurationMetrics: true,
  FindRequests: true,
  MetricsView: true,
  OwnedProcess: true,
  ProcessHealth: true,
  ProcessPage: true,
  RecordedText: true,
  RequestCounts: true,
  RequestPage: true,
  RequestRecord: true,
  ParleyEvent: true,
  Policy: true,
  QueuedTurn: true,
  Session: true,
  SessionPage: true,
  StopDaemon: true,
  SubmitResult: true,
  SubmitTurn: true,
  Turn: true,
  TurnPage: true,
  UpdateSession: true,
  Usage: true,
};

const differences: { readonly [Name in keyof Different]: Different[Name] extends false ? true : never } = {
  aKeyTooMany: true,
  optionalOrNot: true,
  optionalOrUndefined: true,
  aCaseOfAUnion: true,
  aNestedKey: true,
  twoKindsOfId: true,
  anIdOrAnyText: true,
  nothingChecked: true,
};

/** Ids and names, and two that are parts of others. */
const elsewhere = [
  'ModelName',
  'SessionId',
  'TurnId',
  'ItemId',
  'ApprovalId',
  'RunId',
  'ConsultationId',
  'RequestApprovalId',
  'SteerMode',
];

test('every schema is compared with its type', () => {
  const schemas = Object.keys(schema)
    .filter((name) => name.endsWith('Schema'))
    .map((name) => name.replace(/Schema$/, '').replace(/^Event$/, 'ParleyEvent'));
  assert.deepEqual(schemas.filter((name) => !elsewhere.includes(name)).toSorted(), Object.keys(pairs).toSorted());
  assert.equal(Object.keys(differences).length, 8);
});
