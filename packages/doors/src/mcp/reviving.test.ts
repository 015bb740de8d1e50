import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import { reviving } from './reviving.ts';
import { FakeDaemon } from './test/fake-daemon.ts';

const gone = () => Promise.reject(new ParleyError('daemon_unreachable', 'It was killed.'));

test('what only reads is asked again of the next daemon; what does something is not', async () => {
  const next = new FakeDaemon();
  const dead = Object.assign(new FakeDaemon(), { sessions: gone, createSession: gone });
  let opened = 0;
  const client = reviving(dead, () => Promise.resolve((opened += 1) < 2 ? dead : next));
  assert.deepEqual(await client.sessions(), []);
  assert.equal(opened, 2);
  await assert.rejects(client.createSession({ agent: 'codex', cwd: '/' }), /killed/);
});

test('it is not asked for ever, and other errors are told at once', async () => {
  const dead = Object.assign(new FakeDaemon(), { sessions: gone });
  let opened = 0;
  const client = reviving(dead, () => {
    opened += 1;
    return Promise.resolve(dead);
  });
  await assert.rejects(client.sessions(), /killed/);
  assert.equal(opened, 3);
  await assert.rejects(client.session('ses_none' as never), /There is no session/);
  assert.equal(opened, 3);
});
