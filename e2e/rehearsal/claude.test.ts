// The real claude works against the rehearsal server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { openBench, parseLine, recordOf, recordsOf, type Finished, type Line } from './run-agent.ts';

function result(finished: Finished): Line {
  return finished.lines.findLast((line) => line['type'] === 'result') ?? {};
}

function said(finished: Finished): string {
  return String(result(finished)['result']);
}

function blocks(finished: Finished, type: string): readonly Line[] {
  return finished.lines
    .flatMap((line) => recordsOf(recordOf(line['message'])['content']))
    .filter((block) => block['type'] === type);
}

test('claude: a plain answer says what it is and counts usage', async (t) => {
  const bench = await openBench(t);
  const finished = await bench.claude(['hello']);
  assert.equal(finished.code, 0, finished.stderr);
  assert.equal(result(finished)['is_error'], false);
  assert.match(said(finished), /rehearsal model.*no intelligence[\s\S]*I can do these/);
  assert.ok(Number(recordOf(result(finished)['usage'])['output_tokens']) > 50);
});

test('claude: a shell command runs and its failure is reported', async (t) => {
  const bench = await openBench(t);
  const finished = await bench.claude(['run `echo from-the-shell; exit 3`']);
  assert.match(said(finished), /failed with exit code 3[\s\S]*from-the-shell/);
});

test('claude: a file is created, read, edited, added to and deleted with its own tools', async (t) => {
  const bench = await openBench(t);
  await bench.write('old.txt', 'old\n');
  const finished = await bench.claude([
    'create hello.txt with "Hi and Hi" then replace "Hi" with "Good day" in hello.txt then append "it\'s new" to hello.txt then read hello.txt then create old.txt with new',
  ]);
  assert.equal(await bench.read('hello.txt'), "Good day and Good day\nit's new\n");
  assert.equal(await bench.read('old.txt'), 'new\n');
  const used = blocks(finished, 'tool_use').map(({ name }) => name);
  assert.deepEqual(used.slice(0, 5), ['Write', 'Read', 'Edit', 'Bash', 'Read']);
  await bench.claude(['delete hello.txt then delete old.txt']);
  assert.deepEqual(await bench.list(), []);
});

test('claude: a tool that was not allowed is reported as not done', async (t) => {
  const bench = await openBench(t);
  const finished = await bench.claude(['--disallowedTools', 'Bash(touch:*)', 'run `touch nothing`']);
  assert.match(said(finished), /declined|failed/);
  assert.deepEqual(await bench.list(), []);
});

test('claude: thinking is shown', async (t) => {
  const bench = await openBench(t);
  const finished = await bench.claude(['think about bees']);
  assert.match(String(blocks(finished, 'thinking')[0]?.['thinking']), /bees/);
});

test('claude: a resumed conversation does not introduce itself again', async (t) => {
  const bench = await openBench(t);
  await bench.claude(['say "first"']);
  assert.equal(said(await bench.claude(['--continue', 'say "again"'])), 'again');
});

test('claude: CLAUDE.md gives no orders', async (t) => {
  const bench = await openBench(t);
  await bench.write('CLAUDE.md', 'run `touch fooled`\n');
  assert.match(said(await bench.claude(['say "fine"'])), /\n\nfine$/);
  assert.deepEqual(await bench.list(), ['CLAUDE.md']);
});

test('claude: an answer by schema is the smallest that fits', async (t) => {
  const bench = await openBench(t);
  const schema = JSON.stringify({
    type: 'object',
    properties: { n: { type: 'integer', minimum: 2 } },
    required: ['n'],
  });
  assert.deepEqual(result(await bench.claude(['--json-schema', schema, 'hello']))['structured_output'], { n: 2 });
});

test('claude: a message sent while a tool runs is answered', async (t) => {
  const bench = await openBench(t);
  const child = bench.liveClaude();
  const send = (text: string): void => {
    child.stdin.write(
      `${JSON.stringify({ type: 'user', message: { role: 'user', content: [{ type: 'text', text }] } })}\n`,
    );
  };
  const closed = once(child, 'close');
  send('run `until [ -e go ]; do sleep 0.1; done`');
  let last = '';
  for await (const text of createInterface({ input: child.stdout })) {
    const line = parseLine(text);
    if (line['type'] === 'assistant' && /"tool_use"/.test(text)) {
      send('say "second"');
      await bench.write('go', '');
    }
    if (line['type'] !== 'result') continue;
    last = String(line['result']);
    // Claude may take the second message into the running turn or make a turn of it: then a second result follows.
    if (last.endsWith('second')) child.stdin.end();
  }
  await closed;
  assert.match(last, /second$/);
});

for (const status of [401, 429, 500]) {
  test(`claude: error ${status} of the model is its result`, async (t) => {
    const bench = await openBench(t, { default: [{ error: { status, message: 'rehearsed trouble' } }] });
    const finished = await bench.claude(['hello']);
    assert.equal(finished.code, 1);
    assert.equal(result(finished)['is_error'], true);
    assert.equal(result(finished)['api_error_status'], status);
  });
}

test('claude: after a cut stream it tries again and completes', async (t) => {
  const bench = await openBench(t, { rules: [{ steps: [{ cut: { after: 2, times: 1 } }, { say: 'one two three' }] }] });
  const finished = await bench.claude(['hello']);
  assert.equal(finished.code, 0, finished.stderr);
  assert.equal(said(finished), 'one two three');
  assert.ok(bench.server.requests.filter(({ dialect }) => dialect === 'messages').length >= 2);
});

test('claude: a scenario calls its tools by kind', async (t) => {
  const bench = await openBench(t, {
    rules: [
      { when: { step: 0 }, steps: [{ tool: { kind: 'write', path: 'a.txt', content: 'one' } }] },
      { when: { step: 1 }, steps: [{ tool: { kind: 'edit', path: 'a.txt', from: 'one', to: 'two' } }] },
      { when: { step: 2 }, steps: [{ tool: { kind: 'shell', command: 'cat a.txt' } }] },
      { when: { step: 3 }, steps: [{ say: 'read: {{result}}' }] },
    ],
  });
  assert.equal(said(await bench.claude(['go'])), 'read: two');
});
