// Words that come while a turn runs: taken in, queued, moved, changed, cancelled, given back.

import assert from 'node:assert/strict';
import type { Story } from '../stories.ts';
import { textsOf } from '../stage.ts';

export const wordsWhileItWorks: readonly Story[] = [
  {
    name: 'words into the running turn',
    async play(stage) {
      const { client } = stage.parley;
      const session = await stage.session();
      const idle = await client.submit(session.id, { text: 'only there', when: 'steer-only' });
      const { turnId, release } = await stage.working(session, true);
      const sent = await client.submit(session.id, { text: 'say "heard you"', when: 'steer' });
      // Nobody can see when they have reached the agent: a second command gives it a whole step more.
      await release(stage.receipt(session.id, sent.turnId));
      const turn = await stage.parley.ended(session.id, turnId);
      const receipt = await stage.receipt(session.id, sent.turnId);
      if (receipt.outcome !== 'injected') await stage.parley.ended(session.id, sent.turnId);
      const events = await stage.parley.events(session.id);
      const answers = textsOf(await stage.items(session.id)).filter((text) => text.includes('heard you'));
      return {
        'takes words in': () => {
          assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
          assert.equal(sent.outcome, 'steered');
          assert.equal(receipt.outcome, 'injected', JSON.stringify(receipt));
          assert.equal(answers.length, 1, JSON.stringify(answers));
        },
        'one receipt': () => {
          assert.equal(
            events.filter((event) => event.type === 'input.settled' && event.turnId === sent.turnId).length,
            1,
          );
          assert.equal(answers.length, 1, JSON.stringify(answers));
        },
        'gives back': async () => {
          assert.equal(idle.outcome, 'returned');
          const { state, receipt: given } = await client.turn(session.id, idle.turnId);
          assert.deepEqual([state, given?.outcome], ['cancelled', 'returned']);
          assert.ok((given?.reason ?? '') !== '');
        },
      };
    },
  },
  {
    name: 'a queue',
    async play(stage) {
      const { client } = stage.parley;
      const session = await stage.session();
      const { release } = await stage.working(session);
      const queue = async (text: string) => (await client.submit(session.id, { text, when: 'queue' })).turnId;
      const [a, b, c, d] = [
        await queue('say "a"'),
        await queue('say "b"'),
        await queue('say "c"'),
        await queue('say "d"'),
      ];
      await client.changeQueued(session.id, d, { position: 1 });
      await client.changeQueued(session.id, b, { text: 'say "other words"' });
      await client.cancelQueued(session.id, c);
      await release();
      const last = await stage.parley.ended(session.id, b);
      const events = await stage.parley.events(session.id);
      const order = events.flatMap((event) =>
        event.type === 'turn.started' ? [event.turnId] : event.type === 'turn.completed' ? [event.turnId] : [],
      );
      const cancelled = await client.turn(session.id, c);
      return {
        queues: () => assert.deepEqual(order.slice(2), [d, d, a, a, b, b], JSON.stringify(order)),
        reorders: () => assert.equal(order[2], d),
        edits: () => assert.match(last.answer ?? '', /other words/),
        cancels: () => {
          assert.equal(cancelled.state, 'cancelled');
          assert.ok(!order.includes(c));
        },
      };
    },
  },
];
