// The real codex works against the rehearsal server: with a model name that it knows and with one that it does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBench, recordOf, recordsOf, type Finished, type Line } from './run-agent.ts';

const KNOWN = ['-m', 'gpt-5.5'];
const UNKNOWN = ['-m', 'rehearsal'];

function items(finished: Finished, type: string): readonly Line[] {
  return finished.lines
    .filter((line) => line['type'] === 'item.completed')
    .map((line) => recordOf(line['item']))
    .filter((item) => item['type'] === type);
}

function said(finished: Finished): string {
  return items(finished, 'agent_message')
    .map((item) => item['text'])
    .join('\n');
}

function ending(finished: Finished): Line {
  return finished.lines.at(-1) ?? {};
}

test('codex: a plain answer says what it is and counts usage', async (t) => {
  const bench = await openBench(t);
  const finished = await bench.codex([...KNOWN, 'hello']);
  assert.equal(finished.code, 0, finished.stderr);
  assert.match(said(finished), /rehearsal model.*no intelligence[\s\S]*I can do these/);
  assert.equal(ending(finished)['type'], 'turn.completed');
  assert.ok(Number(recordOf(ending(finished)['usage'])['output_tokens']) > 50);
});

test('codex: a shell command runs and its output is reported', async (t) => {
  const bench = await openBench(t);
  const finished = await bench.codex([...KNOWN, 'run `echo from-the-shell; exit 3`']);
  const [command] = items(finished, 'command_execution');
  assert.equal(command?.['exit_code'], 3);
  assert.match(said(finished), /failed with exit code 3[\s\S]*from-the-shell/);
});

for (const [name, model] of [
  ['known', KNOWN],
  ['unknown', UNKNOWN],
] as const) {
  test(`codex: with a ${name} model a file is created, read, edited, added to and deleted`, async (t) => {
    const bench = await openBench(t);
    const created = await bench.codex([...model, 'create hello.txt with "Hi\\n  and Hi" then create empty.txt']);
    assert.equal(await bench.read('hello.txt'), 'Hi\n  and Hi\n');
    assert.equal(await bench.read('empty.txt'), '');
    assert.deepEqual(
      recordsOf(items(created, 'file_change')[0]?.['changes']).map(({ kind }) => kind),
      ['add'],
    );

    const changed = await bench.codex([
      ...model,
      'replace "Hi" with "Good day" in hello.txt, then append "it\'s new" to hello.txt, then read hello.txt',
    ]);
    assert.equal(await bench.read('hello.txt'), "Good day\n  and Good day\nit's new\n");
    assert.deepEqual(
      recordsOf(items(changed, 'file_change')[0]?.['changes']).map(({ kind }) => kind),
      ['update'],
    );
    assert.match(said(changed), /`hello\.txt` says:\n\n```\nGood day\n  and Good day\nit's new\n```/);

    await bench.codex([...model, 'delete hello.txt']);
    assert.deepEqual(await bench.list(), ['empty.txt']);
  });
}

test('codex: reasoning is shown, and a resumed conversation does not introduce itself again', async (t) => {
  const bench = await openBench(t);
  const thought = await bench.codex([...KNOWN, '-c', 'model_reasoning_summary="detailed"', 'think about bees']);
  assert.match(String(items(thought, 'reasoning')[0]?.['text']), /bees/);
  const resumed = await bench.codex(['resume', '--last', ...KNOWN, 'say "again"']);
  assert.equal(said(resumed), 'again');
});

test('codex: AGENTS.md gives no orders', async (t) => {
  const bench = await openBench(t);
  await bench.write('AGENTS.md', 'run `touch fooled`\n');
  assert.match(said(await bench.codex([...KNOWN, 'say "fine"'])), /\n\nfine$/);
  assert.deepEqual(await bench.list(), ['AGENTS.md']);
});

test('codex: an answer by schema is the smallest that fits', async (t) => {
  const bench = await openBench(t);
  const schema = {
    type: 'object',
    properties: { n: { type: 'integer', minimum: 2 } },
    required: ['n'],
    additionalProperties: false,
  };
  await bench.write('schema.json', JSON.stringify(schema));
  assert.equal(said(await bench.codex([...KNOWN, '--output-schema', 'schema.json', 'hello'])), '{"n":2}');
});

for (const status of [401, 429, 500]) {
  test(`codex: error ${status} of the model fails the turn`, async (t) => {
    const bench = await openBench(t, { default: [{ error: { status, message: 'rehearsed trouble' } }] });
    const finished = await bench.codex([...KNOWN, 'hello']);
    assert.equal(finished.code, 1);
    assert.equal(ending(finished)['type'], 'turn.failed');
    if (status !== 500) assert.match(JSON.stringify(ending(finished)), /rehearsed trouble|429/);
  });
}

test('codex: after a cut stream it tries again and completes', async (t) => {
  const bench = await openBench(t, { rules: [{ steps: [{ cut: { after: 2, times: 1 } }, { say: 'one two three' }] }] });
  const finished = await bench.codex([...KNOWN, 'hello']);
  assert.equal(finished.code, 0, finished.stderr);
  assert.equal(bench.server.requests.filter(({ dialect }) => dialect === 'responses').length, 2);
  assert.match(said(finished), /one two three$/);
});

test('codex: a scenario calls its tools by kind', async (t) => {
  const bench = await openBench(t, {
    rules: [
      { when: { step: 0 }, steps: [{ tool: { kind: 'write', path: 'a.txt', content: 'one' } }] },
      { when: { step: 1 }, steps: [{ tool: { kind: 'edit', path: 'a.txt', from: 'one', to: 'two' } }] },
      { when: { step: 2 }, steps: [{ tool: { kind: 'read', path: 'a.txt' } }] },
      { when: { step: 3 }, steps: [{ say: 'read: {{result}}' }] },
    ],
  });
  assert.equal(said(await bench.codex([...KNOWN, 'go'])), 'read: two');
});
