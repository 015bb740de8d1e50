// The contract between all parts of Parley: types, their Zod schemas, the error catalogue and the driver contract.

export * from './agent.ts';
export * from './api.ts';
export * from './approval.ts';
export * from './config.ts';
export * from './doctor.ts';
export * from './doctor-findings.ts';
export * from './driver.ts';
export * from './error.ts';
export * from './event.ts';
export * from './ids.ts';
export * from './item.ts';
export * from './models.ts';
export * from './policy.ts';
export * from './request.ts';
export * from './runtime.ts';
export * from './session.ts';
export * from './store.ts';
export * from './turn.ts';
export * from './usage.ts';
