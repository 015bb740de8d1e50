// Where spans go, if anywhere.

import type { Config } from '@parley/schema';

/** The URL that OTLP traces are posted to, or undefined where nothing is configured. The configuration wins over the environment. */
export function tracesUrl(config: Config['telemetry'], env: NodeJS.ProcessEnv): string | undefined {
  const own = config.otlp_endpoint;
  if (own !== undefined) return under(own);
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return undefined;
  // As the OTLP exporter specification has it: the one for traces as it is, the common one with the signal's path.
  const traces = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  if (traces !== undefined && traces !== '') return traces;
  const common = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return common === undefined || common === '' ? undefined : under(common);
}

function under(base: string): string {
  return `${base.replace(/\/+$/, '')}/v1/traces`;
}
