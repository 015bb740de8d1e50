// `kimi --wire` of the legacy Kimi stand-in: JSON-RPC 2.0 with one object per line, string ids, protocol 1.10.
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { isObject, objectOf, stringOf, textsOf, type JsonObject } from '../shape.ts';
import type { KimiSession } from './kimi-session.ts';
import { KimiSoul, type SoulOptions } from './kimi-soul.ts';

export interface WireOptions extends Omit<SoulOptions, 'desk' | 'canAsk'> {
  readonly session: KimiSession;
  readonly input: Readable;
  readonly write: (text: string) => void;
  readonly crash: () => never;
  /** There is a model to talk to. */
  readonly isConfigured: boolean;
  readonly version: string;
}

const busy = { code: -32000, message: 'An agent turn is already in progress' };
const idle = { code: -32000, message: 'No agent turn is in progress' };

/** Serves until stdin ends. */
export async function serveWire(options: WireOptions): Promise<void> {
  await new Wire(options).serve();
}

class Wire {
  readonly #options: WireOptions;
  readonly #soul: KimiSoul;
  readonly #waiting = new Map<string, (result: JsonObject) => void>();
  #canAsk = false;

  constructor(options: WireOptions) {
    this.#options = options;
    this.#soul = new KimiSoul({
      ...options,
      canAsk: () => this.#canAsk,
      desk: {
        event: (type, payload) => this.#event(type, payload),
        ask: (type, payload) => this.#ask(type, payload),
        message: () => {},
        raw: options.write,
        crash: options.crash,
      },
    });
  }

  async serve(): Promise<void> {
    const lines = createInterface({ input: this.#options.input, crlfDelay: Number.POSITIVE_INFINITY });
    for await (const line of lines) if (line.trim() !== '') this.#read(line);
    this.#soul.cancel();
  }

  #read(line: string): void {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      this.#send({ id: null, error: { code: -32700, message: 'Invalid JSON format', data: null } });
      return;
    }
    const { jsonrpc, id, method, params } = objectOf(message);
    // Ids are strings and nothing else.
    if (!isObject(message) || jsonrpc !== '2.0' || typeof id !== 'string') {
      this.#send({ id: null, error: { code: -32600, message: 'Invalid request', data: null } });
      return;
    }
    if (typeof method === 'string') this.#obey(id, method, objectOf(params));
    else this.#answered(id, message);
  }

  #answered(id: string, message: JsonObject): void {
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    settle?.(objectOf(message['result']));
  }

  #obey(id: string, method: string, params: JsonObject): void {
    switch (method) {
      case 'initialize':
        this.#initialize(id, params);
        return;
      case 'prompt':
        void this.#prompt(id, params);
        return;
      case 'steer':
        if (!this.#soul.isBusy) return this.#refuse(id, idle);
        this.#soul.steer(inputOf(params));
        return this.#reply(id, { status: 'steered' });
      case 'cancel':
        if (!this.#soul.isBusy) return this.#refuse(id, idle);
        this.#soul.cancel();
        return this.#reply(id, {});
      default:
        return this.#refuse(id, { code: -32601, message: `Unexpected method received: ${method}` });
    }
  }

  #initialize(id: string, params: JsonObject): void {
    if (this.#soul.isBusy) return this.#refuse(id, busy);
    this.#canAsk = objectOf(params['capabilities'])['supports_question'] === true;
    this.#reply(id, {
      protocol_version: '1.10',
      server: { name: 'Kimi Code CLI', version: this.#options.version },
      slash_commands: [],
      capabilities: { supports_question: true },
      hooks: { supported_events: [], configured: {} },
    });
  }

  async #prompt(id: string, params: JsonObject): Promise<void> {
    if (this.#soul.isBusy) return this.#refuse(id, busy);
    if (!this.#options.isConfigured) return this.#refuse(id, { code: -32001, message: 'LLM is not set' });
    const end = await this.#soul.run(inputOf(params));
    this.#waiting.clear();
    if (end.status === 'failed') return this.#refuse(id, { code: -32003, message: end.error.message });
    if (end.status === 'finished') this.#options.session.remember();
    this.#reply(id, end);
  }

  #event(type: string, payload: JsonObject): void {
    this.#options.session.record({ timestamp: Date.now() / 1000, message: { type, payload } });
    this.#send({ method: 'event', params: { type, payload } });
  }

  #ask(type: string, payload: JsonObject): Promise<JsonObject> {
    const id = stringOf(payload['id']);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#send({ method: 'request', id, params: { type, payload } });
    });
  }

  #reply(id: string, result: JsonObject): void {
    this.#send({ id, result });
  }

  #refuse(id: string, error: { readonly code: number; readonly message: string }): void {
    this.#send({ id, error: { ...error, data: null } });
  }

  #send(message: JsonObject): void {
    this.#options.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }
}

/** Text, or parts of which those with a text count. */
function inputOf(params: JsonObject): string {
  return textsOf(params['user_input']).join('');
}
