// Sessions, turns, queue, steer, approvals and policy: decisions in `decide/`, effects at the edge.

export type { Agents, PreparedRun, SessionDefaults } from './agents.ts';
export { Engine } from './engine.ts';
export { Requests } from './requests/requests.ts';
export type { EngineOptions, SessionChange } from './engine.ts';
export { EventBatch } from './hub.ts';
export type { EventSink } from './hub.ts';
