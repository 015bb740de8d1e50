// A daemon that may die while a call is on its way: what only reads is asked again of the next one. Without it a caller whose daemon died in the
// wrong moment would not hear the id of the job that goes on.

import { isParleyError } from '@parley/client';
import type { Daemon } from './door.ts';

/** Times that one question is asked: whoever kills daemons faster than this wants to. */
const most = 4;

/** What changes nothing. */
const reads: ReadonlySet<PropertyKey> = new Set<keyof Daemon>([
  'agents',
  'approvals',
  'daemon',
  'findTurn',
  'session',
  'sessions',
  'turn',
]);

/** The same daemon; where it is not there any more when it is asked something, `open` brings the next one. */
export function reviving(daemon: Daemon, open: () => Promise<Daemon>): Daemon {
  return new Proxy(daemon, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (!reads.has(name)) return (...args: readonly unknown[]): unknown => Reflect.apply(member, target, args);
      return async (...args: readonly unknown[]): Promise<unknown> => {
        let asked: object = target;
        for (let time = 1; ; time++) {
          try {
            const ask: unknown = Reflect.get(asked, name);
            return await (typeof ask === 'function' ? Reflect.apply(ask, asked, args) : undefined);
          } catch (error) {
            if (time === most || !isParleyError(error) || error.code !== 'daemon_unreachable') throw error;
            asked = await open();
          }
        }
      };
    },
  });
}
