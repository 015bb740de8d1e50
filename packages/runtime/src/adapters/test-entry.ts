// `node --conditions=source test-entry.ts http …`: what `parley adapter` does, for tests and trials without the command.

import { runAdapter } from './main.ts';

process.exit(await runAdapter(process.argv.slice(2)));
