import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readDirectives } from './directives.ts';
import { checkScenario, loadScenario, parseScenario, ScenarioError } from './read-scenario.ts';
import type { Scenario } from './scenario.ts';
import { post, postUntilBroken, responsesRequest, startServer, textOf } from './test/ask.ts';
import { CODEX_SHELL } from './test/tools.ts';

const BAD: readonly (readonly [string, string, RegExp])[] = [
  ['an unknown key', 'rules:\n  - steps: []\n    stepz: []\n', /^bad\.yaml:2:5: rules\[0\]: .*stepz/],
  [
    'two things in one step',
    'rules:\n  - steps:\n      - say: a\n        hang: true\n',
    /^bad\.yaml:3:9: rules\[0\]\.steps\[0\]: a step is exactly one of/,
  ],
  [
    'a status that is none',
    'rules:\n  - steps:\n      - error: { status: 200 }\n',
    /^bad\.yaml:3:26: rules\[0\]\.steps\[0\]\.error\.status: /,
  ],
  [
    'a tool without its argument',
    'default:\n  - tool: { kind: shell }\n',
    /^bad\.yaml:2:11: default\[0\]\.tool\.command: /,
  ],
  [
    'a tool of no kind',
    'default:\n  - tool: { kind: dance }\n',
    /^bad\.yaml:2:19: default\[0\]\.tool\.kind: needs \{kind: shell, command\}/,
  ],
  [
    'a tool by name without arguments',
    'default:\n  - tool: { name: x }\n',
    /^bad\.yaml:2:11: default\[0\]\.tool\.args: /,
  ],
  [
    'a tool that is a text',
    'default:\n  - tool: ls\n',
    /^bad\.yaml:2:11: default\[0\]\.tool: needs \{kind: shell, command\}/,
  ],
  ['a text that is a number', 'default:\n  - say: 5\n', /^bad\.yaml:2:10: default\[0\]\.say: needs a text/],
  [
    'a foreign key in a tool',
    'default:\n  - tool: { kind: shell, command: a, cmd: b }\n',
    /^bad\.yaml:2:11: default\[0\]\.tool: .*cmd/,
  ],
  [
    'a broken regular expression',
    "rules:\n  - when: { matches: '(' }\n    steps: []\n",
    /^bad\.yaml:2:22: rules\[0\]\.when\.matches: is not a regular expression/,
  ],
  ['a pace that is a text', 'pace: fast\n', /^bad\.yaml:1:7: pace: /],
  ['a list', '- say: a\n', /^bad\.yaml:1:1: /],
  ['nothing', '', /^bad\.yaml: /],
  ['broken YAML', 'rules: [\n  a: {\n', /^bad\.yaml:\d+:\d+: /],
  ['the same key twice', 'name: a\nname: b\n', /^bad\.yaml:2:1: .*unique/],
];

for (const [name, text, message] of BAD) {
  test(`a scenario with ${name} is refused with the place`, () => {
    assert.throws(
      () => parseScenario(text, 'bad.yaml'),
      (error) =>
        error instanceof ScenarioError &&
        error.code === 'scenario_invalid' &&
        (assert.match(error.message, message), true),
    );
  });
}

test('a file that is not there is refused by its name', async () => {
  await assert.rejects(loadScenario('/nowhere/x.yaml'), {
    name: 'ScenarioError',
    message: '/nowhere/x.yaml: cannot be read',
  });
});

test('JSON is read like YAML, and what was read may be given again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'rehearsal-scenario-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'a.json');
  await writeFile(
    file,
    '{"rules": [{"when": "hi", "steps": [{"say": "ho"}, {"cut": true}, {"stall": true}, {"hang": true}]}]}',
  );
  const scenario = await loadScenario(file);
  assert.deepEqual(scenario.rules[0], {
    when: { text: 'hi' },
    steps: [{ say: { text: 'ho' } }, { cut: { after: 0 } }, { stall: {} }, { hang: {} }],
  });
  assert.deepEqual(checkScenario(scenario), scenario);
});

async function answers(
  t: TestContext,
  scenario: Scenario,
  ...inputs: readonly (string | readonly object[])[]
): Promise<readonly string[]> {
  const server = await startServer(t, { scenario });
  const texts: string[] = [];
  for (const input of inputs) {
    const { json } = await post(`${server.openaiUrl}/responses`, { model: 'm', input, tools: [CODEX_SHELL] });
    texts.push(textOf(json));
  }
  return texts;
}

test('the first rule that fits answers: by text, by expression, by step; else the default', async (t) => {
  const result = (output: string): readonly object[] => [
    { role: 'user', content: 'look' },
    { type: 'function_call', call_id: '1', name: 'x', arguments: '{}' },
    { type: 'function_call_output', call_id: '1', output },
  ];
  const scenario: Scenario = {
    rules: [
      { when: 'HELLO', steps: [{ say: 'text' }] },
      { when: { matches: '^b.e$' }, steps: [{ say: 'expression' }] },
      { when: { text: 'look', step: 1 }, steps: [{ say: 'saw {{result}} for {{person}}' }] },
    ],
    default: [{ say: 'default' }],
  };
  assert.deepEqual(await answers(t, scenario, 'oh hello', 'Bye', 'look', result('$& it')), [
    'text',
    'expression',
    'default',
    'saw $& it for look',
  ]);
});

test('without a rule that fits the persona answers', async (t) => {
  const [text] = await answers(t, { rules: [{ when: 'x', steps: [] }] }, 'say "hi"');
  assert.match(text ?? '', /rehearsal model[\s\S]*hi$/);
});

test('a fault with times happens so often for each request and is then skipped', async (t) => {
  const server = await startServer(t, {
    scenario: { rules: [{ steps: [{ error: { status: 500, times: 2 } }, { cut: { times: 1 } }, { say: 'ok' }] }] },
  });
  const url = `${server.openaiUrl}/responses`;
  for (const person of ['a', 'b']) {
    const request = responsesRequest(person, { stream: false });
    assert.equal((await post(url, request)).status, 500);
    assert.equal((await post(url, request)).status, 500);
    assert.ok((await postUntilBroken(url, request)).error instanceof Error);
    assert.equal(textOf((await post(url, request)).json), 'ok');
  }
});

test('directives are heeded only when the scenario says so', async (t) => {
  const withThem = await startServer(t, { scenario: { directives: true } });
  assert.equal((await post(`${withThem.openaiUrl}/responses`, responsesRequest('say "hi" [[error 503]]'))).status, 503);
  assert.ok(
    (await postUntilBroken(`${withThem.openaiUrl}/responses`, responsesRequest('say "hi" [[cut 1]]'))).error instanceof
      Error,
  );
  const without = await startServer(t);
  assert.equal((await post(`${without.openaiUrl}/responses`, responsesRequest('say "hi" [[error 503]]'))).status, 200);
});

test('directives are taken out of the text, and what is none stays in it', () => {
  const { text, steps } = readDirectives(
    'a [[slow 5]] b [[error 429 retry-after 2 times 3]] [[gate g]] [[stall 10]] [[hang times 1]] [[cut 3]] c [[error x]] [[dance]]',
  );
  assert.equal(text, 'a b c [[error x]] [[dance]]');
  assert.deepEqual(steps, [
    { pace: 5 },
    { error: { status: 429, retryAfter: 2, times: 3 } },
    { gate: 'g' },
    { stall: { forMs: 10 } },
    { hang: { times: 1 } },
    { cut: { after: 3 } },
  ]);
});
