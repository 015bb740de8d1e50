// Sessions, turns, queue, steer, approvals and policy: decisions in `decide/`, effects at the edge.

export type { Agents, PreparedRun, SessionDefaults } from './agents.ts';
export { conversationOf } from './decide/conversation.ts';
export { Engine } from './engine.ts';
export { Requests } from './requests/requests.ts';
export type { Acceptance, RequestsOptions } from './requests/requests.ts';
export { Retention } from './requests/retention.ts';
export type { RetentionOptions } from './requests/retention.ts';
export type { EngineOptions, SessionChange } from './engine.ts';
export type { DedupedRequest, Recorder } from './recorder.ts';
export type { EngineProcess } from './session-actor.ts';
export { EventBatch } from './hub.ts';
export type { EventSink } from './hub.ts';
