// What can be seen of a running daemon: counts, its own figures, and the processes of agents.

import type { Engine } from '@parley/engine';
import { ProcessSampler } from '@parley/runtime';
import type { MetricsView, OwnedProcess, RequestRecord } from '@parley/schema';
import { DaemonFigures } from './daemon-figures.ts';
import { Metrics } from './metrics.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

type Observed = Pick<Engine, 'sessions' | 'breakers' | 'processes'>;

export class Observation {
  readonly #figures: DaemonFigures;
  readonly #metrics = new Metrics();
  readonly #sampler = new ProcessSampler();
  readonly #telemetry: Telemetry | undefined;
  #engine: Observed | undefined;

  /** Milliseconds since the epoch. */
  constructor(startedAt: number, telemetry: Telemetry | undefined) {
    this.#figures = new DaemonFigures(startedAt);
    this.#telemetry = telemetry;
  }

  /** Rows that were just written; the engine may still be opening. */
  readonly recorded = (records: readonly RequestRecord[]): void => {
    this.#metrics.count(records);
    this.#telemetry?.recorded(records);
  };

  /** The engine is open. */
  watch(engine: Engine): void {
    this.#engine = engine;
    this.#telemetry?.readFrom((record) => engine.recorder.turnEvents(record.sessionId, record.id));
  }

  metrics(): MetricsView {
    const engine = this.#engine;
    return this.#metrics.view({
      sessions: engine?.sessions() ?? [],
      breakers: engine?.breakers() ?? [],
      daemon: this.#figures.look(),
      now: Date.now(),
    });
  }

  processes(): readonly OwnedProcess[] {
    const now = Date.now();
    const owned = this.#engine?.processes() ?? [];
    const health = this.#sampler.sample(owned.flatMap(({ run }) => run ?? []));
    return owned.map(({ session, turn, run }) => {
      const sample = run === undefined ? undefined : health.get(run.runId);
      return {
        sessionId: session.id,
        agent: session.agent,
        ...(turn === undefined ? {} : { turnId: turn.id }),
        ...(turn?.startedAt === undefined ? {} : { runningForMs: Math.max(0, now - turn.startedAt) }),
        ...(run === undefined ? {} : { runId: run.runId }),
        ...(sample === undefined ? {} : { health: sample }),
      };
    });
  }

  /** Sends what is left, within its deadline. Before the store closes: the spans are read from it. */
  async close(): Promise<void> {
    this.#figures.close();
    await this.#telemetry?.close();
  }
}
