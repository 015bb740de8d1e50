// 10,000 turns and more through the real engine, the real store and every driver, in front of agents that crash, stall, print garbage, go
// early and are killed. Each turn has one end, each input its receipt, and nothing is left running.
//
// `FAULT_SEED=123 FAULT_DRIVER='codex exec'` plays one schedule again.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { driverOf, drivers } from '@parley/drivers';
import { openStore } from '@parley/store';
import { judge } from './judge.ts';
import type { Tally } from './judge.ts';
import { nameOf } from './peers.ts';
import { play } from './schedule.ts';

/** Where there is one, a file system in memory: the disk is not what is tested here. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const allTurns = 10_500;
const inputsPerSchedule = 14;
const { FAULT_SEED: oneSeed, FAULT_DRIVER: oneDriver } = process.env;

const all = [...drivers, driverOf('acp:peer')];
const tallies = new Map<string, Tally>();

for (const driver of all.filter((each) => oneDriver === undefined || nameOf(each) === oneDriver)) {
  const name = nameOf(driver);
  test(`${name}: whatever the agent does and whoever meddles, each turn ends once`, async (t) => {
    const folder = await mkdtemp(join(memory, 'parley-faults-'));
    const store = await openStore({ file: join(folder, 'parley.db') });
    t.after(async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    });
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_800_000_000_000 });
    const tally: Tally = { turns: 0, completed: 0, interrupted: 0, failed: 0, lost: 0, steered: 0 };
    tallies.set(name, tally);
    const enough = Math.ceil(allTurns / all.length);
    for (let seed = Number(oneSeed ?? 0); tally.turns < enough; seed++) {
      try {
        judge(await play({ driver, seed, inputs: inputsPerSchedule, timers: t.mock.timers, store }), tally);
      } catch (error) {
        throw new Error(
          `FAULT_SEED=${seed} FAULT_DRIVER='${name}': ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        );
      }
      if (oneSeed !== undefined) return;
    }
    // A test in which nothing ever goes well, or never badly, would show nothing.
    for (const state of ['completed', 'interrupted', 'failed'] as const)
      assert.ok(tally[state] > enough / 100, `only ${tally[state]} of ${tally.turns} turns were ${state}`);
  });
}

after(() => {
  const sum = (of: keyof Tally): number => [...tallies.values()].reduce((total, tally) => total + tally[of], 0);
  for (const [name, tally] of tallies)
    console.log(
      `${name}: ${Object.entries(tally)
        .map(([what, count]) => `${count} ${what}`)
        .join(', ')}`,
    );
  console.log(`together ${sum('turns')} turns`);
});
