// Loads what sends spans, where somebody wants them: 0.2 s and 50 MB that nobody else pays (OpenTelemetry 3.1, run from node_modules).

import type { Config } from '@parley/schema';
import { withoutSecrets } from '../../config/without-secrets.ts';
import { tracesUrl } from './endpoint.ts';
import { Telemetry } from './telemetry.ts';

export interface LoadOptions {
  readonly config: Config['telemetry'];
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly log: (text: string) => void;
  readonly report: (text: string, error: unknown) => void;
}

/** Undefined where no collector is configured. Never throws: what cannot be loaded is told and left out. */
export async function loadTelemetry(options: LoadOptions): Promise<Telemetry | undefined> {
  const { config, env, version, log, report } = options;
  const url = tracesUrl(config, env);
  if (url === undefined) return undefined;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    log(`telemetry: "${withoutSecrets(url)}" is no http address, so nothing is sent`);
    return undefined;
  }
  try {
    const { openOtlp } = await import('./otlp.ts');
    const sink = openOtlp({ url, env, version, log });
    return new Telemetry({ sink, content: config.content, report });
  } catch (error) {
    report('telemetry could not be loaded', error);
    return undefined;
  }
}
