import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, kinds, openHttp, until } from '../test/connect.ts';
import { FakeDaemon } from '../test/fake-daemon.ts';
import type { FakeTurn } from '../test/fake-daemon.ts';

const permission = {
  kind: 'permission',
  title: 'Run a command',
  command: 'rm -rf build',
  options: [
    { id: 'yes', label: 'Allow', effect: 'allow' },
    { id: 'no', label: 'Deny', effect: 'deny' },
  ],
} as const;

const asks = async (turn: FakeTurn) => {
  const { optionId } = await turn.ask(permission);
  turn.complete(optionId === 'yes' ? 'They said yes.' : 'They said no.');
};

for (const kind of kinds) {
  test(`${kind}: over HTTP a request is answered, and what the agent does is told as it happens`, async (t) => {
    const { call, daemon, serverVersion } = await connect(t, { kind, over: 'http' });
    assert.equal(serverVersion?.name, 'parley');
    daemon.play = (turn) => {
      turn.say('Looking.');
      turn.complete('Done.');
    };
    const told: (string | undefined)[] = [];
    const reply = await call('codex_request', { prompt: 'x' }, { onprogress: ({ message }) => told.push(message) });
    assert.equal(reply.structuredContent?.['answer'], 'Done.');
    assert.match(told.join(''), /Looking\./);
  });

  test(`${kind}: over HTTP a cancelled request stops its own turn`, async (t) => {
    const { call, daemon } = await connect(t, { kind, over: 'http' });
    const begun = Promise.withResolvers<void>();
    daemon.play = () => begun.resolve();
    const stop = new AbortController();
    const reply = call('codex_request', { prompt: 'x' }, { signal: stop.signal });
    await begun.promise;
    stop.abort();
    await assert.rejects(reply);
    while (daemon.interrupts === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(daemon.interrupts, 1);
  });

  test(`${kind}: over HTTP the person is asked by a form, and their answer goes to the agent`, async (t) => {
    const { call, daemon } = await connect(t, {
      kind,
      over: 'http',
      fill: () => ({ action: 'accept', content: { decision: 'yes' } }),
    });
    daemon.play = asks;
    assert.equal((await call('codex_request', { prompt: 'x' })).structuredContent?.['answer'], 'They said yes.');
  });

  test(`${kind}: over HTTP a form that is closed is not shown again by the same call`, async (t) => {
    const daemon = new FakeDaemon();
    let shown = 0;
    const { call } = await connect(t, {
      kind,
      over: 'http',
      daemon,
      fill: async () => {
        shown += 1;
        setImmediate(() => void answerPending(daemon));
        return { action: 'cancel' };
      },
    });
    daemon.play = asks;
    assert.equal((await call('codex_request', { prompt: 'x' })).structuredContent?.['answer'], 'They said no.');
    assert.equal(shown, 1);
  });

  test(`${kind}: over HTTP a folder has to be named, by its absolute path`, async (t) => {
    const daemon = new FakeDaemon();
    const { call } = await connect(t, { kind, over: 'http', daemon, http: openHttp(t, daemon) });
    for (const workingDir of [undefined, 'src']) {
      const reply = await call('codex_request', { prompt: 'x', ...(workingDir !== undefined && { workingDir }) });
      assert.equal(reply.isError, true);
      assert.match(String(reply.content[0]?.text), /workingDir.*over HTTP/);
    }
    const reply = await call('codex_request', { prompt: 'x', workingDir: '/code' });
    assert.equal(reply.structuredContent?.['answer'], 'You said: x');
  });
}

async function answerPending(daemon: FakeDaemon): Promise<void> {
  const [approval] = await daemon.approvals({ pending: true });
  assert.ok(approval !== undefined);
  await daemon.answerApproval(approval.id, { optionId: 'no' });
}

test('when the door closes, what was begun over it goes on', async (t) => {
  for (const kind of kinds) {
    const daemon = new FakeDaemon();
    const http = openHttp(t, daemon, { cwd: '/code' });
    const { call } = await connect(t, { kind, over: 'http', daemon, http });
    const begun = Promise.withResolvers<void>();
    daemon.play = () => begun.resolve();
    const reply = call('codex_request', { prompt: 'x' });
    reply.catch(() => {});
    await begun.promise;
    await http.close();
    assert.equal(daemon.interrupts, 0, kind);
  }
});

test('without a connection nothing stays active, and that is told', async (t) => {
  const { call } = await connect(t, { kind: '2026-07-28', over: 'http' });
  const made = (await call('session_create', { cli: 'codex' })).structuredContent?.['session'] as {
    readonly id: string;
    readonly isActive: boolean;
  };
  assert.equal(made.isActive, false);
  const chosen = await call('session_set_active', { cli: 'codex', sessionId: made.id });
  assert.equal(chosen.isError, true);
  assert.match(String(chosen.content[0]?.text), /give sessionId/);
});

for (const over of ['stdio', 'http'] as const) {
  for (const kind of kinds) {
    test(`${kind}, ${over}: a job that is followed is told of when it ends, and only then (resources/updated)`, async (t) => {
      const { call, daemon, listen, request, told } = await connect(t, { kind, over });
      const begun = Promise.withResolvers<FakeTurn>();
      daemon.play = (turn) => begun.resolve(turn);
      const { jobId } = (await call('codex_request_async', { prompt: 'x' })).structuredContent ?? {};
      const uri = `jobs://${String(jobId)}`;
      await listen([uri]);
      // Over HTTP the stream of a session that hears of changes opens by itself after the handshake.
      await request('resources/list');
      const turn = await begun.promise;
      turn.say('Still at it.');
      turn.complete('Done.');
      await until(told, () => told.updated.length > 0);
      assert.deepEqual(told.updated, [uri]);
      const read = (await request('resources/read', { uri })) as {
        readonly contents: readonly [{ readonly text: string }];
      };
      assert.partialDeepStrictEqual(JSON.parse(read.contents[0].text), {
        job: { id: jobId, status: 'completed' },
        answer: 'Done.',
      });
    });
  }
}
