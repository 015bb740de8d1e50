// How this package starts its own small programs: the rehearsal server, adapters, and the leash.

import { fileURLToPath } from 'node:url';

/** Program and first arguments of `service.ts`, run as this module is run (from the sources or as released). */
export function serviceCommand(): readonly [string, ...string[]] {
  const fromSources = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(fromSources ? 'service.ts' : 'service.js', import.meta.url));
  return [process.execPath, ...(fromSources ? ['--conditions=source'] : []), file];
}
