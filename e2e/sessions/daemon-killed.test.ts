// The daemon is killed with SIGKILL at 20 moments of a turn of each real agent. The agent goes on; the next daemon takes it up; nothing is
// lost, doubled or left running.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParleyEvent, SessionId, TurnId } from '@parley/schema';
import { isTerminal } from '@parley/schema';
import { openParley } from '../harness/parley.ts';
import type { AgentUnderTest, ParleyUnderTest } from '../harness/parley.ts';

const words = Array.from({ length: 12 }, (_, i) => `word${i}`).join(' ');
const scenario = {
  rules: [
    {
      when: { text: 'work', step: 0 },
      steps: [
        { reason: { text: 'I think first.', pace: 3 } },
        { say: { text: words, pace: 10 } },
        { tool: { kind: 'shell' as const, command: 'echo ran >> ran.txt; sleep 0.2' } },
      ],
    },
    { when: { text: 'work', step: 1 }, steps: [{ say: { text: `done ${words}`, pace: 10 } }] },
  ],
};
const moments = 20;

/** Follow the turn's events until that many have been seen, then kill. */
async function killAfter(
  parley: ParleyUnderTest,
  id: SessionId,
  after: number,
  events: number,
): Promise<readonly ParleyEvent[]> {
  const seen: ParleyEvent[] = [];
  const stop = new AbortController();
  if (events > 0) {
    for await (const event of parley.client.events(id, { after, signal: stop.signal })) {
      seen.push(event);
      if (seen.length >= events || isTerminal(event)) break;
    }
  }
  stop.abort();
  await parley.kill();
  return seen;
}

for (const agent of ['codex', 'claude'] as const satisfies readonly AgentUnderTest[]) {
  test(`${agent}: a turn survives the daemon's SIGKILL at ${moments} moments`, async (t) => {
    const parley = await openParley(t, { scenario });
    const { id } = await parley.session(agent);
    const spread = new Set<string>();
    for (let moment = 0; moment < moments; moment++) {
      const { head } = await parley.client.session(id);
      const { turnId } = await parley.client.submit(id, { text: `work ${moment}` });
      const seen = await killAfter(parley, id, head, moment * 2);
      spread.add(seen.at(-1)?.type ?? 'accepted');
      await parley.start();
      const turn = await parley.ended(id, turnId);
      assert.equal(turn.state, 'completed', `moment ${moment}: ${JSON.stringify(turn.error)}`);
      assert.match(turn.answer ?? '', new RegExp(`done ${words}`));
      judge(await parley.events(id), seen, turnId);
      assert.equal(
        (await parley.read('ran.txt')).trim().split('\n').length,
        moment + 1,
        `moment ${moment}: the command ran once`,
      );
    }
    assert.ok(spread.size >= 4, `moments of different kinds: ${[...spread].join(', ')}`);
  });
}

function judge(stored: readonly ParleyEvent[], seen: readonly ParleyEvent[], turnId: TurnId): void {
  let last = 0;
  for (const { seq } of stored) {
    assert.ok(seq > last, 'seq strictly increases');
    last = seq;
  }
  const bySeq = new Map(stored.map((event) => [event.seq, event]));
  for (const event of seen) {
    const kept = bySeq.get(event.seq);
    if (kept === undefined) assert.equal(event.type, 'item.delta', `event ${event.seq} that a client saw is gone`);
    else assert.deepEqual(kept, event, 'what a client saw is what is stored');
  }
  const ofTurn = stored.filter((event) => 'turnId' in event && event.turnId === turnId);
  assert.equal(ofTurn.filter((event) => event.type === 'turn.started').length, 1);
  assert.equal(ofTurn.filter((event) => isTerminal(event)).length, 1);
  const answers = ofTurn.flatMap((event) =>
    event.type === 'item.completed' && event.item.type === 'assistant_message' ? [event.item.text] : [],
  );
  assert.deepEqual(answers, [words, `done ${words}`], 'each answer once, whole');
  const commands = ofTurn.filter((event) => event.type === 'item.completed' && event.item.type === 'command');
  assert.equal(commands.length, 1);
}
