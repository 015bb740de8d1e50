// Gives memory back when nothing has happened for a while. V8 collects when it allocates, and an idle daemon does not: what starting or
// the last turn left behind would stay for ever. (Some 4 MB after the start, in 15 ms; Node 24.21.)

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Engine } from '@parley/engine';

/** Milliseconds without a change of any session. */
const quietMs = 3000;

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/** Watches until the process ends; does not keep it alive. */
export function releaseMemoryWhenIdle(engine: Pick<Engine, 'watch' | 'workingTurns'>): void {
  const timer = setTimeout(() => {
    if (engine.workingTurns === 0) collect();
    else timer.refresh();
  }, quietMs).unref();
  engine.watch(() => void timer.refresh());
}

/** Node offers its collector by a flag only, and only to contexts that are made after it is set. Not kept: the context would stay with it. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
