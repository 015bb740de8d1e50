import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { objectOf, stringOf, type JsonObject } from '../shape.ts';

const program = fileURLToPath(new URL('kimi-legacy.ts', import.meta.url));

interface Place {
  readonly cwd: string;
  readonly share: string;
}

function place(t: TestContext): Place {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'parley-kimi-stand-in-')));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return { cwd: root, share: join(root, '.kimi') };
}

function run({ cwd, share }: Place, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, ['--conditions=source', program, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], KIMI_SHARE_DIR: share, KIMI_API_KEY: 'any', ...env },
  });
}

interface Printed {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const empty = (): Readable => Readable.from([]);

async function print(
  at: Place,
  args: readonly string[],
  stdin: string,
  env: Record<string, string> = {},
): Promise<Printed> {
  const child = run(at, args, env);
  child.stdin?.end(stdin);
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout ?? empty()), text(child.stderr ?? empty()), closed]);
  return { code, out, err };
}

const jsonArgs = ['--print', '--output-format', 'stream-json', '--input-format', 'text'];
const messagesIn = (out: string): readonly JsonObject[] =>
  out.split('\n').flatMap((line) => (line.startsWith('{') ? [objectOf(JSON.parse(line))] : []));

/** A client of the wire: sends requests, answers with `answer`, and keeps what came. */
class Client {
  readonly seen: JsonObject[] = [];
  readonly closed: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #replies = new Map<string, (message: JsonObject) => void>();
  readonly #watchers: {
    readonly fits: (message: JsonObject) => boolean;
    readonly found: (message: JsonObject) => void;
  }[] = [];
  #next = 1;

  constructor(t: TestContext, at: Place, args: readonly string[] = [], answer?: (request: JsonObject) => JsonObject) {
    const child = run(at, ['--wire', ...args]);
    this.#child = child;
    this.closed = new Promise((resolve) => child.once('close', resolve));
    t.after(async () => {
      child.kill('SIGTERM');
      await this.closed;
    });
    createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
      const message = objectOf(line.startsWith('{') ? JSON.parse(line) : {});
      this.seen.push(message);
      const { id, method } = message;
      if (method === 'request' && answer !== undefined)
        this.write({ jsonrpc: '2.0', id, result: answer(objectOf(message['params'])) });
      if (method === undefined) this.#replies.get(stringOf(id))?.(message);
      for (const watcher of this.#watchers) if (watcher.fits(message)) watcher.found(message);
    });
  }

  write(message: JsonObject | string): void {
    this.#child.stdin?.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
  }

  end(): void {
    this.#child.stdin?.end();
  }

  call(method: string, params: JsonObject = {}): Promise<JsonObject> {
    const id = `c${this.#next++}`;
    const reply = new Promise<JsonObject>((resolve) => this.#replies.set(id, resolve));
    this.write({ jsonrpc: '2.0', id, method, params });
    return reply;
  }

  event(type: string): Promise<JsonObject> {
    return new Promise((found) => {
      this.#watchers.push({ fits: (message) => objectOf(message['params'])['type'] === type, found });
    });
  }

  types(): readonly string[] {
    const types = this.seen.map((message) => stringOf(objectOf(message['params'])['type']));
    return types.filter((type, at) => type !== '' && (type !== 'ContentPart' || types[at - 1] !== type));
  }

  said(): string {
    return this.seen
      .map((message) => objectOf(objectOf(message['params'])['payload']))
      .map((payload) => stringOf(payload['text']))
      .join('');
  }
}

const approve = (request: JsonObject): JsonObject => ({
  request_id: objectOf(request['payload'])['id'],
  response: 'approve',
});

test('it says that it is legacy kimi, and what cannot be combined', async (t) => {
  const at = place(t);
  assert.equal((await print(at, ['--version'], '')).out, 'kimi, version 1.49.0\n');
  const both = await print(at, ['--print', '--wire'], '');
  assert.equal(both.code, 2);
  assert.match(both.err, /Cannot combine --print, --wire\./);
});

test('print: whole messages, real tools, no id on stdout, and the session that was asked for', async (t) => {
  const at = place(t);
  const first = await print(
    at,
    [...jsonArgs, '-S', 'my-id'],
    'create a.txt with the text "one" then run: `cat a.txt; exit 3`',
  );
  assert.equal(first.code, 0);
  assert.doesNotMatch(first.out, /my-id/);
  assert.match(first.err, /To resume this session: kimi -r my-id/);
  assert.equal(readFileSync(join(at.cwd, 'a.txt'), 'utf8'), 'one\n');
  const messages = messagesIn(first.out);
  assert.ok(
    messages.some((message) => message['role'] === 'tool' && JSON.stringify(message).includes('exit code: 3.')),
  );
  const second = await print(at, [...jsonArgs, '-S', 'my-id'], 'say "again"');
  assert.deepEqual(messagesIn(second.out), [{ role: 'assistant', content: 'again' }]);
});

test('print: errors are plain text on stdout, and 75 means "try again"', async (t) => {
  const at = place(t);
  const busy = await print(at, jsonArgs, 'say "x" [[error 503]]');
  assert.deepEqual([busy.code, busy.out.startsWith('Error code: 503')], [75, true]);
  const refused = await print(at, jsonArgs, 'say "x" [[error 400]]');
  assert.equal(refused.code, 1);
  const later = await print(at, jsonArgs, 'say "x" [[error 503 times 1]]');
  assert.deepEqual([later.code, messagesIn(later.out).length], [0, 1]);
  const nobody = await print(at, jsonArgs, 'say "x"', { KIMI_API_KEY: '' });
  assert.deepEqual([nobody.code, nobody.out], [1, 'LLM not set\n']);
});

test('print: two at once in one folder have their own sessions', async (t) => {
  const at = place(t);
  await Promise.all([print(at, [...jsonArgs, '-S', 'a'], 'say "x"'), print(at, [...jsonArgs, '-S', 'b'], 'say "y"')]);
  const a = await print(at, [...jsonArgs, '-S', 'a'], 'say "z"');
  assert.deepEqual(messagesIn(a.out), [{ role: 'assistant', content: 'z' }]);
});

test('wire: a turn with a tool has the order of kimi 1.49.0', async (t) => {
  const client = new Client(t, place(t), ['--session', 's1'], approve);
  const hello = await client.call('initialize', { protocol_version: '1.10' });
  assert.equal(objectOf(hello['result'])['protocol_version'], '1.10');
  const reply = await client.call('prompt', { user_input: 'run: echo hi' });
  assert.deepEqual(reply['result'], { status: 'finished' });
  assert.deepEqual(client.types(), [
    'TurnBegin',
    'StepBegin',
    'ContentPart',
    'ToolCall',
    'ToolCallPart',
    'StatusUpdate',
    'ApprovalRequest',
    'ApprovalResponse',
    'ToolResult',
    'StepBegin',
    'ContentPart',
    'StatusUpdate',
    'TurnEnd',
  ]);
});

test('wire: a plain no ends the turn, a no with words does not', async (t) => {
  const reject = (more: JsonObject) => (request: JsonObject) => ({ ...approve(request), response: 'reject', ...more });
  const at = place(t);
  const plain = new Client(t, at, [], reject({}));
  assert.deepEqual((await plain.call('prompt', { user_input: 'run: echo hi' }))['result'], { status: 'finished' });
  assert.deepEqual(plain.types().slice(-2), ['ToolResult', 'TurnEnd']);
  const worded = new Client(t, at, [], reject({ feedback: 'not now' }));
  await worded.call('prompt', { user_input: 'run: echo hi' });
  assert.match(worded.said(), /declined/);
  const wrong = new Client(t, at, [], () => ({ request_id: 'another', response: 'approve' }));
  await wrong.call('prompt', { user_input: 'run: touch done' });
  assert.equal(existsSync(join(at.cwd, 'done')), false);
});

test('wire: words are taken between two steps, and told', async (t) => {
  const client = new Client(t, place(t), ['--yolo']);
  const running = client.event('ToolCallPart');
  const reply = client.call('prompt', { user_input: 'run: sleep 0.3' });
  await running;
  assert.deepEqual((await client.call('steer', { user_input: 'say "steered"' }))['result'], { status: 'steered' });
  await reply;
  assert.ok(client.types().indexOf('SteerInput') > client.types().indexOf('ToolResult'));
  assert.match(client.said(), /steered/);
  assert.equal(objectOf((await client.call('steer', { user_input: 'x' }))['error'])['code'], -32000);
});

test('wire: a cancel kills the command, and the next turn works', async (t) => {
  const client = new Client(t, place(t), ['--yolo']);
  const running = client.event('ToolCallPart');
  const reply = client.call('prompt', { user_input: 'run: sleep 30' });
  await running;
  assert.equal(objectOf((await client.call('prompt', { user_input: 'x' }))['error'])['code'], -32000);
  assert.deepEqual((await client.call('cancel'))['result'], {});
  assert.deepEqual((await reply)['result'], { status: 'cancelled' });
  assert.deepEqual((await client.call('prompt', { user_input: 'say "on"' }))['result'], { status: 'finished' });
});

test('wire: a broken answer is begun anew, and a lasting failure is an error of the prompt', async (t) => {
  const client = new Client(t, place(t));
  await client.call('prompt', { user_input: 'say "one two three" [[cut 2 times 1]]' });
  assert.ok(client.types().includes('StepRetry'));
  const error = objectOf((await client.call('prompt', { user_input: 'x [[error 500]]' }))['error']);
  assert.deepEqual([error['code'], error['data']], [-32003, null]);
  assert.deepEqual(client.types().slice(-2), ['StepInterrupted', 'TurnEnd']);
});

test('wire: a limit of steps is told with its number', async (t) => {
  const client = new Client(t, place(t), ['--yolo', '--max-steps-per-turn', '1']);
  const reply = await client.call('prompt', { user_input: 'run: echo hi' });
  assert.deepEqual(reply['result'], { status: 'max_steps_reached', steps: 1 });
});

test('wire: what is no request of the protocol is refused, and EOF ends it', async (t) => {
  const client = new Client(t, place(t));
  const refused = (message: JsonObject | string): Promise<unknown> => {
    const before = client.seen.length;
    client.write(message);
    return client.call('nothing').then(() => objectOf(client.seen[before]?.['error'])['code']);
  };
  assert.equal(await refused('{"half": '), -32700);
  assert.equal(await refused({ jsonrpc: '2.0', id: 7, method: 'prompt' }), -32600);
  assert.equal(await refused({ id: 'x', method: 'prompt' }), -32600);
  client.end();
  assert.equal(await client.closed, 0);
});

test('wire: a question is asked only of those who can answer it', async (t) => {
  const answers = (request: JsonObject): JsonObject => ({ ...approve(request), answers: { 'Which?': 'red' } });
  const client = new Client(t, place(t), [], answers);
  await client.call('prompt', { user_input: '[[question Which? | red | blue]] say "ok"' });
  assert.equal(client.types().includes('QuestionRequest'), false);
  await client.call('initialize', { capabilities: { supports_question: true } });
  await client.call('prompt', { user_input: '[[question Which? | red | blue]] say "ok"' });
  const result = client.seen.findLast((message) => objectOf(message['params'])['type'] === 'ToolResult');
  assert.match(JSON.stringify(result), /red/);
});

test('wire: it dies when it is told to', async (t) => {
  const client = new Client(t, place(t));
  void client.call('prompt', { user_input: 'say "x" [[crash]]' });
  assert.equal(await client.closed, 70);
});
