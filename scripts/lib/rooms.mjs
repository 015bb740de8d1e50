// The rooms of the repository and which may import which: downward only (the architecture in one table).

/**
 * @typedef {object} Room
 * @property {readonly string[]} mayImport rooms, by the name of their folder
 * @property {readonly string[]} [builtins] the only modules of Node that it may import, where it must stay free of effects
 * @property {RegExp} [effects] files that may import the others all the same
 */

const pure = ['node:assert', 'node:buffer', 'node:crypto', 'node:path', 'node:string_decoder', 'node:util'];

/** @type {Readonly<Record<string, Room>>} */
export const rooms = {
  'packages/schema': { mayImport: [], builtins: pure },
  'packages/engine': { mayImport: ['packages/schema'] },
  'packages/runtime': { mayImport: ['packages/schema'] },
  // A driver is a reducer: no file, no socket, no timer, no process. Only its detection looks at the machine, and its tests read recordings.
  'packages/drivers': {
    mayImport: ['packages/schema'],
    builtins: pure,
    effects: /\/(detect|find-executable|run-version|recording)\.ts$/,
  },
  'packages/models': { mayImport: ['packages/schema'] },
  'packages/native': { mayImport: ['packages/schema', 'packages/models'] },
  'packages/store': { mayImport: ['packages/schema'] },
  'packages/client': { mayImport: ['packages/schema'] },
  // Decides what reviewers are asked and what their answers mean; sessions it reaches through a client, or whatever has the same operations.
  'packages/consult': { mayImport: ['packages/schema', 'packages/client'], builtins: pure },
  'packages/rehearsal': { mayImport: ['packages/schema'] },
  'packages/doors': { mayImport: ['packages/schema', 'packages/client', 'packages/consult'] },
  'packages/daemon': {
    // Of the client: where the daemon is to be found, which both sides must agree on. Of the doors: MCP, which is also spoken over HTTP.
    mayImport: [
      'schema',
      'engine',
      'runtime',
      'drivers',
      'models',
      'native',
      'store',
      'rehearsal',
      'client',
      'consult',
      'doors',
    ].map((name) => `packages/${name}`),
  },
  // Engine, store, runtime and drivers in one's own process: the daemon without its doors.
  'packages/library': {
    mayImport: ['schema', 'engine', 'daemon', 'client', 'rehearsal', 'runtime'].map((name) => `packages/${name}`),
  },
  'apps/cli': {
    // Of the runtime: the adapters, which run as processes of the command.
    mayImport: ['schema', 'client', 'consult', 'doors', 'daemon', 'rehearsal', 'runtime'].map(
      (name) => `packages/${name}`,
    ),
  },
  'apps/tui': { mayImport: ['packages/schema', 'packages/client'] },
  'apps/web': { mayImport: ['packages/schema', 'packages/client'] },
};
