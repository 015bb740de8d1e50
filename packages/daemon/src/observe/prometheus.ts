// The metrics as Prometheus reads them: text exposition format 0.0.4. Names end as Prometheus wants them to: seconds, bytes, `_total`.

import { durationBoundsMs, usageBuckets } from '@parley/schema';
import type { AgentMetrics, DurationMetrics, MetricsView } from '@parley/schema';

export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Readonly<Record<string, string>>;
interface Sample {
  /** What comes after the family's name. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly labels?: Labels;
  readonly value: number;
}

/** All metrics, ending with a newline. */
export function prometheusText(view: MetricsView, version: string): string {
  const agents = Object.entries(view.agents);
  const each = (samples: (agent: AgentMetrics, labels: Labels) => readonly Sample[]): readonly Sample[] =>
    agents.flatMap(([agent, metrics]) => samples(metrics, { agent }));
  const one = (read: (agent: AgentMetrics) => number): readonly Sample[] =>
    each((agent, labels) => [{ labels, value: read(agent) }]);
  const { daemon, breakers } = view;
  return [
    family('parley_build_info', 'gauge', 'The version of Parley.', [{ labels: { version }, value: 1 }]),
    family(
      'parley_requests_total',
      'counter',
      'Requests that have ended, by how.',
      each((agent, labels) =>
        (
          [
            ['completed', agent.successCount],
            ['failed', agent.failureCount - agent.lostCount],
            ['lost', agent.lostCount],
            ['interrupted', agent.interruptedCount],
            ['cancelled', agent.cancelledCount],
          ] as const
        ).map(([status, value]) => ({ labels: { ...labels, status }, value })),
      ),
    ),
    family(
      'parley_request_failures_total',
      'counter',
      'Requests that failed or were lost, by the code of their error.',
      each((agent, labels) =>
        Object.entries(agent.failures).map(([code, value]) => ({ labels: { ...labels, code }, value })),
      ),
    ),
    family(
      'parley_deduped_total',
      'counter',
      "Requests that got an earlier turn's answer.",
      one((a) => a.dedupedCount),
    ),
    family(
      'parley_steered_total',
      'counter',
      'Words that a running turn took.',
      one((a) => a.steeredCount),
    ),
    family(
      'parley_retries_total',
      'counter',
      'Times that turns began again.',
      one((a) => a.retryCount),
    ),
    family(
      'parley_request_duration_seconds',
      'histogram',
      'From the start of a turn to its end.',
      each(({ duration }, labels) => histogram(duration, labels)),
    ),
    family(
      'parley_first_output_seconds',
      'histogram',
      'From the start of a turn to the first thing that the agent shows.',
      each(({ firstOutput }, labels) => histogram(firstOutput, labels)),
    ),
    family(
      'parley_tokens_total',
      'counter',
      'Tokens by bucket, where agents tell them. Reasoning is a part of output.',
      each(({ usage }, labels) =>
        usageBuckets.flatMap((bucket) => {
          const value = usage[bucket];
          return bucket === 'costUsd' || value === undefined ? [] : [{ labels: { ...labels, bucket }, value }];
        }),
      ),
    ),
    family(
      'parley_cost_usd_total',
      'counter',
      'US dollars, where agents tell them.',
      each(({ usage }, labels) => (usage.costUsd === undefined ? [] : [{ labels, value: usage.costUsd }])),
    ),
    family(
      'parley_turns_running',
      'gauge',
      'Turns that run now.',
      one((a) => a.running),
    ),
    family(
      'parley_turns_queued',
      'gauge',
      'Turns that wait in queues now.',
      one((a) => a.queued),
    ),
    family(
      'parley_breaker_open',
      'gauge',
      'Whether retries against a model server are held back: 1 open, 0.5 one tries, 0 closed.',
      breakers.map(({ server, phase }) => ({
        labels: { server },
        value: { closed: 0, 'half-open': 0.5, open: 1 }[phase],
      })),
    ),
    family('process_resident_memory_bytes', 'gauge', 'Resident memory of the daemon.', [{ value: daemon.memoryRss }]),
    family('process_cpu_seconds_total', 'counter', 'Processor time of the daemon.', [{ value: daemon.cpuSeconds }]),
    family('process_start_time_seconds', 'gauge', 'When the daemon started, since the epoch.', [
      { value: daemon.startedAt / 1000 },
    ]),
    family('parley_heap_used_bytes', 'gauge', 'What the daemon uses of its heap.', [{ value: daemon.heapUsed }]),
    family(
      'parley_event_loop_delay_seconds',
      'gauge',
      'How long work waited for the event loop since the last look.',
      Object.entries(daemon.eventLoopDelay ?? {}).map(([quantile, ms]) => ({
        labels: { quantile: { p50: '0.5', p99: '0.99', max: '1' }[quantile] ?? quantile },
        value: ms / 1000,
      })),
    ),
    family('parley_event_loop_utilization', 'gauge', 'The part of its time that the event loop was busy.', [
      { value: daemon.eventLoopUtilization },
    ]),
  ].join('');
}

function family(
  name: string,
  type: 'counter' | 'gauge' | 'histogram',
  help: string,
  samples: readonly Sample[],
): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  const lines = samples.map(
    ({ suffix = '', labels = {}, value }) => `${name}${suffix}${labelsText(labels)} ${value}\n`,
  );
  return `# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapedLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapedLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function histogram({ count, sumMs, atMost }: DurationMetrics, labels: Labels): readonly Sample[] {
  return [
    ...durationBoundsMs.map((bound, n) => ({
      suffix: '_bucket' as const,
      labels: { ...labels, le: String(bound / 1000) },
      value: atMost[n] ?? 0,
    })),
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum', labels, value: sumMs / 1000 },
    { suffix: '_count', labels, value: count },
  ];
}
