// Parley's offline model server.
export {
  createRehearsal,
  type RehearsalServer,
  type RehearsalEvents,
  type RehearsalOptions,
  type RehearsalRequest,
} from './rehearsal.ts';
export type { Outcome } from './play.ts';
export { loadScenario, parseScenario, ScenarioError, type ScenarioPlace } from './read-scenario.ts';
export { runRehearsal, type RunRehearsalOptions } from './run.ts';
export { scenarioSchema, type CheckedScenario, type Scenario } from './scenario.ts';
