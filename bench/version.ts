// What the command costs before it does anything.

import { bundleIsStale } from '../scripts/lib/bundle.mjs';
import { inRoot } from '../scripts/lib/root.mjs';
import { bundle, Sandbox } from './sandbox.ts';
import type { Section } from './section.ts';
import { show, showSpread, spreadOf } from './statistics.ts';
import { inTurns, timeOf } from './timing.ts';

const rounds = 30;
const aimMs = 50;

export async function version(): Promise<Section> {
  const sandbox = new Sandbox('version');
  try {
    const command =
      (...argv: readonly [string, ...string[]]) =>
      () =>
        timeOf({ argv: [...argv], env: sandbox.env, cwd: sandbox.root });
    const samples = await inTurns(rounds, {
      node: command(process.execPath, '-e', '0'),
      bundle: command(process.execPath, bundle, '--version'),
      checkout: command(inRoot('bin', 'parley'), '--version'),
      help: command(process.execPath, bundle, '--help'),
    });
    const node = spreadOf(samples.node);
    const checkout = spreadOf(samples.checkout);
    const stale = bundleIsStale();
    const row = (name: string, times: readonly number[]): readonly string[] => {
      const spread = spreadOf(times);
      return [name, showSpread(spread), `${show(spread.median / node.median, 2)} ×`];
    };
    return {
      title: '`parley --version`',
      measures: `From the start of the process to its end. ${rounds} runs each, in turns.`,
      aim: `≤ ${aimMs} ms`,
      met: (stale ? spreadOf(samples.bundle) : checkout).median <= aimMs,
      head: ['', 'ms, median (middle half)', 'against `node -e 0`'],
      rows: [
        row('`node -e 0`', samples.node),
        row('`parley --version`, the bundle', samples.bundle),
        row('`bin/parley --version`, from a checkout', samples.checkout),
        row('`parley --help`, the bundle', samples.help),
      ],
      notes: stale
        ? [
            'A source was newer than the bundle, so `bin/parley` ran the TypeScript itself; the bundle alone counts here.',
          ]
        : [],
    };
  } finally {
    sandbox.remove();
  }
}
