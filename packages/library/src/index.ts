// Parley in your own process: `createParley` with a state directory, `createAgent` for those who want no state at all.

export { createAgent } from './agent.ts';
export type { Agent, AgentOptions, RunRequest } from './agent.ts';
export type { Conversation, Submitted } from './conversation.ts';
export type { PartialResult, RunResult } from './outcome.ts';
export { createParley } from './parley.ts';
export type { Parley, ParleyOptions } from './parley.ts';
export type { Progress } from './progress.ts';
export type { RawEvent } from './raw-events.ts';
export { createRouter } from './router.ts';
export type { Router, RouterOptions, RoutedRequest } from './router.ts';
export type { RunSettings } from './settings.ts';
export { ParleyError } from '@parley/schema';
export type {
  AgentCapabilities,
  AgentView,
  Approval,
  ApprovalAnswer,
  CreateSession,
  ErrorBody,
  ErrorCode,
  FileChange,
  InputReceipt,
  Item,
  ParleyEvent,
  Policy,
  Session,
  SessionId,
  SteerMode,
  SubmitResult,
  SubmitTurn,
  Turn,
  TurnId,
  Usage,
} from '@parley/schema';
