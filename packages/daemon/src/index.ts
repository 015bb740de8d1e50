// The daemon: wires engine, store, runtime and drivers, and opens the doors behind one gate.

export { loadConfig } from './config/load.ts';
export { gatewayEntries, otherGatewayVariables, otherParleyVariables, parleyVariables } from './config/variables.ts';
export type { ConfigEntry, LoadedConfig } from './config/load.ts';
export type { EntryVariable, OtherVariable } from './config/variables.ts';
export { serve } from './serve.ts';
export type { ServeOptions } from './serve.ts';
export { startDaemon } from './start.ts';
export type { DaemonOptions, RunningDaemon } from './start.ts';
