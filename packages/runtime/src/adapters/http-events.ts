// The event stream of the server behind the http adapter, kept open: each event becomes a line, a cut is told and healed.

import { setTimeout } from 'node:timers/promises';
import { EventsRefused, messageOf, openEvents } from './http-client.ts';
import type { HttpServer } from './http-client.ts';
import { tell } from './io.ts';
import type { AdapterIo } from './io.ts';
import { EventReader } from './sse.ts';
import type { ServerEvent } from './sse.ts';

export interface EventSource {
  readonly server: HttpServer;
  readonly path: string;
  /** Events of these types (the field `type` of their JSON) are dropped: nobody reads them. */
  readonly ignored: ReadonlySet<string>;
  readonly maxEventBytes: number;
  /** Milliseconds without a byte after which the connection counts as dead; 0: never. */
  readonly silenceMs: number;
  /** The server has ended: its last events may still be on their way, but there will be no other connection. */
  isGone(): boolean;
}

const firstPauseMs = 50;
const longestPauseMs = 2000;

/** Runs until `stop`, or until the stream of a server that is gone has ended. Tells `events-open` for each connection and `events-cut` when one is lost. `opened` is called at the first. */
export async function followEvents(
  io: AdapterIo,
  source: EventSource,
  stop: AbortSignal,
  opened: () => void,
): Promise<void> {
  let pause = firstPauseMs;
  while (!stop.aborted) {
    const silence = new AbortController();
    try {
      const stream = await openEvents(source.server, source.path, AbortSignal.any([stop, silence.signal]));
      await tell(io, '{"adapter":"events-open"}');
      opened();
      const reader = new EventReader(source.maxEventBytes);
      const watch = watchSilence(source.silenceMs, silence);
      try {
        for await (const chunk of stream) {
          watch.refresh();
          pause = firstPauseMs;
          for (const event of reader.push(chunk)) await tellEvent(io, event, source.ignored);
        }
      } finally {
        watch.end();
      }
      if (stop.aborted || source.isGone()) return;
      await tell(io, '{"adapter":"events-cut"}');
    } catch (error) {
      if (stop.aborted || source.isGone()) return;
      const status = error instanceof EventsRefused ? error.status : undefined;
      await tell(io, JSON.stringify({ adapter: 'events-cut', status, error: messageOf(error) }));
    }
    await setTimeout(pause, undefined, { signal: stop }).catch(() => undefined);
    pause = Math.min(pause * 2, longestPauseMs);
  }
}

function watchSilence(silenceMs: number, cut: AbortController): { refresh(): void; end(): void } {
  if (silenceMs === 0) return { refresh: () => undefined, end: () => undefined };
  const timer = globalThis.setTimeout(() => cut.abort(new Error(`No byte for ${silenceMs} ms.`)), silenceMs);
  return { refresh: () => timer.refresh(), end: () => clearTimeout(timer) };
}

function tellEvent(io: AdapterIo, event: ServerEvent, ignored: ReadonlySet<string>): Promise<void> | undefined {
  if (!('data' in event)) return tell(io, '{"adapter":"event-dropped","reason":"too long"}');
  const parsed = jsonOf(event.data);
  if (parsed === undefined) return tell(io, JSON.stringify({ adapter: 'event-dropped', reason: 'no JSON' }));
  if (ignored.size > 0 && ignored.has(typeOf(parsed.value))) return undefined;
  // Almost always the event's own text is one line and can be passed on as it is.
  const text = event.data.includes('\n') ? JSON.stringify(parsed.value) : event.data;
  return tell(io, `{"event":${text}}`);
}

function typeOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
    ? value.type
    : '';
}

/** Undefined when the text is no JSON. */
export function jsonOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
