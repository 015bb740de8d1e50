// A day of work: files, edits, commands, one of them failing, in one turn.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Story } from '../stories.ts';
import { changesOf, commandsOf, endsOf, textsOf } from '../stage.ts';

const prompt =
  'create hello.txt with the text "one\\ntwo" and then run `echo visible` and then replace "one" with "three" in hello.txt and then run `echo out; exit 3`';

const execute = promisify(execFile);

export const work: readonly Story[] = [
  {
    name: 'work in a git work tree',
    async play(stage) {
      const cwd = await stage.folder();
      await execute('git', ['init', '-q', cwd]);
      const session = await stage.session({ cwd });
      await stage.done(session.id, 'run `echo made > made.txt`');
      // The vibe-kit Grok writes its settings into the workspace at its start, which is told too, and rightly.
      const changes = changesOf(await stage.items(session.id)).filter(({ path }) => !path.startsWith('.grok/'));
      return {
        'finds changes by git': () =>
          assert.deepEqual(
            changes.map(({ path, kind, added }) => [path, kind, added]),
            [['made.txt', 'add', 1]],
          ),
      };
    },
  },
  {
    name: 'a day of work',
    async play(stage) {
      const session = await stage.session();
      const turn = await stage.ask(session.id, prompt);
      const events = await stage.parley.events(session.id);
      const items = await stage.items(session.id, turn.id);
      const after = await stage.parley.client.session(session.id);
      const [visible, failing] = [/echo visible/, /exit 3/].map((what) =>
        commandsOf(items).find(({ command }) => what.test(command)),
      );
      const changes = changesOf(items).filter(({ path }) => path === 'hello.txt');
      const all = JSON.stringify(items);
      return {
        answers: () => {
          assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
          assert.ok((turn.answer ?? '') !== '' && textsOf(items).at(-1) === turn.answer, turn.answer);
        },
        'ends once': () => {
          assert.equal(endsOf(events).length, 1);
          assert.equal(after.state, 'idle');
          assert.equal(
            events.some((event) => event.type === 'item.delta'),
            false,
            'deltas are pruned',
          );
        },
        'tells its thread': () => assert.ok(after.threadId !== undefined && after.threadId !== ''),
        'shows commands': () => assert.ok(visible !== undefined && failing !== undefined, all),
        'shows output': () => assert.match(visible?.output ?? '', /visible/),
        'shows failure': () => assert.equal(failing?.status, 'failed', all),
        'tells exit codes': () => assert.deepEqual([visible?.exitCode, failing?.exitCode], [0, 3]),
        'reports new files': () => assert.equal(changes[0]?.kind, 'add', JSON.stringify(changes)),
        'counts lines': () => assert.ok((changes[0]?.added ?? 0) >= 2, JSON.stringify(changes)),
        'reports edits': () => assert.equal(changes.at(-1)?.kind, 'update', JSON.stringify(changes)),
        'keeps order': () => {
          const tools = items.flatMap((item) =>
            item.type === 'command'
              ? [/exit 3/.test(item.command) ? 'failing' : /echo visible/.test(item.command) ? 'visible' : []].flat()
              : item.type === 'file_change'
                ? ['file']
                : [],
          );
          assert.deepEqual(tools, ['file', 'visible', 'file', 'failing'], all);
        },
        'counts tokens': () => assert.ok((turn.usage?.output ?? 0) > 0, JSON.stringify(turn.usage)),
        'invents no cost': () => assert.ok((turn.usage?.costUsd ?? 0) >= 0),
      };
    },
  },
];
