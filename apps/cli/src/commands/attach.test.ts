import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorBody } from '@parley/schema';
import type { ItemId, ParleyEvent } from '@parley/schema';
import { setting } from '../test/call-parley.ts';

test('a session is shown from its beginning, and followed until it is idle', async (t) => {
  const { daemon, call, begin } = await setting(t);
  const { promise: goOn, resolve } = Promise.withResolvers<void>();
  daemon.play = async (turn) => {
    if (turn.turn.text === 'second') await goOn;
    turn.complete(`answer to ${turn.turn.text}`);
  };
  const { id } = daemon.addSession();
  await call(['run', 'codex', '-s', id, 'first']);
  await call(['run', 'codex', '-s', id, '--no-wait', 'second']);
  const attached = begin(['attach', id, '--until-idle']);
  await attached.printed(/> second/);
  resolve();
  const { code, stdout, stderr } = await attached.result;
  assert.equal(code, 0);
  assert.equal(stdout, 'answer to first\nanswer to second\n');
  assert.match(stderr, /^> first\ndone.*\n> second\ndone.*\n$/);
});

test('an idle session that has nothing new ends at once', async (t) => {
  const { daemon, call } = await setting(t);
  const { id, head } = daemon.addSession();
  assert.deepEqual(await call(['attach', id, '--until-idle', '--after', `${head}`]), {
    code: 0,
    stdout: '',
    stderr: '',
  });
});

test('--after begins behind that event, and --json prints what follows', async (t) => {
  const { daemon, call } = await setting(t);
  const { id } = daemon.addSession();
  await call(['run', 'codex', '-s', id, 'first']);
  const all = await call(['attach', id, '--until-idle', '--json']);
  const later = await call(['attach', id, '--until-idle', '--json', '--after', '4']);
  const seqs = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as ParleyEvent).seq);
  assert.equal(seqs(all.stdout)[0], 1);
  assert.deepEqual(seqs(later.stdout), seqs(all.stdout).slice(4));
});

test('the exit code is that of the last turn', async (t) => {
  const { daemon, call } = await setting(t);
  const { id } = daemon.addSession();
  daemon.play = ({ turn, end }) =>
    end({ type: 'turn.failed', turnId: turn.id, error: errorBody('timeout', 'Too slow.') });
  await call(['run', 'codex', '-s', id, 'first']);
  const failed = await call(['attach', id, '--until-idle']);
  assert.equal(failed.code, 4);
  assert.match(failed.stderr, /parley: Too slow\./);
  daemon.play = (turn) => turn.complete('Well.');
  await call(['run', 'codex', '-s', id, 'second']);
  assert.equal((await call(['attach', id, '--until-idle'])).code, 0);
});

test('Ctrl-C leaves and interrupts nothing', async (t) => {
  const { daemon, call, begin } = await setting(t);
  daemon.play = () => {};
  const { id } = daemon.addSession();
  await call(['run', 'codex', '-s', id, '--no-wait', 'first']);
  const attached = begin(['attach', id]);
  await attached.printed(/> first/);
  attached.interrupt();
  assert.equal((await attached.result).code, 130);
  assert.deepEqual(daemon.bodies('POST /sessions/:id/interrupt'), []);
});

test('an approval that was answered long ago is not asked again; one that waits is', async (t) => {
  const { daemon, call, begin } = await setting(t);
  const question = {
    kind: 'command',
    title: 'run make',
    options: [
      { id: 'yes', label: 'Allow', effect: 'allow' },
      { id: 'no', label: 'Deny', effect: 'deny' },
    ],
  } as const;
  daemon.play = async (turn) => {
    await turn.ask(question);
    const { optionId } = await turn.ask({ ...question, title: 'run make install' });
    const item = { id: 'itm_1' as ItemId, type: 'assistant_message', text: optionId } as const;
    turn.emit({ type: 'item.completed', turnId: turn.turn.id, item });
    turn.complete('Done.');
  };
  const run = begin(['run', 'codex', 'hello']);
  const [, id = ''] = /allow (apr_\S+)/.exec(await run.printed(/allow apr_\S+/)) ?? [];
  await call(['approvals', 'allow', id]);
  await run.printed(/run make install/);
  const session = (JSON.parse((await call(['sessions', '--json'])).stdout) as { sessions: readonly { id: string }[] })
    .sessions[0];
  const attached = begin(['attach', session?.id ?? '', '--until-idle'], { terminal: true });
  await attached.printed(/\[y\] Allow {2}\[n\] Deny/);
  attached.input.write('n\n');
  const { stdout, stderr } = await attached.result;
  assert.equal(stdout, 'no\nDone.\n');
  assert.equal(stderr.split('[y] Allow').length, 2);
  assert.equal((await run.result).code, 0);
});

test('only a number can be behind --after', async (t) => {
  const { call } = await setting(t);
  const { code, stderr } = await call(['attach', 'x', '--after', '-1']);
  assert.equal(code, 2);
  assert.match(stderr, /Write the number of an event/);
});
