// Model servers that fail, agents that die, and the death of Parley's own daemon.

import assert from 'node:assert/strict';
import type { ErrorCode } from '@parley/schema';
import type { Behaviour } from '../behaviours.ts';
import type { Stage } from '../stage.ts';
import type { Story } from '../stories.ts';
import { commandsOf, endsOf } from '../stage.ts';

function failing(words: string, code: ErrorCode) {
  return (stage: Stage) => async (): Promise<void> => {
    const session = await stage.session();
    const turn = await stage.ask(session.id, stage.subject.failure?.(words) ?? `please fail with ${words}`);
    assert.equal(turn.state, 'failed', JSON.stringify(turn));
    assert.equal(turn.error?.code, code, JSON.stringify(turn.error));
    assert.ok((turn.error?.message ?? '').length > 5);
  };
}

const modelFailures: Readonly<Partial<Record<Behaviour, (stage: Stage) => () => Promise<void>>>> = {
  'refused key': failing('401', 'agent_auth'),
  'rate limit': failing('429', 'rate_limited'),
  'broken model server': failing('500', 'model_overloaded'),
  'long conversation': failing('length', 'context_exceeded'),
};

export const failures: readonly Story[] = [
  {
    name: 'the model server fails',
    play: (stage) => Object.fromEntries(Object.entries(modelFailures).map(([name, check]) => [name, check(stage)])),
  },
  {
    name: 'the agent dies',
    async play(stage) {
      const session = await stage.session();
      await stage.done(session.id, 'say "hello"');
      const { turnId } = await stage.working(session);
      const agents = (await stage.processesIn(session.cwd)).filter(({ command }) =>
        stage.subject.process.test(command),
      );
      assert.ok(agents.length > 0, JSON.stringify(await stage.processesIn(session.cwd)));
      for (const { pid } of agents) process.kill(pid, 'SIGKILL');
      const turn = await stage.parley.ended(session.id, turnId);
      const next = await stage.ask(session.id, 'say "back again"');
      return {
        'survives its death': () => {
          assert.equal(turn.state, 'failed');
          assert.equal(next.state, 'completed', JSON.stringify(next.error));
          assert.match(next.answer ?? '', /back again/);
        },
        'tells its death': () => assert.equal(turn.error?.code, 'agent_crashed', JSON.stringify(turn.error)),
      };
    },
  },
];

export const theDaemonsDeath: readonly Story[] = [
  {
    name: 'the daemon dies',
    async play(stage) {
      const session = await stage.session();
      const { turnId, release } = await stage.working(session);
      await stage.parley.kill();
      await release();
      await stage.parley.start();
      const turn = await stage.parley.ended(session.id, turnId);
      const events = await stage.parley.events(session.id);
      const commands = commandsOf(await stage.items(session.id, turnId));
      return {
        'survives the daemon': () => assert.equal(turn.state, 'completed', JSON.stringify(turn.error)),
        'doubles nothing': () => {
          assert.equal(endsOf(events).length, 1);
          assert.equal(commands.length, 1, JSON.stringify(commands));
          assert.ok(events.every((event, n) => n === 0 || event.seq > (events[n - 1]?.seq ?? 0)));
        },
      };
    },
  },
];
