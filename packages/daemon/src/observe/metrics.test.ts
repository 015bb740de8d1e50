import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsViewSchema, newId } from '@parley/schema';
import type { MetricsView, RequestRecord } from '@parley/schema';
import { Metrics } from './metrics.ts';
import { prometheusText } from './prometheus.ts';

const daemon: MetricsView['daemon'] = {
  startedAt: 5000,
  memoryRss: 1024,
  heapUsed: 512,
  cpuSeconds: 1.5,
  eventLoopDelay: { p50: 0, p99: 12, max: 40 },
  eventLoopUtilization: 0.25,
};
const rest = { sessions: [], breakers: [], daemon, now: 9000 };

function aRecord(change: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: newId('turn'),
    sessionId: newId('session'),
    agent: 'codex',
    mode: 'app-server',
    backend: 'rehearsal',
    cwd: '/tmp',
    policy: 'ask',
    status: 'completed',
    queuedAt: 1000,
    startedAt: 2000,
    firstOutputAt: 2300,
    endedAt: 6000,
    retries: 0,
    prompt: { length: 5, redactions: 0, cut: false },
    ...change,
  };
}

/** A request as it goes: what is written while it runs counts for nothing. */
function pass(metrics: Metrics, change: Partial<RequestRecord> = {}): void {
  const { endedAt, ...running } = aRecord({ ...change });
  metrics.count([{ ...running, status: 'queued' }]);
  metrics.count([{ ...running, status: 'running' }]);
  metrics.count([{ ...running, endedAt: endedAt ?? 6000 }]);
}

test('each request counts once, at its end, for what it came to (G 24)', () => {
  const metrics = new Metrics();
  pass(metrics, { usage: { inputUncached: 10, output: 5, costUsd: 0.5 } });
  pass(metrics, { endedAt: 12_000, usage: { output: 7 }, retries: 2 });
  pass(metrics, { status: 'failed', errorCode: 'rate_limited' });
  pass(metrics, { status: 'lost', errorCode: 'turn_lost' });
  pass(metrics, { status: 'interrupted' });
  pass(metrics, { status: 'cancelled' });
  pass(metrics, { status: 'steered' });
  pass(metrics, { dedupedOf: newId('turn') });
  pass(metrics, { agent: 'claude', status: 'failed', errorCode: 'rate_limited' });
  const sessions = [
    { agent: 'codex', activeTurnId: newId('turn'), queue: [{ turnId: newId('turn'), text: 'x' }] },
    { agent: 'gemini', activeTurnId: newId('turn'), queue: [] },
    { agent: 'kimi', queue: [] },
  ];
  const view = metrics.view({ ...rest, sessions });
  assert.deepEqual(MetricsViewSchema.parse(view), view);
  assert.deepEqual(Object.keys(view.agents), ['claude', 'codex', 'gemini']);
  const { duration, firstOutput, ...codex } = view.agents['codex'] ?? assert.fail();
  assert.deepEqual(codex, {
    requestCount: 6,
    successCount: 2,
    failureCount: 2,
    interruptedCount: 1,
    cancelledCount: 1,
    lostCount: 1,
    steeredCount: 1,
    dedupedCount: 1,
    retryCount: 2,
    averageResponseTimeMs: 7000,
    successRate: 0.5,
    failureRate: 0.5,
    failures: { rate_limited: 1, turn_lost: 1 },
    usage: { inputUncached: 10, output: 12, costUsd: 0.5 },
    running: 1,
    queued: 1,
  });
  assert.deepEqual([duration.count, duration.sumMs, duration.atMost.slice(4, 7)], [6, 30_000, [0, 5, 6]]);
  assert.deepEqual([firstOutput.count, firstOutput.sumMs, firstOutput.atMost.slice(0, 4)], [6, 1800, [0, 0, 6, 6]]);
  assert.deepEqual(
    [view.totals.requestCount, view.totals.successCount, view.totals.running, view.totals.queued],
    [7, 2, 2, 1],
  );
});

test('without a request there are zeros, not divisions by them', () => {
  const { agents, totals } = new Metrics().view(rest);
  assert.deepEqual(agents, {});
  assert.deepEqual([totals.requestCount, totals.successRate, totals.averageResponseTimeMs], [0, 0, 0]);
});

interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: Map<string, number>;
}

/** Reads the text as Prometheus does; what it does not allow is an error. */
function parse(text: string): ReadonlyMap<string, Family> {
  assert.ok(text.endsWith('\n'));
  const families = new Map<string, Family>();
  let help: readonly [string, string] | undefined;
  let current: readonly [string, Family] | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const [, helpOf, words] = /^# HELP (\S+) (.*)$/.exec(line) ?? [];
    const [, typeOf, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (helpOf !== undefined && words !== undefined) {
      assert.ok(!families.has(helpOf), `${helpOf} comes twice`);
      help = [helpOf, words];
    } else if (typeOf !== undefined && type !== undefined) {
      assert.equal(help?.[0], typeOf);
      const family: Family = { type, help: help?.[1] ?? '', samples: new Map() };
      families.set(typeOf, family);
      current = [typeOf, family];
    } else {
      const [, name = '', labels = '', value] =
        /^([a-zA-Z_:][a-zA-Z0-9_:]*)((?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)+\})?) (\S+)$/.exec(line) ?? [];
      assert.ok(current !== undefined && value !== undefined, line);
      const [family, { type: kind, samples }] = current;
      const suffix = name.slice(family.length);
      assert.ok(name.startsWith(family) && (suffix === '' || kind === 'histogram'), line);
      assert.ok(!samples.has(suffix + labels), `${line} comes twice`);
      assert.ok(Number.isFinite(Number(value)), line);
      samples.set(suffix + labels, Number(value));
    }
  }
  return families;
}

test('Prometheus can read all of it', () => {
  const metrics = new Metrics();
  pass(metrics, { usage: { output: 5, costUsd: 0.25 } });
  pass(metrics, { status: 'failed', errorCode: 'timeout', endedAt: 9_000_000_000 });
  const odd = 'acp:a"b\\c\nd';
  pass(metrics, { agent: odd });
  const breakers = [{ server: 'codex key "X"', phase: 'open', failures: 0 }] as const;
  const families = parse(prometheusText(metrics.view({ ...rest, breakers }), '1.2.3'));
  const value = (name: string, labels: string): number | undefined => families.get(name)?.samples.get(labels);
  assert.equal(value('parley_requests_total', '{agent="codex",status="completed"}'), 1);
  assert.equal(value('parley_requests_total', '{agent="codex",status="lost"}'), 0);
  assert.equal(value('parley_requests_total', String.raw`{agent="acp:a\"b\\c\nd",status="completed"}`), 1);
  assert.equal(value('parley_request_failures_total', '{agent="codex",code="timeout"}'), 1);
  assert.equal(value('parley_tokens_total', '{agent="codex",bucket="output"}'), 5);
  assert.equal(value('parley_cost_usd_total', '{agent="codex"}'), 0.25);
  assert.equal(value('parley_breaker_open', String.raw`{server="codex key \"X\""}`), 1);
  assert.equal(value('parley_build_info', '{version="1.2.3"}'), 1);
  assert.equal(value('process_resident_memory_bytes', ''), 1024);
  const duration = families.get('parley_request_duration_seconds')?.samples ?? new Map<string, number>();
  const buckets = [...duration].filter(([key]) => key.startsWith('_bucket{agent="codex"'));
  const counts = buckets.map(([, count]) => count);
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => a - b),
    'buckets hold all below them',
  );
  assert.deepEqual([buckets.at(-1)?.[0], counts.at(-1)], ['_bucket{agent="codex",le="+Inf"}', 2]);
  assert.equal(counts.at(-2), 1, 'what took longer than every bound is in the last one only');
  assert.equal(duration.get('_count{agent="codex"}'), 2);
  for (const [name, { type, help }] of families) {
    assert.ok(help.length > 10, name);
    assert.equal(type === 'counter', name.endsWith('_total'), name);
  }
});
