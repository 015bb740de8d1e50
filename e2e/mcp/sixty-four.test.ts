// 64 windows of editors at once, as 64 `parley mcp` processes on one state directory: one daemon, and every answer comes to who asked.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { placesOf } from '@parley/client/node';
import type { McpProcess } from './mcp-process.ts';
import { Place } from './place.ts';

const windows = 64;

/** Windows that start at the same moment; the others follow as soon as those are up. */
const wave = 16;

/** `codex exec` as a shell that costs nothing: takes its time, then says the question again. */
const codex = `#!/bin/sh
if [ "$1" = --version ]; then echo 'codex-cli 9.9.9'; exit; fi
question=$(cat)
echo '{"type":"thread.started","thread_id":"thread of '"$question"'"}'
echo '{"type":"turn.started"}'
sleep 0.1
echo '{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"This answers '"$question"'"}}'
echo '{"type":"turn.completed","usage":{"input_tokens":3,"cached_input_tokens":1,"output_tokens":2}}'
`;
const config = '[agents.codex]\nmode = "exec"\nmodel_url = "http://127.0.0.1:9/v1"\n';

interface Asked {
  readonly jobId: unknown;
  readonly sessionId: unknown;
  readonly answer: unknown;
}

test(`${windows} servers on one state directory at once: one daemon, no lost and no foreign job, no lost session (G 33, G 45)`, async (t) => {
  const place = await Place.open(t, { programs: { codex }, config });
  const all: McpProcess[] = [];
  for (let begun = 0; begun < windows; begun += wave)
    all.push(...(await Promise.all(Array.from({ length: wave }, () => place.window()))));
  assert.deepEqual(await place.daemons(), [], 'no daemon runs before the first tool needs one');

  // Now all at the same moment: 64 clients that find no daemon.
  const made = await Promise.all(
    all.map(async (window, index) => {
      const started = await window.facts('codex_request_async', { prompt: `later ${index}` });
      const [own, answered] = await Promise.all([
        window.facts('session_create', { cli: 'codex', description: `of ${index}` }),
        window.facts('codex_request', { prompt: `at once ${index}`, createNewSession: true }),
      ]);
      return { started: asked(started), answered: asked(answered), own: own['session'] as { readonly id: string } };
    }),
  );
  const [daemon, ...others] = await place.daemons();
  assert.ok(daemon !== undefined && others.length === 0, 'exactly one daemon');

  await Promise.all(
    all.map(async (window, index) => {
      const mine = made[index];
      const next = made[(index + 1) % windows];
      assert.ok(mine !== undefined && next !== undefined);
      assert.equal(mine.answered.answer, `This answers at once ${index}`);
      const watched = await window.facts('llm_job_watch', { jobId: mine.started.jobId });
      assert.deepEqual([watched['status'], watched['answer']], ['completed', `This answers later ${index}`]);
      const result = await window.facts('llm_job_result', { jobId: mine.started.jobId });
      assert.deepEqual([result['answer'], result['sessionId']], [watched['answer'], mine.started.sessionId]);
      // Somebody else's job is the same for everybody who knows its id.
      const theirs = await window.facts('llm_job_result', { jobId: next.answered.jobId });
      assert.equal(theirs['answer'], next.answered.answer);
      const list = await window.facts('session_list', {});
      assert.deepEqual(list['activeSessions'], { codex: mine.own.id }, 'what is active here is what was made here');
    }),
  );

  const client = await place.client();
  assert.equal((await client.daemon()).pid, daemon.pid);
  const sessions = await client.sessions();
  assert.equal(sessions.length, 3 * windows, 'no session is lost');
  const turns = (await Promise.all(sessions.map(({ id }) => client.turns(id)))).flat();
  assert.deepEqual(
    turns.map(({ text, state, answer }) => `${text}: ${state}: ${answer}`).toSorted(),
    all
      .flatMap((_, index) => [`later ${index}`, `at once ${index}`])
      .map((text) => `${text}: completed: This answers ${text}`)
      .toSorted(),
    'each question is asked once',
  );
  const ids = new Set(made.flatMap(({ started, answered }) => [started.jobId, answered.jobId]));
  assert.equal(ids.size, 2 * windows);

  assert.deepEqual(
    await Promise.all(all.map((window) => window.leave())),
    all.map(() => 0),
  );
  assert.equal((await place.daemons()).length, 1, 'it stays when they go');
  await place.stopDaemon();
  assert.deepEqual(await place.processes(), []);
  const log = await readFile(placesOf(place.env).logFile, 'utf8');
  assert.doesNotMatch(log, /SQLITE|locked|Error/i, log);
  for (const { said } of all) assert.equal(said, '');
});

function asked(facts: Readonly<Record<string, unknown>>): Asked {
  const { jobId, sessionId, answer } = facts;
  return { jobId, sessionId, answer };
}
