// The stories that fill the grid. Each is played once for a subject, then its rows look at what happened.

import type { Stage } from './stage.ts';
import type { Behaviour } from './behaviours.ts';
import { badInput } from './stories/bad-input.ts';
import { conversation, exactWords } from './stories/conversation.ts';
import { policies } from './stories/policies.ts';
import { failures, theDaemonsDeath } from './stories/failures.ts';
import { stopAndTime } from './stories/stop.ts';
import { wordsWhileItWorks } from './stories/words.ts';
import { work } from './stories/work.ts';

export type Rows = Partial<Readonly<Record<Behaviour, () => void | Promise<void>>>>;

export interface Story {
  readonly name: string;
  /** Plays it and gives a check for each of its rows. */
  readonly play: (stage: Stage) => Promise<Rows> | Rows;
}

/** The last one kills the daemon, which the others would notice. */
export const stories: readonly Story[] = [
  // First what waits longest: agents try again and again while their model server fails.
  ...failures,
  ...work,
  ...conversation,
  ...exactWords,
  ...wordsWhileItWorks,
  ...stopAndTime,
  ...policies,
  ...badInput,
];
export const lastStories: readonly Story[] = theDaemonsDeath;
