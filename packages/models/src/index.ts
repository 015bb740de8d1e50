// Which models each agent knows, by what names, from what source, and what a name that is asked for becomes.

export { chatPlaceOf, modelsInChat } from './history.ts';
export type { ChatFile, ChatPlace } from './history.ts';
export { modelsOf } from './models-of.ts';
export type { ModelFacts } from './models-of.ts';
export { resolveModel } from './resolve-model.ts';
export { settingsFilesOf } from './settings-files.ts';
export type { SettingsFile } from './settings-files.ts';
