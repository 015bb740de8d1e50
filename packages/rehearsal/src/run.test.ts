import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScenarioError } from './read-scenario.ts';
import { runRehearsal } from './run.ts';
import { objectOf } from './shape.ts';

test('people are told both addresses and how to point an agent at them', async (t) => {
  const printed: string[] = [];
  const server = await runRehearsal({ print: (text) => printed.push(text) });
  t.after(() => server.close());
  const text = printed.join('');
  assert.ok(text.includes(`${server.url}/v1`) && text.includes(`ANTHROPIC_BASE_URL=${server.url} `));
  // Without a name codex takes one whose tools the persona does not speak.
  assert.match(text, /parley run codex --model gpt-5\.5 [^]*codex exec -m gpt-5\.5 .*base_url=/);
});

test('programs get one line of JSON', async (t) => {
  const printed: string[] = [];
  const server = await runRehearsal({ json: true, pace: 0, print: (text) => printed.push(text) });
  t.after(() => server.close());
  assert.equal(printed.length, 1);
  const { openaiUrl, anthropicUrl, pid } = objectOf(JSON.parse(printed[0] ?? ''));
  assert.deepEqual([openaiUrl, anthropicUrl, pid], [server.openaiUrl, server.anthropicUrl, process.pid]);
});

test('a bad scenario file starts nothing', async () => {
  await assert.rejects(runRehearsal({ scenario: '/nowhere.yaml', print: () => assert.fail('printed') }), ScenarioError);
});
