// Owned processes: launch, spool, adopt, end.

export { runAdapter } from './adapters/main.ts';
export { markerName } from './marker.ts';
export type { RuntimeOptions } from './options.ts';
export { createRuntime } from './runtime.ts';
