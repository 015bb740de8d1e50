// Spans to a collector by OTLP over HTTP, with the OpenTelemetry SDK. Imported only where a collector is configured.

import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Span, Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { withoutSecrets } from '../../config/without-secrets.ts';
import { schemaUrl } from './spans.ts';
import type { SpanData, TurnSpans } from './spans.ts';
import type { SpanSink } from './telemetry.ts';

export interface OtlpOptions {
  readonly url: string;
  /** `OTEL_SERVICE_NAME` and `OTEL_EXPORTER_OTLP_*` (headers, certificates, compression) are the SDK's, which reads the process's own. */
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly log: (text: string) => void;
  /** Milliseconds that an export may take, with all that it tries again. Default: 5 seconds. */
  readonly exportMs?: number;
}

/** Spans that wait to be sent; what comes above that is dropped, so a collector that is away costs no memory. */
const maxWaiting = 2048;
/** Milliseconds between two exports. */
const betweenMs = 2000;

type Exported = Parameters<Parameters<SpanExporter['export']>[1]>[0];

export function openOtlp({ url, env, version, log, exportMs = 5000 }: OtlpOptions): SpanSink {
  const exporter = new SaidOnce(new OTLPTraceExporter({ url, timeoutMillis: exportMs }), url, log);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': env['OTEL_SERVICE_NAME'] ?? 'parley',
      'service.version': version,
      'process.pid': process.pid,
    }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: maxWaiting,
        scheduledDelayMillis: betweenMs,
        exportTimeoutMillis: exportMs,
      }),
    ],
  });
  const tracer = provider.getTracer('parley', version, { schemaUrl });
  return {
    send: (spans) => write(tracer, spans),
    close: async (ms) => {
      const late = new Promise((resolve) => setTimeout(resolve, ms, 'late').unref());
      // Its failure was said by the exporter.
      if ((await Promise.race([provider.shutdown().catch(() => undefined), late])) === 'late') exporter.sayLate();
    },
  };
}

function write(tracer: Tracer, { turn, children }: TurnSpans): void {
  const root = begin(tracer, turn);
  for (const child of children) end(begin(tracer, child, root), child);
  end(root, turn);
}

function begin(tracer: Tracer, { name, kind, from, attributes }: SpanData, parent?: Span): Span {
  const where = parent === undefined ? context.active() : trace.setSpan(context.active(), parent);
  return tracer.startSpan(
    name,
    {
      kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
      startTime: from,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]),
      ),
    },
    where,
  );
}

function end(span: Span, { to, failure }: SpanData): void {
  if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
  span.end(to);
}

/** A collector that does not answer is said once, and once more when it answers again. */
class SaidOnce implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #place: string;
  readonly #log: (text: string) => void;
  #said = false;

  constructor(exporter: SpanExporter, url: string, log: (text: string) => void) {
    this.#exporter = exporter;
    this.#place = withoutSecrets(url);
    this.#log = log;
  }

  export(spans: ReadableSpan[], done: (result: Exported) => void): void {
    this.#exporter.export(spans, (result) => {
      this.#say(result);
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  /** Nothing was heard of the collector, and nobody waits any longer. */
  sayLate(): void {
    if (!this.#said) this.#log(`telemetry: ${this.#place} has not answered; the last spans may not have arrived`);
  }

  #say({ code, error }: Exported): void {
    const failed = code !== 0; // ExportResultCode.SUCCESS
    if (failed === this.#said) return;
    this.#said = failed;
    this.#log(
      failed
        ? `telemetry: ${this.#place} does not take spans (${error?.message ?? 'no reason given'}); it is tried again, and said no more`
        : `telemetry: ${this.#place} takes spans again`,
    );
  }
}
