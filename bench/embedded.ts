// Parley's engine in the benchmark's own process, where its event loop can be watched: store, runtime and drivers as in the daemon.

import { join } from 'node:path';
import { openCore } from '@parley/daemon/core';
import type { Core } from '@parley/daemon/core';
import { ConfigSchema, isTerminal } from '@parley/schema';
import type { ParleyEvent, SessionId, TurnId } from '@parley/schema';
import { inRoot } from '../scripts/lib/root.mjs';
import type { Sandbox } from './sandbox.ts';

/** `config`: as in config.toml. Whatever goes wrong that no caller hears of fails the benchmark. */
export function openEmbedded(sandbox: Sandbox, config: Readonly<Record<string, unknown>>): Promise<Core> {
  const broken = (text: string, error: unknown): never => {
    throw new Error(text, { cause: error });
  };
  return openCore({
    stateDir: join(sandbox.root, 'embedded'),
    databaseFile: join(sandbox.root, 'embedded', 'parley.db'),
    agentsDir: join(sandbox.root, 'agents'),
    config: ConfigSchema.parse({ policy: { full: [sandbox.work] }, ...config }),
    env: { ...sandbox.env },
    command: [process.execPath, '--conditions=source', inRoot('apps', 'cli', 'src', 'main.ts')],
    report: broken,
    fatal: (error) => broken('the store failed', error),
  });
}

/** The end of the session's next turn, once all before it has been delivered. */
function ended({ engine }: Core, id: SessionId): Promise<ParleyEvent> {
  return new Promise((resolve, reject) => {
    const subscribed = engine.subscribe(id, engine.session(id).head, {
      send: ({ events }) => {
        for (const { json } of events) {
          // Its type stands at its beginning; a huge event that is not the one takes no time here.
          if (!json.slice(0, 300).includes('"type":"turn.')) continue;
          const event = JSON.parse(json) as ParleyEvent;
          if (!isTerminal(event)) continue;
          void subscribed.then(({ unsubscribe }) => unsubscribe());
          resolve(event);
        }
        return true;
      },
      drained: () => Promise.resolve(),
      lagged: () => reject(new Error('too slow')),
    });
    subscribed.catch(reject);
  });
}

/** A turn from its words to its end. Throws when it does not complete. */
export async function ask(core: Core, id: SessionId, text: string): Promise<TurnId> {
  const end = ended(core, id);
  const { turnId } = await core.engine.submit(id, { text });
  const event = await end;
  if (event.type !== 'turn.completed') throw new Error(`the turn did not complete: ${JSON.stringify(event)}`);
  return turnId;
}
