// The event path, from what agents print to what clients get: batched as Parley does it, one frame per event, and a pipe that is only read.

import { closePipeline, deliver, openPipeline, tracesOf } from './event-path/pipeline.ts';
import type { Delivery, Pipeline } from './event-path/pipeline.ts';
import { readPipe } from './event-path/raw-pipe.ts';
import type { Section } from './section.ts';
import { show, showSpread, spreadOf } from './statistics.ts';

const lines = 200_000;
const rounds = 5;
const aim = 60_000;

interface Path {
  readonly name: string;
  readonly clients: number;
  readonly pipeline: Pipeline;
  readonly deliveries: Delivery[];
}

export async function eventPath(): Promise<Section> {
  const batched = await openPipeline('batched', lines);
  try {
    const single = await openPipeline('one-per-event', lines);
    try {
      return await measure(batched, single);
    } finally {
      await closePipeline(single);
    }
  } finally {
    await closePipeline(batched);
  }
}

async function measure(batched: Pipeline, single: Pipeline): Promise<Section> {
  const paths: readonly Path[] = [
    { name: 'Parley', clients: 10, pipeline: batched, deliveries: [] },
    { name: 'one frame per event', clients: 10, pipeline: single, deliveries: [] },
    { name: 'Parley', clients: 1, pipeline: batched, deliveries: [] },
    { name: 'one frame per event', clients: 1, pipeline: single, deliveries: [] },
  ];
  const files = tracesOf(batched);
  const piped = { read: [] as number[], decoded: [] as number[] };
  let pipedLines = 0;
  for (let round = 0; round < rounds; round++) {
    for (const { pipeline, clients, deliveries } of paths) deliveries.push(await deliver(pipeline, clients));
    for (const kind of ['read', 'decoded'] as const) {
      const { lines: counted, ms } = await readPipe(files, kind === 'decoded');
      piped[kind].push((counted / ms) * 1000);
      pipedLines = counted;
    }
  }
  const [pipe, decoded] = [spreadOf(piped.read), spreadOf(piped.decoded)];
  const rateOf = ({ deliveries }: Path): ReturnType<typeof spreadOf> =>
    spreadOf(deliveries.map(({ events, ms }) => (events / ms) * 1000));
  const rows = paths.map((path) => {
    const rate = rateOf(path);
    const control = paths.find(({ clients, pipeline }) => clients === path.clients && pipeline === single) ?? path;
    return {
      path,
      rate,
      cells: [
        `${path.name}, ${path.clients} ${path.clients === 1 ? 'client' : 'clients'}`,
        showSpread(rate, 0),
        show(Math.round(spreadOf(path.deliveries.map(({ frames }) => frames)).median)),
        show(spreadOf(path.deliveries.map(({ daemonCpuMs, events }) => (daemonCpuMs * 1000) / events)).median, 1),
        `${show(rate.median / rateOf(control).median, 2)} ×`,
        `1 : ${show(pipe.median / rate.median, 0)}`,
      ],
    };
  });
  const lagged = paths.flatMap(({ name, clients, deliveries }) => {
    const count = deliveries.reduce((sum, delivery) => sum + delivery.lagged, 0);
    return count === 0 ? [] : [`${name}, to ${clients}: ${count} times`];
  });
  const events = paths[0]?.deliveries[0]?.events ?? 0;
  return {
    title: 'Event path',
    measures:
      `${show(pipedLines)} recorded lines of Codex and Claude (half and half, two sessions at once, 20 turns, more than nine of ten lines are deltas), which ` +
      `are ${show(events)} events: printed by fake agents into their spools, read, understood by the drivers, stored in SQLite, and delivered through the ` +
      "daemon's WebSocket door to clients in another process that count each event and check its number. A rate is that of whole events: each has " +
      `reached every client. ${rounds} rounds, in turns.`,
    aim: `≥ ${show(aim)} events/s to 10 clients`,
    met: (rows[0]?.rate.median ?? 0) >= aim,
    head: [
      '',
      'events/s, median (middle half)',
      'frames to a client',
      "daemon's CPU, µs an event",
      'against one frame per event',
      'against the raw pipe',
    ],
    rows: [
      ...rows.map(({ cells }) => cells),
      ['raw pipe, lines only counted', showSpread(pipe, 0), '–', '–', '–', '1 : 1'],
      [
        'raw pipe, lines parsed as JSON',
        showSpread(decoded, 0),
        '–',
        '–',
        '–',
        `1 : ${show(pipe.median / decoded.median, 0)}`,
      ],
    ],
    notes:
      lagged.length === 0
        ? ['No client was ever too slow.']
        : [
            `Clients that were too slow were told so and read again from their last number, as any client does (${lagged.join('; ')}). Deltas of turns that ` +
              'had ended meanwhile are not sent again, so their rate is one of fewer events.',
          ],
  };
}
