// Plays every scenario of the README: `# ask` is said, `# result` is what the tool then printed, `# fails` is the status of the
// first try, `# hear` is in the last answer.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { parseScenario } from './read-scenario.ts';
import { objectOf, stringOf } from './shape.ts';
import { post, startServer, textOf } from './test/ask.ts';
import { CODEX_SHELL } from './test/tools.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

test('the README has examples', () => {
  assert.ok(examples.length >= 4);
});

for (const [index, example] of examples.entries()) {
  const wanted = objectOf(parse((example.match(/^# \w+: .*$/gm) ?? []).map((line) => line.slice(2)).join('\n')));
  const { ask, hear, result, fails } = wanted;
  test(`README example ${index + 1} does what it says: ${stringOf(ask)}`, async (t) => {
    const server = await startServer(t, { scenario: parseScenario(example) });
    const send = (...more: readonly object[]): ReturnType<typeof post> =>
      post(`${server.openaiUrl}/responses`, {
        model: 'm',
        tools: [CODEX_SHELL],
        input: [{ role: 'user', content: ask }, ...more],
      });
    if (fails !== undefined) assert.equal((await send()).status, fails);
    let answer = await send();
    if (result !== undefined) {
      const output = Array.isArray(answer.json['output']) ? answer.json['output'] : [];
      const { call_id } = objectOf(output.at(-1));
      assert.ok(call_id !== undefined, 'the first answer calls no tool');
      answer = await send(...output, { type: 'function_call_output', call_id, output: result });
    }
    assert.equal(answer.status, 200);
    assert.ok(textOf(answer.json).includes(stringOf(hear)), textOf(answer.json));
  });
}
