// `npm run bench`: runs the benchmarks one after the other, prints what they say and writes it to bench/results.md. With names as arguments
// (`npm run bench -- version daemon-start`) it runs only those and leaves the file alone.

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { inRoot } from '../scripts/lib/root.mjs';
import { daemonStart } from './daemon-start.ts';
import { eventPath } from './event-path.ts';
import { idleMemory } from './idle-memory.ts';
import { largeAnswer } from './large-answer.ts';
import { manySessions } from './many-sessions.ts';
import { mcp } from './mcp.ts';
import { reducers } from './reducers.ts';
import { runOverhead } from './run-overhead.ts';
import { showSection } from './section.ts';
import type { Section } from './section.ts';
import { version } from './version.ts';

const benchmarks: Readonly<Record<string, () => Promise<Section>>> = {
  reducers,
  'event-path': eventPath,
  'large-answer': largeAnswer,
  'many-sessions': manySessions,
  version,
  'daemon-start': daemonStart,
  'run-overhead': runOverhead,
  mcp,
  'idle-memory': idleMemory,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are: ${Object.keys(benchmarks).join(', ')}.`);
  process.exitCode = 2;
} else {
  const begun = performance.now();
  const said: string[] = [];
  for (const [name, run] of Object.entries(benchmarks)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    try {
      const text = showSection(await run());
      said.push(text);
      console.log(text);
    } catch (error) {
      console.error(`${name} could not be measured:`, error);
      process.exitCode = 1;
    }
  }
  if (wanted.length === 0 && process.exitCode === undefined) {
    writeFileSync(inRoot('bench', 'results.md'), [opening(performance.now() - begun), ...said].join('\n'));
  }
}

function opening(ms: number): string {
  const facts = [
    `Node ${process.version.slice(1)}`,
    `${process.platform} ${process.arch}`,
    `${availableParallelism()} cores`,
  ];
  return (
    '# Benchmark results\n\n' +
    `Written by \`npm run bench\`; what each measures is in [README.md](README.md). One run on ${facts.join(', ')}, ` +
    `${new Date().toISOString().slice(0, 10)}, ${Math.round(ms / 1000)} s in all. Ratios hold better from one machine to another than the numbers do.\n`
  );
}
