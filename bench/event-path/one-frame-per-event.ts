// Loaded into the control's daemon before its own code: subscribers get each event as a frame of its own. All else is the same, also that a
// frame is encoded once for all of them.

import { Engine, EventBatch } from '@parley/engine';
import type { EventSink } from '@parley/engine';

const split = new WeakMap<EventBatch, readonly EventBatch[]>();

function eachAlone(batch: EventBatch): readonly EventBatch[] {
  const known = split.get(batch) ?? batch.events.map((event) => new EventBatch(batch.sessionId, [event]));
  split.set(batch, known);
  return known;
}

class EachAlone implements EventSink {
  readonly #sink: EventSink;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  send(batch: EventBatch): boolean {
    let more = true;
    for (const each of eachAlone(batch)) more = this.#sink.send(each);
    return more;
  }

  drained(): Promise<void> {
    return this.#sink.drained();
  }

  lagged(): void {
    this.#sink.lagged();
  }
}

const subscribe = Engine.prototype.subscribe;
Engine.prototype.subscribe = function (this: Engine, id, after, sink) {
  return subscribe.call(this, id, after, new EachAlone(sink));
};
