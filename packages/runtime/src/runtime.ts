// The runtime: launches runs, adopts those of an earlier daemon, and cleans up after one that died at a bad moment.

import fs from 'node:fs';
import path from 'node:path';
import type { Run, RunId, RunRecord, RunRequest, Runtime } from '@parley/schema';
import { launchProcess } from './launch.ts';
import { markerPrefix } from './marker.ts';
import { endAll } from './members.ts';
import { settingsOf } from './options.ts';
import type { RuntimeOptions, Settings } from './options.ts';
import { OwnedRun } from './owned-run.ts';
import { processTable } from './process-table.ts';
import type { ProcessTable } from './process-table.ts';

/** One runtime for one state directory. Holds nothing open by itself. */
export function createRuntime(options: RuntimeOptions): Runtime {
  return new OwnedRuntime(settingsOf(options), processTable);
}

class OwnedRuntime implements Runtime {
  readonly #settings: Settings;
  readonly #table: ProcessTable;

  constructor(settings: Settings, table: ProcessTable) {
    this.#settings = settings;
    this.#table = table;
  }

  async launch(request: RunRequest): Promise<Run> {
    const { record, child } = await launchProcess(request, this.#settings, this.#table);
    const run = new OwnedRun(record, this.#settings, this.#table);
    child.once('exit', () => run.look());
    return run;
  }

  async adopt(record: RunRecord): Promise<Run> {
    return new OwnedRun(record, this.#settings, this.#table);
  }

  async sweep(claimed: ReadonlySet<RunId>): Promise<number> {
    const prefix = markerPrefix(this.#settings.instance);
    const claimedNames: ReadonlySet<string> = claimed;
    const find = async () =>
      (await this.#table.living()).filter(
        ({ pid, marker }) =>
          pid !== process.pid && marker?.startsWith(prefix) === true && !claimedNames.has(marker.slice(prefix.length)),
      );
    const ended = await endAll(this.#table, find, this.#settings.endStepMs);

    const { directory } = this.#settings;
    const folders = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
    for (const name of folders.filter((one) => !claimedNames.has(one))) {
      fs.rmSync(path.join(directory, name), { recursive: true, force: true });
    }
    return ended;
  }
}
