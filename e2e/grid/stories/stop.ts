// Stopping: on request, and when the time is up.

import assert from 'node:assert/strict';
import type { Story } from '../stories.ts';

export const stopAndTime: readonly Story[] = [
  {
    name: 'an interrupt',
    async play(stage) {
      const { client } = stage.parley;
      const session = await stage.session();
      const idle = await client.interrupt(session.id);
      const { turnId } = await stage.working(session);
      await client.interrupt(session.id);
      const turn = await stage.parley.ended(session.id, turnId);
      const next = await stage.ask(session.id, 'say "still here"');
      return {
        stops: () => assert.equal(turn.state, 'interrupted', JSON.stringify(turn.error)),
        'stops the command': () => stage.goneFrom(session.cwd, /while \[ -e go \]/),
        'goes on after a stop': () => {
          assert.equal(next.state, 'completed', JSON.stringify(next.error));
          assert.match(next.answer ?? '', /still here/);
        },
        'stops nothing idle': () => assert.deepEqual(idle, {}),
      };
    },
  },
  {
    name: 'the time is up',
    async play(stage) {
      const session = await stage.session();
      const { turnId } = await stage.parley.client.submit(session.id, {
        text: 'run `echo $$ > pid; sleep 600`',
        timeoutMs: stage.subject.slow === true ? 9000 : 5000,
      });
      const turn = await stage.parley.ended(session.id, turnId);
      return {
        'keeps to its time': () => assert.deepEqual([turn.state, turn.error?.code], ['failed', 'timeout']),
        'leaves nothing': () => stage.goneFrom(session.cwd, /sleep 600/),
      };
    },
  },
];
