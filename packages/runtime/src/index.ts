// Owned processes: launch, spool, adopt, end.

export { runAdapter } from './adapters/main.ts';
export { findMarked } from './find-marked.ts';
export { createGitWorkspaces } from './git-snapshot.ts';
export type { GitWorkspacesOptions } from './git-snapshot.ts';
export { markerName } from './marker.ts';
export type { RuntimeOptions } from './options.ts';
export { ProcessSampler } from './process-sampler.ts';
export type { SamplerOptions } from './process-sampler.ts';
export { createRuntime } from './runtime.ts';
