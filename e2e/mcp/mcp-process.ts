// One `parley mcp` process and a client that is as small as can be: JSON lines over its two pipes, and an end to its patience.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export interface Called {
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly structuredContent: Readonly<Record<string, unknown>>;
  readonly isError?: boolean;
}

/** Calls back after so many milliseconds; what it returns calls it off. */
export type After = (ms: number, ring: () => void) => () => void;

export interface McpProcessOptions {
  /** Program and first arguments of the `parley` command. */
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Milliseconds after which this client gives a call up. Most clients have 60 s. */
  readonly patienceMs?: number;
  /** The clock of its patience: the real one when absent. */
  readonly after?: After;
}

type Message = Readonly<Record<string, unknown>>;
type Waiting = PromiseWithResolvers<Message>;

const realAfter: After = (ms, ring) => {
  const timer = setTimeout(ring, ms);
  return () => clearTimeout(timer);
};

export class McpProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** What it wrote to standard error. */
  said = '';
  readonly #patienceMs: number;
  readonly #after: After;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<unknown>;
  /** Lines on standard output that are no messages: there must be none. */
  readonly #strange: string[] = [];
  #lastId = 0;

  private constructor({ command, env, cwd, patienceMs = 60_000, after = realAfter }: McpProcessOptions) {
    const [program, ...args] = command;
    this.child = spawn(program, [...args, 'mcp'], { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#patienceMs = patienceMs;
    this.#after = after;
    this.#exited = once(this.child, 'exit');
    // It may be killed before it has read what it was sent.
    this.child.stdin.on('error', () => undefined);
    this.child.stderr.on('data', (bytes: Buffer) => (this.said += bytes.toString()));
    createInterface({ input: this.child.stdout }).on('line', (line) => this.#hear(line));
    this.child.once('exit', (code, signal) => {
      const error = new Error(`parley mcp ended with ${signal ?? code}: ${this.said}`);
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  /** Starts it and shakes hands. */
  static async start(options: McpProcessOptions): Promise<McpProcess> {
    const started = new McpProcess(options);
    const clientInfo = { name: 'e2e', version: '1' };
    await started.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    started.#send({ method: 'notifications/initialized' });
    return started;
  }

  get pid(): number {
    assert.ok(this.child.pid !== undefined);
    return this.child.pid;
  }

  /** The result of a request. Rejects when it is answered with an error, or not in time. */
  async request(method: string, params: Message = {}): Promise<Message> {
    const id = ++this.#lastId;
    const waiting: Waiting = Promise.withResolvers();
    this.#waiting.set(id, waiting);
    const callOff = this.#after(this.#patienceMs, () => {
      this.#send({ method: 'notifications/cancelled', params: { requestId: id } });
      const what = JSON.stringify(params).slice(0, 300);
      waiting.reject(new Error(`no answer to ${method} ${what} within ${this.#patienceMs} ms: ${this.said}`));
    });
    try {
      this.#send({ id, method, params });
      return await waiting.promise;
    } finally {
      callOff();
      this.#waiting.delete(id);
    }
  }

  async call(name: string, args: Message = {}): Promise<Called> {
    return (await this.request('tools/call', { name, arguments: args })) as unknown as Called;
  }

  /** As `call`, for what must not fail: what the tool tells. */
  async facts(name: string, args: Message = {}): Promise<Called['structuredContent']> {
    const called = await this.call(name, args);
    assert.notEqual(called.isError, true, `${name} ${JSON.stringify(args)}: ${JSON.stringify(called)} ${this.said}`);
    return called.structuredContent;
  }

  /** The client goes: closes the pipe, and waits for the end of the process. Returns its exit code. */
  async leave(): Promise<number | null> {
    this.child.stdin.end();
    await this.#exited;
    assert.deepEqual(this.#strange, [], 'standard output is the protocol only');
    return this.child.exitCode;
  }

  /** For the end of a test that failed. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  #send(message: Message): void {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #hear(line: string): void {
    let message: Message;
    try {
      message = JSON.parse(line) as Message;
    } catch {
      this.#strange.push(line);
      return;
    }
    const { id, result, error } = message;
    const waiting = typeof id === 'number' ? this.#waiting.get(id) : undefined;
    // What it tells without being asked is nobody's business here.
    if (waiting === undefined) return;
    if (error === undefined) waiting.resolve(result as Message);
    else waiting.reject(new Error(JSON.stringify(error)));
  }
}
