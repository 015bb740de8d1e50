// How this package starts its own small programs: the rehearsal server, adapters, and the leash.

import { fileURLToPath } from 'node:url';

/** Program and first arguments of `service.ts`, run as this process is run (from the sources or as released). */
export function serviceCommand(): readonly [string, ...string[]] {
  const own = import.meta.url.endsWith('.ts') ? 'service.ts' : 'service.js';
  const conditions = process.execArgv.filter((arg) => /^(--conditions=|-C=?)/.test(arg));
  const fromSources = own === 'service.ts' && conditions.length === 0 ? ['--conditions=source'] : conditions;
  return [process.execPath, ...fromSources, fileURLToPath(new URL(own, import.meta.url))];
}
