// A Parley in a temporary folder, on a leash: gone with whoever opened it, however that ends.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placesOf } from '@parley/client/node';
import type { Config } from '@parley/schema';
import { Leash } from './leash.ts';
import { openParley } from './parley.ts';
import type { Parley } from './parley.ts';

export interface TemporaryParley {
  readonly parley: Parley;
  /** Ends its processes and removes its folder. Never throws. */
  readonly close: () => Promise<void>;
}

export async function openTemporaryParley(config: Config, env: NodeJS.ProcessEnv): Promise<TemporaryParley> {
  const stateDir = await mkdtemp(join(tmpdir(), 'parley-agent-'));
  let leash: Leash | undefined;
  const clean = async (): Promise<void> => {
    await rm(stateDir, { recursive: true, force: true });
    await leash?.untie();
  };
  try {
    leash = await Leash.tie(stateDir, env);
    // What agents remember of conversations is theirs and stays, in rehearsal too: a later request may go on with one.
    const homesDir = join(placesOf(env).stateDir, 'homes');
    const parley = await openParley({ stateDir, config, homesDir }, env);
    return {
      parley,
      close: async () => {
        await parley.close('end').catch(() => undefined); // A store that fails at its end is removed with its folder.
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}
