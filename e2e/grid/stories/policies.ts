// What an agent may do, and what it is given.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import type { ApprovalOption, Turn } from '@parley/schema';
import type { Stage } from '../stage.ts';
import type { Story } from '../stories.ts';

async function asked(
  stage: Stage,
  effect: ApprovalOption['effect'],
): Promise<{ readonly turn: Turn; readonly ran: boolean }> {
  const session = await stage.session({ policy: 'ask' });
  const { turnId } = await stage.parley.client.submit(session.id, { text: 'run `touch asked.txt`' });
  const event = await stage.parley.event(
    session.id,
    (one) => one.type === 'approval.requested' || one.type === 'turn.completed' || one.type === 'turn.failed',
  );
  if (event.type === 'approval.requested') {
    const option = event.approval.options.find((one) => one.effect === effect);
    assert.ok(option, JSON.stringify(event.approval.options));
    await stage.parley.client.answerApproval(event.approval.id, { optionId: option.id });
  }
  const turn = await stage.parley.ended(session.id, turnId);
  assert.equal(event.type, 'approval.requested', `it did not ask: ${JSON.stringify(turn)}`);
  return { turn, ran: await stage.exists(join(session.cwd, 'asked.txt')) };
}

/** A check that plays its own part when it is asked for. */
export const policies: readonly Story[] = [
  {
    name: 'questions',
    play: (stage) => ({
      'asks first': async () => {
        const { turn, ran } = await asked(stage, 'allow');
        assert.deepEqual([turn.state, ran], ['completed', true], JSON.stringify(turn.error));
      },
      'heeds a no': async () => {
        const { turn, ran } = await asked(stage, 'deny');
        assert.deepEqual([turn.state, ran], ['completed', false], JSON.stringify(turn.error));
      },
      'only reads': async () => {
        const session = await stage.session({ policy: 'read-only' });
        const turn = await stage.ask(session.id, 'create sneaky.txt with the text "x"');
        assert.equal(await stage.exists(join(session.cwd, 'sneaky.txt')), false, JSON.stringify(turn));
        const second = await stage.session({ policy: 'read-only' });
        await stage.ask(second.id, 'run `touch sneaky.txt`');
        assert.equal(await stage.exists(join(second.cwd, 'sneaky.txt')), false);
      },
      'edits by itself': async () => {
        const session = await stage.session({ policy: 'edit' });
        const turn = await stage.done(session.id, 'create mine.txt with the text "x"');
        assert.equal(await stage.exists(join(session.cwd, 'mine.txt')), true, turn.answer);
        const events = await stage.parley.events(session.id);
        const byPeople = events.filter(
          (event) => event.type === 'approval.resolved' && event.resolution.by !== 'policy',
        );
        assert.deepEqual(byPeople, []);
      },
    }),
  },
  {
    name: 'the environment',
    async play(stage) {
      const session = await stage.session();
      await stage.done(session.id, 'run `env > env.txt`');
      const env = await readFile(join(session.cwd, 'env.txt'), 'utf8');
      return {
        'guards secrets': () => {
          assert.ok(!env.includes('a-key-of-another-vendor'), env);
          const names = env.split('\n').map((line) => line.split('=')[0] ?? '');
          assert.deepEqual(
            names.filter((name) => /^PARLEY_(?!RUN$)/.test(name)),
            [],
          );
        },
        'heeds the environment': () => {
          assert.match(env, /^GRID_WANTED=here$/m);
          assert.doesNotMatch(env, /^GRID_UNWANTED=/m);
        },
      };
    },
  },
];
