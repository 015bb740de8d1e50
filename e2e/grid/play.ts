// Plays all stories for one subject: a test for each cell of its column.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { behaviours } from './behaviours.ts';
import type { Behaviour } from './behaviours.ts';
import { Stage } from './stage.ts';
import { lastStories, stories } from './stories.ts';
import type { Rows, Story } from './stories.ts';
import { subjects } from './subjects.ts';
import type { Subject } from './subjects.ts';

/** Stories at the same time: agents wait for their models and for themselves more than they compute. */
const atOnce = 3;

export function fillColumn(agent: string, mode: string): void {
  const subject = subjects.find((one) => one.agent === agent && one.mode === mode);
  assert.ok(subject);
  describe(`${agent} ${mode}`, { concurrency: true }, () => {
    const cleanUps: (() => unknown)[] = [];
    let stage: Promise<Stage> | undefined;
    const opened = (): Promise<Stage> => {
      stage ??= Stage.open(
        { after: (work: () => unknown) => void cleanUps.push(work) } as unknown as TestContext,
        subject,
      );
      return stage;
    };
    after(async () => {
      for (const work of cleanUps) await work();
    });
    const told = new Set<Behaviour>();
    const turns = new Turns(atOnce);
    const earlier: Promise<unknown>[] = [];
    for (const story of stories) {
      const over = Promise.withResolvers<void>();
      earlier.push(over.promise);
      test(story.name, { concurrency: true }, (t) =>
        turns.take(() => play(t, story, opened, subject, told)).finally(over.resolve),
      );
    }
    for (const story of lastStories)
      test(story.name, async (t) => {
        await Promise.all(earlier);
        await play(t, story, opened, subject, told);
        const all = Object.values(behaviours).flatMap((group) => Object.keys(group));
        assert.deepEqual(
          all.filter((name) => !told.has(name as Behaviour)),
          [],
          'every row of the grid has been filled',
        );
      });
  });
}

async function play(
  t: TestContext,
  story: Story,
  opened: () => Promise<Stage>,
  { cannot }: Subject,
  told: Set<Behaviour>,
): Promise<void> {
  const scene = (await opened()).scene();
  let rows: Rows;
  try {
    rows = await story.play(scene);
  } catch (error) {
    throw new Error(`the story could not be played: ${String(error)}`, { cause: error });
  }
  const cell = (name: Behaviour, check: () => void | Promise<void>): Promise<void> => {
    told.add(name);
    const evidence = cannot[name];
    if (evidence === undefined) return t.test(name, () => check());
    // It says that it cannot; should it learn to, the grid has to say so.
    return t.test(`${name}: not this agent (${evidence})`, async () => {
      await assert.rejects(async () => check(), `it can: take "${name}" out of what it cannot`);
    });
  };
  // Rows that play their own part wait for their agents at the same time.
  await Promise.all(Object.entries(rows).map(([name, check]) => cell(name as Behaviour, check)));
  await scene.clear();
}

/** So many at the same time. */
class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(free: number) {
    this.#free = free;
  }

  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
