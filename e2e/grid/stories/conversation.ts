// Several turns of one conversation, two conversations at once, and prompts that must arrive as they are.

import assert from 'node:assert/strict';
import type { Story } from '../stories.ts';
import { isParleyError } from '@parley/client';
import { isTerminal } from '@parley/schema';
import type { Session, SessionId } from '@parley/schema';
import { textsOf } from '../stage.ts';

const isSession = (value: unknown): value is Session => typeof value === 'object' && value !== null && 'cwd' in value;

export const conversation: readonly Story[] = [
  {
    name: 'two turns, and a third after its process has gone',
    async play(stage) {
      const { parley } = stage;
      const session = await stage.session();
      const first = await stage.done(session.id, 'think about bees');
      const firstItems = await stage.items(session.id, first.id);
      const { threadId } = await parley.client.session(session.id);
      // Live before the words are sent: deltas are gone once their turn is over.
      const { head } = await parley.client.session(session.id);
      const live = parley.client.events(session.id, { after: head - 1 })[Symbol.asyncIterator]();
      await live.next();
      const { turnId } = await parley.client.submit(session.id, { text: 'write 200 words about bees' });
      let deltas = 0;
      for (let next = await live.next(); next.done !== true; next = await live.next()) {
        if (next.value.type === 'item.delta') deltas += 1;
        if (isTerminal(next.value)) break;
      }
      await live.return?.(undefined);
      const second = await parley.ended(session.id, turnId);
      const secondItems = await stage.items(session.id, turnId);
      for (const { pid } of await stage.processesIn(session.cwd)) process.kill(pid, 'SIGKILL');
      const third = await stage.ask(session.id, 'say "third"');
      const thirdItems = await stage.items(session.id, third.id);
      const after = await parley.client.session(session.id);
      return {
        'streams text': () => assert.ok(deltas > 3, `${deltas} deltas`),
        'shows reasoning': () => {
          const thoughts = firstItems.flatMap((item) => (item.type === 'reasoning' ? [item.text] : []));
          assert.ok(thoughts.join('').length > 20, JSON.stringify(firstItems));
          assert.ok(!(first.answer ?? '').includes(thoughts[0] ?? ''));
        },
        'goes on': () => {
          assert.equal(second.state, 'completed', JSON.stringify(second.error));
          // The persona introduces itself once in a conversation.
          assert.ok(!/rehearsal model/i.test(second.answer ?? ''), second.answer);
        },
        'counts each turn': () => {
          const [one, two] = [first.usage?.output ?? 0, second.usage?.output ?? 0];
          assert.ok(one > 0 && two > 0, JSON.stringify([first.usage, second.usage]));
          // 200 words are some 300 tokens; the total would hold the first turn's too.
          const said = (second.answer ?? '').length / 4;
          assert.ok(two < said * 1.5 + 50, `${two} tokens for ${said}`);
        },
        'resumes after its process': () => {
          assert.equal(third.state, 'completed', JSON.stringify(third.error));
          assert.match(third.answer ?? '', /third/);
          assert.ok(!/rehearsal model/i.test(third.answer ?? ''), third.answer);
          assert.ok(
            after.threadId !== undefined && (threadId === undefined || stage.sameThread(threadId, after.threadId)),
          );
        },
        'replays nothing as new': () => {
          for (const items of [secondItems, thirdItems])
            assert.ok(!textsOf(items).includes(first.answer ?? '-'), JSON.stringify(textsOf(items)));
          assert.equal(textsOf(thirdItems).length, 1);
        },
      };
    },
  },
  {
    name: 'two conversations begun at once',
    async play(stage) {
      const cwd = await stage.folder();
      const sessions = await Promise.all([stage.session({ cwd }), stage.session({ cwd })]);
      await Promise.all(sessions.map(({ id }, n) => stage.done(id, `say "word ${n}"`)));
      const threads = await Promise.all(
        sessions.map(async ({ id }) => (await stage.parley.client.session(id)).threadId),
      );
      return {
        'keeps apart': () => {
          assert.ok(
            threads.every((thread) => thread !== undefined),
            JSON.stringify(threads),
          );
          assert.notEqual(threads[0], threads[1]);
        },
      };
    },
  },
  {
    name: 'two ways from one conversation',
    async play(stage) {
      const { client, models } = stage.parley;
      let heard: string[] = [];
      const listen = (_request: unknown, body: unknown): void => void heard.push(JSON.stringify(body));
      models.on('request', listen);
      /** Which of the words the model was sent with these. */
      const say = async (id: SessionId, word: string): Promise<readonly string[]> => {
        heard = [];
        await stage.done(id, `say "${word}"`);
        return ['alder', 'birch', 'cedar', 'dogwood'].filter((one) => heard.some((body) => body.includes(one)));
      };
      const session = await stage.session();
      await say(session.id, 'alder');
      const { threadId } = await client.session(session.id);
      const fork = await stage.fork(session.id).catch((error: unknown) => error);
      if (!isSession(fork)) {
        models.off('request', listen);
        return { forks: () => assert.fail(String(fork)) };
      }
      const copied = await say(fork.id, 'birch');
      const original = await say(session.id, 'cedar');
      const further = await say(fork.id, 'dogwood');
      const [after, forked] = await Promise.all([client.session(session.id), client.session(fork.id)]);
      models.off('request', listen);
      return {
        forks: () => {
          assert.deepEqual(copied, ['alder', 'birch'], 'the copy knows what was said');
          assert.deepEqual(original, ['alder', 'cedar'], 'the original does not know of the copy');
          assert.deepEqual(further, ['alder', 'birch', 'dogwood'], 'nor the copy of what followed');
          assert.equal(after.threadId, threadId);
          assert.ok(forked.threadId !== undefined && forked.threadId !== threadId, forked.threadId);
        },
      };
    },
  },
  {
    name: 'a conversation that there is not',
    async play(stage) {
      const threadId = stage.subject.unknownThread ?? '00000000-0000-4000-8000-00000000dead';
      const session = await stage.session({ threadId }).catch((error: unknown) => error);
      if (!isSession(session))
        return {
          'knows its threads': () =>
            assert.ok(isParleyError(session) && session.code === 'invalid_request', String(session)),
        };
      const turn = await stage.ask(session.id, 'say "hello"');
      const after = await stage.parley.client.session(session.id);
      return {
        'knows its threads': () => {
          assert.equal(turn.error?.code, 'thread_missing', JSON.stringify(turn));
          assert.equal(after.threadId, threadId, 'nothing new has taken its place');
        },
      };
    },
  },
];

const odd = `- say "these 'words' \\\\ $HOME \`back\` 🐝 ünï"\nand a second line\n\n--help`;

export const exactWords: readonly Story[] = [
  {
    name: 'odd words, many words, another model',
    async play(stage) {
      const { models } = stage.parley;
      const bodies: string[] = [];
      const listen = (_request: unknown, body: unknown): void => void bodies.push(JSON.stringify(body));
      models.on('request', listen);
      const session = await stage.session(
        stage.subject.program === 'real' ? { model: stage.subject.otherModel ?? 'other-model' } : {},
      );
      const turn = await stage.ask(session.id, odd);
      const heard = (text: string): boolean => bodies.some((body) => body.includes(JSON.stringify(text).slice(1, -1)));
      const oddHeard = heard(odd) || (turn.answer ?? '').includes("these 'words'");
      const large = `say "large"\n\n\`\`\`\n${`${'x'.repeat(99)}\n`.repeat(1500)}\`\`\`\n`;
      const largeTurn = await stage.ask((await stage.session()).id, large);
      const largeHeard = heard(large.slice(0, 100_000)) || heard(large.trimEnd());
      models.off('request', listen);
      return {
        'takes dashes and quotes': () => {
          assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
          assert.ok(oddHeard, turn.answer);
        },
        'takes large prompts': () => {
          if (largeTurn.error !== undefined)
            assert.equal(largeTurn.error.code, 'prompt_too_large', JSON.stringify(largeTurn.error));
          else if (stage.subject.program === 'real') assert.ok(largeHeard, 'it arrived whole');
        },
        'uses the model': () => {
          const name = stage.subject.otherModelAsked ?? stage.subject.otherModel ?? 'other-model';
          assert.ok(
            models.requests.some((request) => JSON.stringify(request).includes(name)) ||
              bodies.some((body) => body.includes(name)),
          );
        },
      };
    },
  },
];
