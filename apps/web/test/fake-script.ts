// What the fake daemon's agent does with a prompt: a turn with everything in it, or a special one by keyword.

import { errorBody, newId } from '@parley/schema';
import type {
  Approval,
  ApprovalAnswer,
  ApprovalRequest,
  EventBody,
  Item,
  ItemId,
  SessionId,
  Usage,
} from '@parley/schema';
import { setTimeout as wait } from 'node:timers/promises';
import type { FakeSessions, RunningTurn } from './fake-sessions.ts';

export type TurnEndEvent = Extract<
  EventBody,
  { type: 'turn.completed' | 'turn.interrupted' | 'turn.failed' | 'turn.lost' }
>;

export const answerText = `The tests were slow because every one of them **started its own server**. They share one now.

## What changed

1. \`src/server.ts\` listens on port 0 and tells the port.
2. The tests wait for the *event*, not for a second to pass.

\`\`\`ts
// One server for the whole file.
export async function listen(port = 0): Promise<string> {
  const server = createServer(handle);
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return \`http://127.0.0.1:\${(server.address() as AddressInfo).port}\`;
}
\`\`\`

| Suite | Before | After |
| --- | ---: | ---: |
| unit | 12.4 s | 0.9 s |
| end to end | 48 s | 21 s |

- [x] unit tests
- [ ] the flaky one in [\`retry.test.ts\`](https://example.org/retry), see <script>alert(1)</script>

> Nothing else was touched. ![a picture](https://example.org/x.png) [bad](javascript:alert(1))
`;

export const diff = `--- a/src/server.ts
+++ b/src/server.ts
@@ -1,9 +1,11 @@
 import { createServer } from 'node:http';
+import { once } from 'node:events';
 
-export function listen(port: number): void {
-  createServer(handle).listen(port);
+export async function listen(port = 0): Promise<string> {
+  const server = createServer(handle);
+  await once(server.listen(port, '127.0.0.1'), 'listening');
+  return \`http://127.0.0.1:\${server.address().port}\`;
 }
 
 function handle(request: IncomingMessage, response: ServerResponse): void {
   response.end('ok');
 }
`;

const usage: Usage = { inputUncached: 2311, cacheRead: 10_144, output: 833, reasoning: 210 };

/** Plays one turn and resolves to its end. */
export async function playTurn(
  sessions: FakeSessions,
  id: SessionId,
  running: RunningTurn,
  text: string,
): Promise<TurnEndEvent> {
  const { turnId, stop } = running;
  const play = new Play(sessions, id, running);
  try {
    if (text.includes('fail')) {
      await play.retry();
      return {
        type: 'turn.failed',
        turnId,
        error: errorBody('model_overloaded', 'The model server answered 503 four times.', {
          stderrTail: 'stream error: 503',
        }),
      };
    }
    if (text.includes('question')) await play.ask(question);
    else if (text.includes('long')) await play.longOutput();
    else if (text.includes('short')) await play.say('Done.');
    else await play.everything();
    await play.settleSteered();
    return { type: 'turn.completed', turnId, ...(text.includes('no usage') ? {} : { usage }) };
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    play.endOpen();
    return { type: 'turn.interrupted', turnId, usage: { inputUncached: 1200 } };
  }
}

const question: ApprovalRequest = {
  id: 'apr_q.1' as ApprovalRequest['id'],
  kind: 'question',
  title: 'Which way shall I go?',
  questions: [
    {
      id: 'q1',
      text: 'Which database?',
      multiple: false,
      choices: [{ label: 'SQLite', description: 'One file, no server' }, { label: 'PostgreSQL' }],
    },
    { id: 'q2', text: 'Anything else?', multiple: true, choices: [] },
  ],
  options: [
    { id: 'answer', label: 'Answer', effect: 'allow' },
    { id: 'skip', label: 'Skip', effect: 'deny' },
  ],
};

const command: Omit<ApprovalRequest, 'id'> = {
  kind: 'command',
  title: 'Run npm test',
  command: 'npm test -- --only server',
  cwd: '/code/project',
  reason: 'The tests tell whether the change is right.',
  options: [
    { id: 'yes', label: 'Allow', effect: 'allow' },
    { id: 'always', label: 'Always allow npm test', effect: 'allow-always' },
    { id: 'no', label: 'Deny', effect: 'deny' },
    { id: 'stop', label: 'Deny and stop', effect: 'cancel' },
  ],
};

class Play {
  readonly #sessions: FakeSessions;
  readonly #id: SessionId;
  readonly #running: RunningTurn;
  readonly #open = new Map<ItemId, Item>();

  constructor(sessions: FakeSessions, id: SessionId, running: RunningTurn) {
    this.#sessions = sessions;
    this.#id = id;
    this.#running = running;
  }

  async everything(): Promise<void> {
    const steps = (done: number) =>
      ['Find what is slow', 'Share one server', 'Run the tests'].map(
        (text, index) =>
          ({ text, status: index < done ? 'completed' : index === done ? 'in_progress' : 'pending' }) as const,
      );
    const plan = newId('item');
    await this.stream(
      { id: newId('item'), type: 'reasoning', text: '' },
      '**Looking for what is slow**\n\nEach test file seems to start its own server. I will check how `listen` is used and whether they can share one.',
    );
    this.#put('item.started', { id: plan, type: 'plan', steps: steps(0) });
    await this.stream(
      {
        id: newId('item'),
        type: 'command',
        status: 'running',
        command: 'rg -n "listen\\(" src test',
        cwd: '/code/project',
      },
      'src/server.ts:3:export function listen(port: number)\ntest/a.test.ts:9:  listen(3001);\ntest/b.test.ts:9:  listen(3002);\n',
      { exitCode: 0, durationMs: 140 },
    );
    this.#put('item.completed', {
      id: newId('item'),
      type: 'tool_call',
      status: 'completed',
      name: 'read_file',
      server: 'files',
      title: 'src/server.ts',
      input: '{"path":"src/server.ts"}',
      output: 'import { createServer } …',
    });
    this.#put('item.completed', { id: plan, type: 'plan', steps: steps(1) });
    this.#put('item.completed', {
      id: newId('item'),
      type: 'file_change',
      status: 'completed',
      changes: [
        { path: 'src/server.ts', kind: 'update', added: 5, removed: 2, diff },
        { path: 'test/shared-server.ts', kind: 'add', added: 14, removed: 0 },
      ],
    });
    this.#emit({
      type: 'notice',
      turnId: this.#running.turnId,
      level: 'info',
      code: 'unknown_event',
      text: 'thread/goal/updated',
      raw: '{"method":"thread/goal/updated"}',
    });
    await this.settleSteered();
    const answer = await this.ask({ ...command, id: newId('approval') });
    if (answer?.optionId === 'no') return this.say('You did not want the tests to run, so I stopped before them.');
    await this.stream(
      {
        id: newId('item'),
        type: 'command',
        status: 'running',
        command: 'npm test -- --only server',
        cwd: '/code/project',
      },
      '\u001B[32m✔\u001B[0m listens (12 ms)\n\u001B[31m✖ answers\u001B[0m (3 ms)\n',
      { exitCode: 1, durationMs: 2400 },
    );
    this.#put('item.completed', { id: plan, type: 'plan', steps: steps(3) });
    await this.say(answerText);
  }

  async longOutput(): Promise<void> {
    const output = Array.from({ length: 2400 }, (_, n) => `line ${n + 1} of the log`).join('\n');
    this.#put('item.completed', {
      id: newId('item'),
      type: 'command',
      status: 'completed',
      command: 'cat big.log',
      output,
      exitCode: 0,
      durationMs: 90,
    });
    for (let n = 0; n < 12; n++)
      await this.say(`Paragraph ${n + 1}. ${'Some words that fill the line and the page. '.repeat(8)}`);
  }

  async retry(): Promise<void> {
    for (let n = 1; n <= 4; n++) {
      this.#emit({
        type: 'notice',
        turnId: this.#running.turnId,
        level: 'warning',
        code: 'retrying',
        text: `The model server is overloaded: trying again (${n} of 4).`,
      });
      await this.#pause();
    }
  }

  say(text: string): Promise<void> {
    return this.stream({ id: newId('item'), type: 'assistant_message', text: '' }, text);
  }

  async stream(
    item: Item,
    text: string,
    end: { readonly exitCode?: number; readonly durationMs?: number } = {},
  ): Promise<void> {
    this.#put('item.started', item);
    this.#open.set(item.id, item);
    for (let at = 0; at < text.length; at += 24) {
      this.#emit({ type: 'item.delta', turnId: this.#running.turnId, itemId: item.id, text: text.slice(at, at + 24) });
      await this.#pause();
    }
    this.#open.delete(item.id);
    if (item.type === 'command')
      this.#put('item.completed', {
        ...item,
        ...end,
        status: end.exitCode === 0 ? 'completed' : 'failed',
        output: text,
      });
    else if (item.type === 'assistant_message' || item.type === 'reasoning')
      this.#put('item.completed', { ...item, text });
  }

  async ask(request: ApprovalRequest): Promise<ApprovalAnswer | undefined> {
    const { turnId, stop, answers } = this.#running;
    const at = this.#sessions.now();
    const approval: Approval = { ...request, sessionId: this.#id, turnId, requestedAt: at, deadlineAt: at + 600_000 };
    const answer = await new Promise<ApprovalAnswer | undefined>((resolve, reject) => {
      answers.set(request.id, resolve);
      stop.signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
      this.#emit({ type: 'approval.requested', turnId, approval });
    }).finally(() => answers.delete(request.id));
    const effect = request.options.find(({ id }) => id === answer?.optionId)?.effect ?? 'deny';
    const outcome = effect === 'deny' ? 'denied' : effect === 'cancel' ? 'cancelled' : 'allowed';
    this.#emit({
      type: 'approval.resolved',
      turnId,
      approvalId: request.id,
      resolution: { outcome, by: 'person', optionId: answer?.optionId ?? '', at: this.#sessions.now() },
    });
    if (outcome === 'cancelled') {
      stop.abort();
      stop.signal.throwIfAborted();
    }
    if (request.kind === 'question') await this.say(`You said: ${JSON.stringify(answer?.answers)}`);
    return answer;
  }

  async settleSteered(): Promise<void> {
    for (const { turnId, itemId, text } of this.#running.steered.splice(0)) {
      this.#put('item.completed', { id: itemId, type: 'user_message', text, steer: { turnId, delivery: 'consumed' } });
      await this.say(`Noted: ${text}`);
    }
  }

  endOpen(): void {
    for (const item of this.#open.values())
      this.#put('item.completed', item.type === 'command' ? { ...item, status: 'interrupted' } : item);
  }

  #put(type: 'item.started' | 'item.completed', item: Item): void {
    this.#emit({ type, turnId: this.#running.turnId, item });
  }

  #emit(body: EventBody): void {
    this.#sessions.emit(this.#id, body);
  }

  async #pause(): Promise<void> {
    await wait(this.#sessions.pace, undefined, { signal: this.#running.stop.signal });
  }
}
