// The small programs beside an embedding process: `rehearsal` (the offline model server), `adapter` (before agents that do not speak in
// lines) and `end-orphans` (what is left of a process that died).

import { rm } from 'node:fs/promises';
import { endOrphans } from '@parley/daemon/core';
import { runRehearsal } from '@parley/rehearsal';
import { runAdapter } from '@parley/runtime';

const [name, ...args] = process.argv.slice(2);

switch (name) {
  case 'rehearsal': {
    const port = Number(args[args.indexOf('--port') + 1] ?? 0);
    await runRehearsal({ port, json: true, print: (text) => void process.stdout.write(`${text.trimEnd()}\n`) });
    break;
  }
  case 'adapter':
    process.exit(await runAdapter(args));
    break;
  case 'end-orphans': {
    const [stateDir = ''] = args;
    await endOrphans(stateDir);
    await rm(stateDir, { recursive: true, force: true });
    break;
  }
  default:
    process.stderr.write(`There is no service ${name ?? 'without a name'}.\n`);
    process.exitCode = 2;
}
