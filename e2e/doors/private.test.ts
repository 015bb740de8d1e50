// What is private stays so: files are the owner's alone, whatever the umask, and no key, token or prompt turns up where it has no business.

import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { openParley } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';
import { call, json, tokenOf } from './knock.ts';

const waiting = {
  rules: [
    { when: 'wait', steps: [{ say: 'I begin ' }, { gate: 'go' }, { say: 'and end' }] },
    { when: 'fail', steps: [{ error: { status: 401, message: 'no luck' } }] },
  ],
};

async function everythingIn(folder: string): Promise<readonly string[]> {
  const found: string[] = [folder];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // The homes are for the agents to fill.
    if (entry.name === 'homes') continue;
    if (entry.isDirectory()) found.push(...(await everythingIn(path)));
    else found.push(path);
  }
  return found;
}

test("private: all that Parley keeps is its owner's alone, even where the umask is open", async (t) => {
  const umask = process.umask(0);
  t.after(() => process.umask(umask));
  const parley = await openParley(t, { agents: ['codex'], scenario: waiting });
  const { id } = await parley.session('codex');
  const { turnId } = await parley.client.submit(id, { text: 'wait' });
  await parley.event(id, (event) => event.type === 'item.delta');

  const state = join(parley.root, 'state');
  const paths = await everythingIn(state);
  const wrong: string[] = [];
  for (const path of paths) {
    const { mode } = await stat(path);
    const wanted = (await stat(path)).isDirectory() ? 0o700 : 0o600;
    if ((mode & 0o777) !== wanted) wrong.push(`${relative(state, path) || '.'} ${(mode & 0o777).toString(8)}`);
  }
  assert.deepEqual(wrong, []);
  const names = paths.map((path) => relative(state, path));
  for (const kind of [/^token$/, /\.sock$/, /^parley\.db$/, /-wal$/, /^runs\/[^/]+\/stdin$/, /^runs\/[^/]+\/stdout$/])
    assert.ok(
      names.some((name) => kind.test(name)),
      `${kind} in ${names.join(' ')}`,
    );
  parley.models.open('go');
  assert.equal((await parley.ended(id, turnId)).state, 'completed');
});

const canaries = {
  OPENAI_API_KEY: 'sk-canary-openai-4711',
  ANTHROPIC_API_KEY: 'sk-canary-anthropic-4711',
  MY_MODEL_KEY: 'canary-model-key-4711',
  PARLEY_SECRET: 'canary-parley-4711',
} as const;
const configured = 'canary-in-config-4711';
const prompt = 'canary-prompt-4711';

/** Every answer that a GET of the API gives. */
async function readEverything(
  parley: ParleyUnderTest,
  token: string,
  ids: Readonly<Record<string, string>>,
): Promise<string> {
  const document = await call(parley, { path: '/api/openapi.json', token });
  const { paths } = JSON.parse(document.body) as { readonly paths: Record<string, Record<string, unknown>> };
  const answers = [document.body];
  for (const [path, methods] of Object.entries(paths)) {
    if (!('get' in methods)) continue;
    const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? '');
    const answer = await call(parley, { path: filled, token });
    assert.ok(answer.status < 400, `${filled}: ${answer.body}`);
    answers.push(JSON.stringify(answer.headers), answer.body);
  }
  return answers.join('\n');
}

for (const agent of ['codex', 'claude'] as const) {
  test(`private: with ${agent}, no key and no token is in an answer, an event, an error, a log or a command line`, async (t) => {
    const parley = await openParley(t, {
      scenario: waiting,
      config: `CANARY_OF_CLAUDE = "${configured}"\n[agents.codex.env]\nCANARY_OF_CODEX = "${configured}"\n`,
    });
    Object.assign(parley.env, canaries);
    await parley.restart();
    const token = await tokenOf(parley);
    const { id } = await parley.session(agent);
    const failed = await parley.ask(id, `fail ${prompt}`);
    assert.equal(failed.state, 'failed');
    const { turnId } = await parley.client.submit(id, { text: `wait ${prompt}` });
    await parley.event(id, (event) => event.type === 'item.delta' && event.turnId === turnId);

    const running = await parley.ownedProcesses();
    assert.ok(running.length > 0);
    const commands = running.map(({ command }) => command).join('\n');
    parley.models.open('go');
    assert.equal((await parley.ended(id, turnId)).state, 'completed');

    const reviewers = [{ agent }];
    const asked = await parley.client.createConsultation({
      kind: 'ask',
      question: prompt,
      reviewers,
      cwd: parley.work,
    });
    const consultationId = asked.id;
    const answers = await readEverything(parley, token, { name: agent, id, turnId, consultationId });
    assert.ok(answers.includes(prompt), 'the words themselves are there');
    const errors: string[] = [];
    for (const asked of [
      { path: '/api/sessions', token: `${token}x` },
      { path: '/api/nothing', token },
      { method: 'POST', path: '/api/sessions', token, headers: json, body: `{"agent":"${agent}","cwd":"/no/such"}` },
      { method: 'POST', path: `/api/sessions/${id}/turns`, token, headers: json, body: `{"${prompt}":` },
    ])
      errors.push((await call(parley, asked)).body);
    await parley.client.stopDaemon({ runs: 'end' });
    await parley.gone();
    const log = parley.printed.join('\n');
    for (const [where, content] of Object.entries({ answers, errors: errors.join('\n'), commands, log })) {
      for (const secret of [token, configured, ...Object.values(canaries)])
        assert.ok(!content.includes(secret), `${secret} is in the ${where}`);
      if (where === 'commands' || where === 'log')
        assert.ok(!content.includes(prompt), `the prompt is in the ${where}`);
    }
    for (const name of ['runs', 'services'])
      assert.deepEqual(await readdir(join(parley.root, 'state', name)).catch(() => []), [], 'no spool is left');
    const database = await readFile(join(parley.root, 'state', 'parley.db'), 'latin1');
    for (const secret of [token, configured, ...Object.values(canaries)])
      assert.ok(!database.includes(secret), `${secret} is in the database`);
  });
}
